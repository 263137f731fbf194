import { fromBase64url, toBase64url } from "../crypto/bytes.ts";
import { open, seal } from "../crypto/seal.ts";
import type { App, AppProvider } from "../config/config.ts";
import { type Desk, baseOf } from "../desk.ts";
import type { LoginRow } from "../engines/engine.ts";
import type { ProviderFailure } from "../providers/provider.ts";
import type { BoundLogin } from "./cookie.ts";
import {
  type Login,
  SILENT_WINDOW,
  TOMBSTONE_WINDOW,
  decodeLogin,
  encodeLogin,
  expiresAt,
  hashState,
  makeState,
  proofsOf,
} from "./login.ts";

/** The browser that opens a launch URL, as far as it can be known. */
export interface Visit {
  /** Origin of the `Referer`, or null. */
  referrer: string | null;
  /** `Sec-Fetch-*`: a document navigation; not one (a frame, a prefetch, a script); or a browser that does not say. */
  navigation: "document" | "other" | "unknown";
  /** This login's cookie, if this browser has launched it before. */
  bound: BoundLogin | undefined;
  /** Whether it comes from our own hop, which was confirmed (or silent) before it left. */
  hopped: boolean;
  /** Where Continue was pressed: 16 bytes that no other browser gets for this login, so that a second press is the same launch. */
  pressed?: Uint8Array;
}

/** How a launch goes on. */
export type Launched =
  | { kind: "leave"; to: string; state: string }
  | { kind: "hop"; to: string }
  | { kind: "confirm" }
  | { kind: "over"; row: LoginRow }
  | { kind: "expired" }
  | { kind: "second_browser" }
  | { kind: "busy" }
  | { kind: "failed"; failure: ProviderFailure };

/**
 * Opens a login in a browser: silently where it provably comes from the app that began it, else after an explicit
 * confirmation (promise S5). Until then nothing is written.
 *
 * @param confirmed whether the person pressed Continue, or the confirmation was made before a hop
 */
export async function launch(
  desk: Desk,
  app: App,
  registration: AppProvider,
  login: Login,
  visit: Visit,
  confirmed: boolean,
): Promise<Launched> {
  const now = desk.platform.now();
  if (now >= expiresAt(login)) return { kind: "expired" };
  // The hop comes before the question: whoever holds its URL has not shown that anyone confirmed (promise S5).
  const hop = visit.hopped ? undefined : hopUrl(desk, app, registration, login);
  if (hop === undefined && (confirmed || isSilent(app, login, visit, now)))
    return depart(desk, registration, login, visit);
  if (visit.bound === undefined) {
    const row = await desk.mailboxes.read(login.id, now);
    if (row !== undefined && isOver(row)) return { kind: "over", row };
  }
  return hop === undefined ? { kind: "confirm" } : { kind: "hop", to: hop };
}

/** Whether the launch provably comes from the app that began the login, moments ago. */
function isSilent(app: App, login: Login, visit: Visit, now: number): boolean {
  if (visit.navigation === "other") return false;
  if (visit.bound !== undefined) return true;
  // A device's code can come from anyone: its page is never skipped (RFC 8628 §5.4).
  if (login.dialect === "device") return false;
  if (app.confirm === "never") return true;
  // The code goes to a redirect URI that is the app's own: whoever sent the link gets nothing (RFC 6749 §3.1.2.3).
  if (login.dialect === "code") return app.confirm === "auto";
  return (
    app.confirm === "auto" &&
    login.origin !== null &&
    login.origin !== "null" &&
    visit.referrer === login.origin &&
    now - login.createdAt <= SILENT_WINDOW
  );
}

/** Whether a row's login has left the browser's hands. */
export function isOver({ status }: LoginRow): boolean {
  return status !== "launched" && status !== "retry";
}

/** Writes the login's row and sends the browser to the provider; the same browser may do so again. */
async function depart(desk: Desk, registration: AppProvider, login: Login, visit: Visit): Promise<Launched> {
  const { bound } = visit;
  const { mailboxes, platform, log } = desk;
  const now = platform.now();
  const facts = { app: login.app, provider: login.provider, dialect: login.dialect, login: login.id };
  if (bound !== undefined) {
    const row = await mailboxes.read(login.id, now);
    if (row?.status === "retry") return tryAgain(desk, registration, bound);
    if (row !== undefined && isOver(row)) return { kind: "over", row };
    const url = await authorizationUrl(desk, registration, login, bound.state, bound.root);
    log.info("login.relaunched", facts);
    return url.ok
      ? { kind: "leave", to: url.url, state: bound.state }
      : { kind: "failed", failure: url.failure };
  }
  const state = makeState(login.id, visit.pressed ?? platform.random(16));
  const url = await authorizationUrl(desk, registration, login, state);
  if (!url.ok) return { kind: "failed", failure: url.failure };
  const row = await mailboxes.launch(rowOf(login, state, null), now);
  if (row === "full") return { kind: "busy" };
  if (row !== "inserted") {
    if (isOver(row)) return { kind: "over", row };
    // The other half of a double click on Continue: the first answer, and its cookie, have not arrived.
    if (row.status === "launched" && row.stateHash === hashState(state))
      return { kind: "leave", to: url.url, state };
    await mailboxes.end(login.id, "failed", "second_browser", now);
    log.warn("login.second_browser", facts);
    return { kind: "second_browser" };
  }
  log.info("login.launched", facts);
  return { kind: "leave", to: url.url, state };
}

