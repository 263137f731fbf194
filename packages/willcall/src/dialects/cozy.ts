import { type ConnectorData, readConnectorData, writeConnectorData } from "../accounts/connector-data.ts";
import {
  ACCOUNTS_DOCTYPE,
  type AccountDocument,
  contentOf,
  documentOf,
  revOf,
} from "../accounts/document.ts";
import { type Holding, openHolding } from "../accounts/holding.ts";
import type { OperatorScope } from "../accounts/operator-token.ts";
import { isAccountId } from "../accounts/session.ts";
import type { Vault, Wanted } from "../accounts/vault.ts";
import type { App } from "../config/config.ts";
import type { Desk } from "../desk.ts";
import type { AccountData } from "../engines/account-data.ts";
import type { AccountRow, OperatorTokens } from "../engines/vault-store.ts";
import type { JsonObject } from "../providers/provider.ts";
import type { Registrations } from "../registrations.ts";
import { callerOf } from "./account-caller.ts";
import { type Call, type Replies, pathOf, rawPath, readBody } from "./http.ts";
import type { Routes } from "./routes.ts";

/** What the routes work with that Cozy's connectors call. */
export interface CozyOffice {
  readonly desk: Desk;
  readonly replies: Replies;
  readonly vault: Vault;
  readonly operatorTokens: OperatorTokens;
  readonly accountData: AccountData;
  /** As which accounts are connected, … */
  readonly app: App;
  /** … and where. */
  readonly registrations: Registrations;
}

/** What goes wrong. */
interface Problem {
  readonly status: number;
  /** CouchDB's word for it. */
  readonly error: string;
  readonly title: string;
  readonly sentence: string;
  readonly headers?: Record<string, string>;
}

const anonymous: Problem = {
  status: 401,
  error: "unauthorized",
  title: "Unauthorized",
  sentence: "Send a connector token or an operator token: Authorization: Bearer ….",
  headers: { "WWW-Authenticate": "Bearer" },
};
const forbidden: Problem = {
  status: 403,
  error: "forbidden",
  title: "Forbidden",
  sentence: "This token does not allow it.",
};
const unknown: Problem = {
  status: 404,
  error: "not_found",
  title: "Not Found",
  sentence: "There is no such account.",
};
const conflict: Problem = {
  status: 409,
  error: "conflict",
  title: "Conflict",
  sentence: "The account was written since, or _rev is missing: read it again.",
};
const misconfigured: Problem = {
  status: 502,
  error: "bad_gateway",
  title: "Bad Gateway",
  sentence: "The provider refuses this broker's registration, or is not configured any more.",
};
const invalid = (sentence: string): Problem => ({
  status: 400,
  error: "bad_request",
  title: "Bad Request",
  sentence,
});
const later = (status: 429 | 503, after: number): Problem => ({
  status,
  error: "temporarily_unavailable",
  title: status === 429 ? "Too Many Requests" : "Service Unavailable",
  sentence: "The provider cannot be asked right now. Nothing is lost: try again.",
  headers: { "Retry-After": String(after) },
});

/** An account that somebody may use. */
interface Found {
  readonly wanted: Wanted;
  readonly row: AccountRow;
}

/** The routes that Cozy's connectors call (contract E): refreshing, and the account's document. */
export function cozyRoutes(routes: Routes, office: CozyOffice): void {
  const { app, desk, replies } = office;
  // cozy-client-js asks this first, to tell Cozy's generations apart.
  routes.api(app, "/status", { GET: () => replies.json(null, 200, { status: "OK", message: "OK" }) });
  // Pages: their own scripts send an Origin, which the gate of an app without origins would refuse.
  routes.page(app, `${pathOf(desk.config, app)}/:type/:id/refresh`, {
    POST: (call) => refresh(office, call),
  });
  routes.page(app, `/data/${ACCOUNTS_DOCTYPE}/:id`, {
    GET: (call) => read(office, call),
    PUT: (call) => write(office, call),
  });
}

/** `POST /accounts/:type/:id/refresh`, in JSON:API's form. */
async function refresh(office: CozyOffice, call: Call): Promise<Response> {
  const [, , type, id = ""] = rawPath(call.request).split("/");
  const found = await find(office, call, id, "tokens:read");
  if ("error" in found) return jsonApiErrors(office, found);
  if (found.row.provider !== type) return jsonApiErrors(office, unknown);
  const said = await office.vault.refresh(found.wanted);
  switch (said.kind) {
    case "tokens":
      return jsonApiDocument(office, await document(office, said.row, said.holding));
    case "no_refresh_token":
      // As Cozy: the account as it is, since there is nothing newer.
      return jsonApiDocument(office, await document(office, found.row));
    case "unknown":
      return jsonApiErrors(office, unknown);
    case "needs_reconnect":
      return deadToken(office);
    case "limited":
    case "unavailable":
      return jsonApiErrors(office, later(said.kind === "limited" ? 429 : 503, said.after));
    case "misconfigured":
      return jsonApiErrors(office, misconfigured);
  }
}

