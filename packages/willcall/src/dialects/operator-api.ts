import type * as z from "zod/mini";
import { CONNECTOR_TOKEN_LIFE, makeConnectorToken } from "../accounts/connector-token.ts";
import { messageOf } from "../accounts/event-message.ts";
import { type OperatorScope, scopesOf } from "../accounts/operator-token.ts";
import { makeSessionCode } from "../accounts/owner-session.ts";
import { importAccount } from "../accounts/import.ts";
import { type SessionError, beginSession, isAccountId } from "../accounts/session.ts";
import type { Vault, Wanted } from "../accounts/vault.ts";
import type { App } from "../config/config.ts";
import type { Desk } from "../desk.ts";
import type { AccountId, Events, OperatorTokens } from "../engines/vault-store.ts";
import { type Call, type Handler, type Replies, rawPath, rawQuery } from "./http.ts";
import type { ProviderFailure } from "../providers/provider.ts";
import type { Registrations } from "../registrations.ts";
import { openApi } from "./openapi.ts";
import {
  type Answer,
  type Problem,
  iso,
  read,
  readJson,
  spell,
  unknownAccount,
  view,
} from "./operator-answers.ts";
import * as schemas from "./operator-schemas.ts";
import type { Routes } from "./routes.ts";
import { sessionUrl } from "./session.ts";
import type { UserCodes } from "./user-codes.ts";

/** Accounts or events in one page of a list, unless the query says otherwise. */
const PAGE = 50;

/** What the operator's API works with. */
export interface OperatorOffice {
  readonly desk: Desk;
  readonly replies: Replies;
  readonly vault: Vault;
  readonly operatorTokens: OperatorTokens;
  readonly events: Events;
  /** As which accounts are connected, … */
  readonly app: App;
  /** … and where. */
  readonly registrations: Registrations;
  /** For browsers on other machines. */
  readonly userCodes: UserCodes;
}

/** Answers a call that the token allows. */
type Work = (call: Call) => Promise<Answer>;

/** The JSON API for an operator's servers, `/api/…`, as its OpenAPI document says. */
export function operatorRoutes(routes: Routes, office: OperatorOffice): void {
  const { app, replies, desk } = office;
  const allowed = (scope: OperatorScope, work: Work): Handler => authorised(office, scope, work);
  let document: object | undefined;
  routes.api(app, "/api/openapi.json", {
    // Made when somebody asks: a start is quicker without it.
    GET: () => replies.json(null, 200, (document ??= openApi(desk.config.publicUrl))),
  });
  routes.api(app, "/api/sessions", { POST: allowed("accounts:write", (call) => beginOne(office, call)) });
  routes.api(app, "/api/owner-sessions", {
    POST: allowed("sessions:write", (call) => beginOwnerSession(office, call)),
  });
  routes.api(app, "/api/events", { GET: allowed("events:read", (call) => listEvents(office, call)) });
  routes.api(app, "/api/accounts", {
    GET: allowed("accounts:read", (call) => list(office, call)),
    POST: allowed("accounts:write", (call) => importOne(office, call)),
  });
  routes.api(app, "/api/accounts/:id", {
    GET: allowed("accounts:read", (call) => about(call, (wanted) => show(office, wanted))),
    DELETE: allowed("accounts:write", (call) => about(call, (wanted) => remove(office, wanted))),
  });
  routes.api(app, "/api/accounts/:id/tokens", {
    GET: allowed("tokens:read", (call) =>
      about(call, async (wanted) => spell(office.desk, await office.vault.read(wanted))),
    ),
  });
  routes.api(app, "/api/accounts/:id/refresh", {
    POST: allowed("tokens:read", (call) => about(call, (wanted) => refresh(office, call, wanted))),
  });
  routes.api(app, "/api/accounts/:id/connector-tokens", {
    POST: allowed("tokens:read", (call) => about(call, (wanted) => lend(office, wanted))),
  });
}

