import type { App, AppProvider } from "../config/config.ts";
import { open } from "../crypto/seal.ts";
import type { RootKey } from "../crypto/keys.ts";
import type { Desk } from "../desk.ts";
import type { LoginRow, MailboxId, Settlement } from "../engines/engine.ts";
import type { Callback, ProviderFailure } from "../providers/provider.ts";
import { persist } from "../persist.ts";
import type { BoundLogin } from "./cookie.ts";
import type { Delivery } from "./delivery.ts";
import { type Login, decodeLogin, exchangeWindow, expiresAt, hashState, proofsOf } from "./login.ts";

/** A login that came back, matched with its browser or its row. */
export interface Returned {
  login: Login;
  state: string;
  root: RootKey;
  /** Whether a cookie ties it to this browser; without one the person is asked before anything is exchanged. */
  bound: boolean;
}

/** A callback that belongs to no login that waits for it. */
export interface Refused {
  kind: "refused";
  reason: "unknown_state" | "bad_callback" | "no_cookie" | "expired";
  login?: Login;
}

/** A callback that came before, or too late: the login has gone on. */
export interface Over {
  kind: "over";
  login: Login;
  row: LoginRow;
}

/** What a callback is, before anything is sent anywhere. */
export type Arrived = Refused | Over | { kind: "callback"; returned: Returned; callback: Callback };

/** How a login ended, for the page. */
export type Finished =
  | { kind: "ready"; login: Login }
  | { kind: "failed"; login: Login; failure: ProviderFailure }
  | Refused
  | Over;

/** How a dialect finds the login of a `state`, and this browser's cookie for it. */
export interface Lookup {
  mailbox(state: string): MailboxId | undefined | Promise<MailboxId | undefined>;
  bound(id: MailboxId): BoundLogin | undefined;
}

/**
 * Reads a callback (RFC 6749 §4.1.2) and compares it with the login: path, cookie, state, expiry, issuer. Nothing
 * is claimed, nothing is sent (promise S3). For a browser that carries the login no row is read: the claim does that.
 */
export async function arrive(
  desk: Desk,
  app: App,
  { provider }: AppProvider,
  parameters: URLSearchParams,
  lookup: Lookup,
): Promise<Arrived> {
  const [state, ...more] = parameters.getAll("state");
  const id = state === undefined || more.length > 0 ? undefined : await lookup.mailbox(state);
  if (state === undefined || id === undefined) return { kind: "refused", reason: "unknown_state" };
  const now = desk.platform.now();
  const cookie = lookup.bound(id);
  const isBound = cookie?.state === state;
  const row = isBound ? undefined : await desk.mailboxes.read(id, now);
  const returned = isBound
    ? { ...cookie, bound: true }
    : cookie === undefined
      ? inRow(desk, row, id, state)
      : undefined;
  if (returned === undefined) {
    const elsewhere = row?.stateHash === hashState(state) && row.login === null;
    return { kind: "refused", reason: elsewhere ? "no_cookie" : "unknown_state" };
  }
  const { login } = returned;
  if (login.app !== app.name || login.provider !== provider.name) {
    return { kind: "refused", reason: "unknown_state" };
  }
  if (now >= expiresAt(login)) return { kind: "refused", reason: "expired", login };
  if (row !== undefined && row.status !== "launched") return { kind: "over", login, row };
  const callback = await desk.providers.readCallback(provider, parameters);
  if (callback === undefined) return { kind: "refused", reason: "bad_callback", login };
  return { kind: "callback", returned, callback };
}

/**
 * Takes up a callback that was held for confirmation: its login, if the row still waits for this `state`.
 */
export async function rejoin(desk: Desk, id: MailboxId, state: string): Promise<Returned | undefined> {
  const row = await desk.mailboxes.read(id, desk.platform.now());
  return row?.status === "launched" ? inRow(desk, row, id, state) : undefined;
}

/** Matches a state with the sealed login of a row that has no cookie. */
function inRow(desk: Desk, row: LoginRow | undefined, id: MailboxId, state: string): Returned | undefined {
  if (!row?.login || row.stateHash !== hashState(state)) return undefined;
  const opened = open(desk.keys, "login", Buffer.from(row.login), Buffer.from(id));
  return opened && { login: decodeLogin(opened.plaintext), state, root: opened.root, bound: false };
}

/**
 * Claims the login and ends it: exchanges the code and hands the tokens to `delivery`, or records why there are
 * none. Exactly one caller gets past the claim, however often the callback is played (promise S3).
 */
export async function finish(
  desk: Desk,
  app: App,
  registration: AppProvider,
  { login, state, root, bound }: Returned,
  callback: Callback,
  delivery: Delivery,
): Promise<Finished> {
  const { mailboxes, platform, log } = desk;
  const facts = { app: login.app, provider: login.provider, dialect: login.dialect, login: login.id };
  const stateHash = hashState(state);
  const startedAt = platform.now();
  const deadline = startedAt + exchangeWindow(registration.provider.definition, login.dialect);
  if (!(await mailboxes.claim(login.id, stateHash, startedAt, deadline))) {
    const row = await mailboxes.read(login.id, startedAt);
    if (row === undefined) return { kind: "refused", reason: "expired", login };
    return row.stateHash === stateHash
      ? { kind: "over", login, row }
      : { kind: "refused", reason: "unknown_state" };
  }
  const settle = (end: Settlement): Promise<boolean> =>
    persist(desk, () => mailboxes.settle(login.id, stateHash, end, platform.now()));
  /** A store whose answer got lost on its way back has stored the tokens all the same: nobody else could have. */
  const isReady = async (): Promise<boolean> => {
    const row = await persist(desk, () => mailboxes.read(login.id, platform.now()));
    return row?.stateHash === stateHash && (row.status === "ready" || row.status === "taken");
  };
  const failed = async (failure: ProviderFailure): Promise<Finished> => {
    // Only a browser that carries the login can try again; elsewhere the app must learn at once that it is over.
    const status = failure.reason === "denied" ? "denied" : failure.retryable && bound ? "retry" : "failed";
    await settle({ status, reason: failure.reason });
    log[status === "denied" ? "info" : "warn"](`login.${status}`, {
      ...facts,
      reason: failure.reason,
      status: failure.status,
    });
    return { kind: "failed", login, failure };
  };
  if (callback.kind === "error") return failed(callback.failure);
  log.info("login.exchanging", facts);
  const { inputs } = login;
  const { code, captured } = callback;
  const result = await desk.providers.exchange(registration.provider, {
    code,
    captured,
    inputs,
    state,
    redirectUri: registration.redirectUri,
    ...proofsOf(root, state),
  });
  if (!result.ok) return failed(result.failure);
  const context = { inputs, captured };
  // A provider that names no scope gave what was asked for (RFC 6749 §5.1).
  const scope = result.tokens.scope ?? spaceJoined(login.scope ?? registration.scope);
  const tokens = { ...result.tokens, ...(scope !== "" && { scope }) };
  const kept = await delivery.deliver(desk, { app, login, registration, tokens, context });
  if ("refused" in kept) return failed(kept.refused);
  if (!(await settle({ status: "ready", ...kept })) && !(await isReady()))
    return failed({ error: "server_error", reason: "provider_timeout", retryable: false });
  log.info("login.ready", { ...facts, ms: platform.now() - startedAt });
  return { kind: "ready", login };
}

function spaceJoined(scope: AppProvider["scope"]): string {
  return "verbatim" in scope ? scope.verbatim.split(/[\s,]+/).join(" ") : scope.join(" ");
}