/** `GET /data/io.cozy.accounts/:id`: with fresh tokens, or with the last ones, whatever became of them. */
async function read(office: CozyOffice, call: Call): Promise<Response> {
  const found = await find(office, call, idIn(call), "tokens:read");
  if ("error" in found) return couchError(office, found);
  const said = await office.vault.read(found.wanted);
  if (said.kind === "unknown") return couchError(office, unknown);
  const made =
    said.kind === "tokens" ? document(office, said.row, said.holding) : document(office, found.row);
  const shown = await made;
  return answer(office, 200, whole(shown), { ETag: `"${shown.rev}"` });
}

/** `PUT /data/io.cozy.accounts/:id`: keeps what is the connector's own, and never touches the tokens. */
async function write(office: CozyOffice, call: Call): Promise<Response> {
  const { desk, accountData } = office;
  const found = await find(office, call, idIn(call), "accounts:write");
  if ("error" in found) return couchError(office, found);
  const { row } = found;
  const body = await readDocument(call);
  if ("error" in body) return couchError(office, body);
  const { _id: id = row.id, _rev: rev, ...rest } = body.document;
  if (id !== row.id) return couchError(office, invalid("The document's _id is not the one in the path."));
  const { version } = await readConnectorData(desk, accountData, row.id);
  if (rev !== revOf(row.id, version)) return couchError(office, conflict);
  const kept = await writeConnectorData(desk, accountData, row.id, version, contentOf(rest));
  if (kept === undefined) return couchError(office, conflict);
  const written = await document(office, row, undefined, kept);
  const facts = { id: row.id, type: ACCOUNTS_DOCTYPE, ok: true, rev: written.rev };
  return answer(office, 200, { ...facts, data: whole(written) }, { ETag: `"${written.rev}"` });
}

/** The account, if the caller may do that with it: another owner's, or what is no id, is as unknown as one that is not. */
async function find(
  { desk, vault, operatorTokens }: CozyOffice,
  call: Call,
  id: string,
  scope: OperatorScope,
): Promise<Found | Problem> {
  const caller = await callerOf(desk, operatorTokens, call);
  if (caller === undefined) return anonymous;
  if (!caller.may(scope)) return forbidden;
  const wanted = isAccountId(id) ? caller.wanted(id) : undefined;
  const row = wanted && (await vault.find(wanted));
  return wanted === undefined || row === undefined ? unknown : { wanted, row };
}

const idIn = (call: Call): string => rawPath(call.request).split("/").at(-1) ?? "";

/** An account's document, with what its connector keeps. */
async function document(
  { desk, accountData, registrations }: CozyOffice,
  row: AccountRow,
  holding?: Holding,
  kept?: ConnectorData,
): Promise<AccountDocument> {
  const registration = await registrations.at(row.provider);
  const data = kept ?? (await readConnectorData(desk, accountData, row.id));
  return documentOf(row, holding ?? (await openHolding(desk, row)), registration?.provider.clientId, data);
}

/** A document as CouchDB and Cozy's data system show it. */
function whole({ id, rev, attributes }: AccountDocument): JsonObject {
  return { _id: id, _rev: rev, _type: ACCOUNTS_DOCTYPE, ...attributes };
}

async function readDocument({ request }: Call): Promise<{ document: JsonObject } | Problem> {
  const text = await readBody(request);
  if (text === undefined) {
    const sentence = "The document is larger than 16 KiB.";
    return { status: 413, error: "too_large", title: "Content Too Large", sentence };
  }
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? { document: value as JsonObject } : invalid("The body is not a JSON object.");
  } catch {
    return invalid("The body is not JSON.");
  }
}

function answer(
  { replies }: CozyOffice,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): Response {
  return replies.json(null, status, body, { ...headers, "Cross-Origin-Resource-Policy": "same-origin" });
}

function couchError(office: CozyOffice, { status, error, title, sentence, headers }: Problem): Response {
  return answer(office, status, { status, error, reason: sentence, title }, headers);
}

const JSON_API = { "Content-Type": "application/vnd.api+json" };

function jsonApiDocument(office: CozyOffice, { id, rev, attributes }: AccountDocument): Response {
  const links = { self: `/data/${ACCOUNTS_DOCTYPE}/${id}` };
  const data = { type: ACCOUNTS_DOCTYPE, id, attributes, meta: { rev }, links };
  return answer(office, 200, { data }, JSON_API);
}

function jsonApiErrors(office: CozyOffice, { status, error, title, sentence, headers }: Problem): Response {
  const errors = [{ status: String(status), title, code: error, detail: sentence }];
  return answer(office, status, { errors }, { ...headers, ...JSON_API });
}

/** Connectors look for this very code, and tell their owners to connect again. */
function deadToken(office: CozyOffice): Response {
  return jsonApiErrors(office, {
    status: 401,
    error: "oauth_refresh_invalid_token",
    title: "Unauthorized",
    sentence: "OAuth refresh token is invalid or expired; reconnect account.",
  });
}