/** Bearer tokens (RFC 6750 §2.1, §3.1): who has none is told so before anything is looked at. */
function authorised(office: OperatorOffice, scope: OperatorScope, work: Work): Handler {
  const { desk, operatorTokens, replies } = office;
  return async (call) => {
    const [, presented] =
      /^Bearer ([\x21-\x7e]{1,512})$/i.exec(call.connection.header("authorization") ?? "") ?? [];
    const scopes =
      presented === undefined
        ? undefined
        : await scopesOf(operatorTokens, desk.config.operatorToken, presented);
    const answer =
      scopes === undefined
        ? unauthorised(presented !== undefined)
        : scopes.has(scope)
          ? await work(call)
          : insufficient(scope);
    if ("json" in answer) return replies.json(call.origin, answer.status, answer.json);
    const { status, error, sentence, headers } = answer;
    return replies.json(call.origin, status, { error, error_description: sentence }, headers);
  };
}

const unauthorised = (presented: boolean): Problem => ({
  status: 401,
  error: "invalid_token",
  sentence: "Send an operator token: Authorization: Bearer …. `willcall operator-tokens create` makes one.",
  headers: { "WWW-Authenticate": presented ? 'Bearer error="invalid_token"' : "Bearer" },
});

const insufficient = (scope: OperatorScope): Problem => ({
  status: 403,
  error: "insufficient_scope",
  sentence: `This token does not allow ${scope}.`,
  headers: { "WWW-Authenticate": `Bearer error="insufficient_scope", scope="${scope}"` },
});

/** Runs `work` for the account that the path names. Whatever is no id is as unknown as an id that nobody has. */
async function about(call: Call, work: (wanted: Wanted) => Promise<Answer>): Promise<Answer> {
  const text = rawQuery(call.request);
  const query =
    text === ""
      ? { value: {} as z.infer<typeof schemas.ownerQuery> }
      : read(schemas.ownerQuery, Object.fromEntries(new URLSearchParams(text)));
  if ("error" in query) return query;
  const id = rawPath(call.request).split("/")[3] ?? "";
  return isAccountId(id) ? work({ id, owner: query.value.owner }) : unknownAccount;
}

async function beginOne(office: OperatorOffice, call: Call): Promise<Answer> {
  const { desk, vault, app, registrations } = office;
  if (desk.draining.begun) {
    const sentence = "This broker is restarting. Try again in a moment.";
    return { status: 503, error: "temporarily_unavailable", sentence, headers: { "Retry-After": "5" } };
  }
  const body = await readJson(schemas.sessionRequest, call);
  if ("error" in body) return body;
  const { account, owner, provider, scope, inputs = {}, origin = null, return_to, state, code } = body.value;
  const begun = await beginSession(desk, vault, app, registrations, {
    account: account as AccountId | undefined,
    owner,
    provider,
    scope: scope?.split(" ") ?? null,
    inputs,
    origin,
    returnTo: return_to,
    state,
  });
  if ("error" in begun) return notBegun(begun.error);
  const given = code === true ? await office.userCodes.give(begun.login) : {};
  if (given === undefined) return noCode;
  const expires_at = iso(begun.expiresAt);
  return { status: 201, json: { account: begun.account, url: begun.url, expires_at, ...given } };
}

const noCode: Problem = {
  status: 503,
  error: "temporarily_unavailable",
  sentence: "Too many codes wait for somebody to enter them. Try again in a moment, or use the link.",
  headers: { "Retry-After": "10" },
};

/** A one-time link that signs a person's browser in; nothing is written until it is opened. */
async function beginOwnerSession({ desk }: OperatorOffice, call: Call): Promise<Answer> {
  const body = await readJson(schemas.ownerSessionRequest, call);
  if ("error" in body) return body;
  const { owner, origin = null, return_to: returnTo = null } = body.value;
  const { code, expiresAt } = makeSessionCode(desk.keys, desk.platform, { owner, origin, returnTo });
  const url = sessionUrl(desk.config.publicUrl, code);
  return { status: 201, json: { url, session_code: code, expires_at: iso(expiresAt) } };
}

