import { openSessionCode } from "../accounts/owner-session.ts";
import { type SessionError, type SessionRequest, beginSession, isAccountId } from "../accounts/session.ts";
import type { Vault } from "../accounts/vault.ts";
import type { App, AppProvider } from "../config/config.ts";
import type { Desk } from "../desk.ts";
import { narrow } from "../login/asked.ts";
import { SILENT_WINDOW } from "../login/login.ts";
import type { Registrations } from "../registrations.ts";
import { BrowserVisit } from "./browser.ts";
import type { Lobby } from "./browser-answers.ts";
import { type Call, pathOf, rawPath, rawQuery } from "./http.ts";
import { navigationOf } from "./navigation.ts";
import { factsOf, pageAnswer } from "./page-answer.ts";
import type { Routes } from "./routes.ts";
import { HOME_PATH, ownerOf } from "./session.ts";

/** What connecting accounts from a browser works with. */
export interface StartOffice {
  /** Whose registrations are those below. */
  readonly lobby: Lobby;
  readonly vault: Vault;
  /** As which accounts are connected, … */
  readonly app: App;
  /** … and where. */
  readonly registrations: Registrations;
}

/** Who connects an account, and what follows from how the browser came here. */
type Visitor = Pick<SessionRequest, "owner" | "origin" | "returnTo" | "login">;

/**
 * `GET /accounts/:type/start` and `GET /accounts/:type/:id/reconnect` (contract E): on to the provider, and back with
 * `account` and `state`. A browser that comes from another site is asked first: its owner may not know (promise S5).
 */
export function cozyStartRoutes(routes: Routes, office: StartOffice): void {
  const path = pathOf(office.lobby.desk.config, office.app);
  routes.page(office.app, `${path}/:type/start`, { GET: (call) => begin(office, call) });
  routes.page(office.app, `${path}/:type/:id/reconnect`, { GET: (call) => begin(office, call, idIn(call)) });
}

const idIn = (call: Call): string => rawPath(call.request).split("/")[3] ?? "";

/** @param account the id of an account that is there, to be connected again in place */
async function begin(office: StartOffice, call: Call, account?: string): Promise<Response> {
  const { lobby, vault, app, registrations } = office;
  const { desk } = lobby;
  const query = new URLSearchParams(rawQuery(call.request));
  const visitor = visitorOf(desk, call, query);
  if (visitor === undefined)
    return refuse(lobby, call, query.has("session_code") ? "unknown_session_code" : "no_session");
  if (desk.draining.begun) return refuse(lobby, call, "busy");
  const provider = rawPath(call.request).split("/")[2] ?? "";
  const registration = await registrations.at(provider);
  const isNoId = account !== undefined && !isAccountId(account);
  if (registration === undefined || isNoId) return refuse(lobby, call, "unknown_account");
  const scope = scopeOf(query, registration);
  if (scope === undefined) return refuse(lobby, call, "invalid_scope");
  const begun = await beginSession(desk, vault, app, registrations, {
    ...visitor,
    provider,
    account,
    scope,
    inputs: inputsOf(query, registration),
    state: query.get("state") ?? undefined,
  });
  if ("error" in begun) return refuse(lobby, call, begun.error);
  return new BrowserVisit(lobby, call).open(() => begun.login);
}

/** By the code in the query, which is good once; else by the cookie, silently only from our own pages. */
function visitorOf(desk: Desk, call: Call, query: URLSearchParams): Visitor | undefined {
  const { config, keys, platform } = desk;
  const home = `${config.publicUrl}${HOME_PATH}`;
  const text = query.get("session_code");
  if (text === null) {
    const owner = ownerOf(desk, call);
    const isOurs = navigationOf(call.connection, config.publicUrl).referrer === config.publicUrl;
    return owner === undefined
      ? undefined
      : { owner, origin: isOurs ? config.publicUrl : null, returnTo: home };
  }
  const now = platform.now();
  const code = openSessionCode(keys, text, now);
  if (code === undefined) return undefined;
  const { id, owner, returnTo, createdAt } = code;
  const origin = now - createdAt <= SILENT_WINDOW ? code.origin : null;
  return { owner, origin, returnTo: returnTo ?? home, login: id };
}

/**
 * The scope that a manifest asks for, as clients put it into a query: scopes with spaces or `+` between them; nothing,
 * and what stands for nothing in a manifest, for none. Where the operator has named scopes, they are the most. Null: none
 * is asked for; undefined: too much, or no scope (RFC 6749 §3.3).
 */
export function scopeOf(
  query: URLSearchParams,
  { scope: allowed }: Pick<AppProvider, "scope">,
): readonly string[] | null | undefined {
  const [text = "", ...more] = query.getAll("scope");
  if (more.length > 0) return undefined;
  const tokens = text.split(/[\s+]+/).filter((token) => token !== "");
  const isNone = tokens.length === 0 || /^(?:false|null|undefined)$/.test(text);
  if (isNone) return null;
  // Lists and objects that were turned into text are no scopes.
  if (/^\s*[[{]/.test(text) || !tokens.every((token) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(token)))
    return undefined;
  const configured = "verbatim" in allowed ? allowed.verbatim.split(/[\s,]+/).filter(Boolean) : allowed;
  if (configured.length === 0) return tokens;
  // All of them must be said, too: an account that is connected again may have been granted less before.
  const narrowed = narrow(tokens.join(" "), allowed);
  return narrowed === null ? configured : narrowed;
}

/** The parameters that are inputs of the provider's definition; everything else that clients send is not looked at. */
function inputsOf(query: URLSearchParams, { provider }: AppProvider): Record<string, string> {
  const names = Object.keys(provider.definition.inputs ?? {});
  return Object.fromEntries([...query].filter(([name]) => names.includes(name)));
}

/** Another owner's account, one of another type and one that there is not are one answer. */
function refuse(
  lobby: Lobby,
  call: Call,
  error: SessionError | "no_session" | "unknown_session_code" | "invalid_scope" | "busy",
): Response {
  const isUnknown = error === "unknown_account" || error === "unknown_provider";
  const code = isUnknown ? "unknown_account" : error;
  const status = isUnknown ? 404 : error === "no_session" ? 403 : error === "busy" ? 503 : 400;
  return pageAnswer(lobby, status, { ...factsOf(call), kind: "error", code });
}