/** A login's first row. `sealed` is the sealed login where no cookie carries it. */
export function rowOf(login: Login, state: string, sealed: Uint8Array | null) {
  return {
    id: login.id,
    dialect: login.dialect,
    app: login.app,
    provider: login.provider,
    stateHash: hashState(state),
    login: sealed,
    binding: login.binding && JSON.stringify(login.binding),
    expiresAt: expiresAt(login),
    forgetAt: login.createdAt + TOMBSTONE_WINDOW,
  };
}

/** The provider's own URL for this login and state. */
export function authorizationUrl(
  desk: Desk,
  { provider, scope, redirectUri }: AppProvider,
  login: Login,
  state: string,
  root = desk.keys.first,
) {
  return desk.providers.authorizationUrl(provider, {
    redirectUri,
    state,
    scope: login.scope ?? scope,
    inputs: login.inputs,
    ...proofsOf(root, state),
  });
}

/**
 * "Try again" after a retryable failure: a new `state` replaces the old one while the app keeps waiting. Only the
 * browser that launched the login can; pressing twice moves it once.
 */
export async function tryAgain(desk: Desk, registration: AppProvider, bound: BoundLogin): Promise<Launched> {
  const { login } = bound;
  const now = desk.platform.now();
  if (now >= expiresAt(login)) return { kind: "expired" };
  const state = makeState(login.id, desk.platform.random(16));
  const url = await authorizationUrl(desk, registration, login, state);
  if (!url.ok) return { kind: "failed", failure: url.failure };
  if (await desk.mailboxes.retry(login.id, hashState(bound.state), hashState(state), now)) {
    desk.log.info("login.relaunched", { app: login.app, provider: login.provider, login: login.id });
    return { kind: "leave", to: url.url, state };
  }
  const row = await desk.mailboxes.read(login.id, now);
  return row === undefined ? { kind: "expired" } : { kind: "over", row };
}

/**
 * The person pressed Cancel on a page of ours: the app learns it, nothing reaches the provider. Resolves to the row
 * when it is too late: the login went on elsewhere, and has left the browser's hands.
 */
export async function cancel(desk: Desk, login: Login): Promise<LoginRow | undefined> {
  const { mailboxes, platform, log } = desk;
  const now = platform.now();
  await mailboxes.launch(rowOf(login, makeState(login.id, platform.random(16)), null), now);
  if (!(await mailboxes.end(login.id, "cancelled", "cancelled", now))) return mailboxes.read(login.id, now);
  log.info("login.cancelled", { app: login.app, provider: login.provider, login: login.id });
  return undefined;
}

/** A launch that asks for what the app may not have: the app learns that it failed, instead of waiting for ever. */
export async function failLaunch(desk: Desk, login: Login): Promise<void> {
  const now = desk.platform.now();
  const state = makeState(login.id, desk.platform.random(16));
  if ((await desk.mailboxes.launch(rowOf(login, state, null), now)) !== "inserted") return;
  await desk.mailboxes.end(login.id, "failed", "bad_launch", now);
  desk.log.warn("login.failed", { app: login.app, login: login.id, reason: "bad_launch" });
}

/**
 * Where the redirect URI is on another host of this broker, the browser goes there before it leaves, so that
 * the login's cookie is seen at the callback. Undefined where it need not.
 */
function hopUrl(desk: Desk, app: App, registration: AppProvider, login: Login): string | undefined {
  const host = new URL(registration.redirectUri).origin;
  if (host === desk.config.publicUrl) return undefined;
  return `${host}${new URL(`${baseOf(desk.config, app)}/login`).pathname}?hop=${makeHop(desk, login)}`;
}

/** Seals a login that has come to its redirect URI's host; it confirms nothing. */
export function makeHop({ keys, platform }: Desk, login: Login): string {
  return toBase64url(seal(keys, "hop", platform.random(16), encodeLogin(login)));
}

/** The login of a hop, or undefined. Says nothing of expiry. */
export function openHop({ keys }: Desk, text: string): Login | undefined {
  const sealed = fromBase64url(text);
  const opened = sealed && open(keys, "hop", sealed);
  return opened && decodeLogin(opened.plaintext);
}