function notBegun(error: SessionError): Problem {
  if (error === "unknown_account") return unknownAccount;
  const sentence = sentences.get(error) ?? "Accounts cannot be connected there like that.";
  return { status: 400, error, sentence };
}

const sentences: ReadonlyMap<SessionError, string> = new Map([
  ["too_long", "Scope, inputs, return_to and state are too long together: they travel in a cookie."],
  ["not_interactive", "Nobody logs in there: the account type's grant_mode says that accounts are imported."],
]);

/** Takes over an account that was connected elsewhere. */
async function importOne({ desk, vault, registrations }: OperatorOffice, call: Call): Promise<Answer> {
  const body = await readJson(schemas.accountImport, call);
  if ("error" in body) return body;
  const { owner, provider, refresh_token: refreshToken, scope, inputs = {} } = body.value;
  const imported = await importAccount(desk, vault, registrations, {
    owner,
    provider,
    refreshToken,
    scope,
    inputs,
  });
  if ("error" in imported) return notBegun(imported.error);
  return "failure" in imported
    ? notImported(desk, imported.failure)
    : { status: 201, json: view(imported.row) };
}

/** Why the provider gave nothing for a refresh token. */
function notImported(desk: Desk, { error }: ProviderFailure): Answer {
  if (error === "invalid_grant") {
    const sentence = "The provider says that this refresh token is dead, or another client's.";
    return { status: 400, error, sentence };
  }
  return spell(
    desk,
    error === "temporarily_unavailable" ? { kind: "unavailable", after: 5 } : { kind: "misconfigured" },
  );
}

async function list({ vault }: OperatorOffice, call: Call): Promise<Answer> {
  const query = read(schemas.accountQuery, Object.fromEntries(new URLSearchParams(rawQuery(call.request))));
  if ("error" in query) return query;
  const { after = "", limit = PAGE, ...filter } = query.value;
  const rows = await vault.list(filter, after, limit + 1);
  const shown = rows.slice(0, limit);
  const next = rows.length > limit ? (shown.at(-1)?.id ?? null) : null;
  return { status: 200, json: { accounts: shown.map(view), next } };
}

async function listEvents({ events }: OperatorOffice, call: Call): Promise<Answer> {
  const query = read(schemas.eventQuery, Object.fromEntries(new URLSearchParams(rawQuery(call.request))));
  if ("error" in query) return query;
  const { after = 0, limit = PAGE } = query.value;
  const rows = await events.list(after, limit);
  return { status: 200, json: { events: rows.map(messageOf), next: rows.at(-1)?.seq ?? after } };
}

async function show({ vault }: OperatorOffice, wanted: Wanted): Promise<Answer> {
  const row = await vault.find(wanted);
  return row === undefined ? unknownAccount : { status: 200, json: view(row) };
}

async function remove({ vault }: OperatorOffice, wanted: Wanted): Promise<Answer> {
  const provider = await vault.remove(wanted);
  return provider === undefined ? unknownAccount : { status: 200, json: { provider } };
}

async function refresh(office: OperatorOffice, call: Call, wanted: Wanted): Promise<Answer> {
  const body = await readJson(schemas.refreshRequest, call);
  if ("error" in body) return body;
  return spell(office.desk, await office.vault.refresh(wanted, body.value.stale));
}

/** What a connector may use this one account with, for one run. */
async function lend({ desk, vault }: OperatorOffice, wanted: Wanted): Promise<Answer> {
  const row = await vault.find(wanted);
  if (row === undefined) return unknownAccount;
  const end = desk.platform.now() + CONNECTOR_TOKEN_LIFE;
  const token = makeConnectorToken(desk.keys, desk.platform, { account: row.id, owner: row.owner }, end);
  return { status: 201, json: { token, expires_at: iso(end) } };
}
