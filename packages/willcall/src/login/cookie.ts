import { fromBase64url, toBase64url } from "../crypto/bytes.ts";
import type { Keyring, RootKey } from "../crypto/keys.ts";
import { open, seal } from "../crypto/seal.ts";
import type { MailboxId } from "../engines/engine.ts";
import { CLAIM_WINDOW, type Login, decodeLogin, encodeLogin, mailboxOfState } from "./login.ts";

/** Logins that one browser may have under way; launching one more forgets the oldest. */
const MOST_LIVE = 8;
/** Characters that their cookies may have together: half of what a request's headers may, so that none is refused. */
const MOST_CHARACTERS = 8_192;
const STATE_BYTES = 32;

/** Cookies of one request, by name, in the order the browser sent them (oldest first, RFC 6265 §5.4). */
export type Cookies = ReadonlyMap<string, string>;

/** Reads a `Cookie` header. */
export function parseCookies(header: string | null): Cookies {
  const cookies = new Map<string, string>();
  for (const pair of header?.split(";") ?? []) {
    const at = pair.indexOf("=");
    if (at > 0) cookies.set(pair.slice(0, at).trim(), pair.slice(at + 1).trim());
  }
  return cookies;
}

/** How cookies are named and flagged: `__Host-` needs https, so loopback http has a plain name. */
export interface CookieStyle {
  readonly secure: boolean;
}

/** A `Set-Cookie` value for the whole host; `seconds` 0 deletes. */
export function setCookie({ secure }: CookieStyle, name: string, value: string, seconds: number): string {
  const flags = `Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax`;
  return `${prefix(secure)}${name}=${value}; ${flags}${secure ? "; Secure" : ""}`;
}

/** The value of our cookie `name`, or undefined. */
export function readCookie({ secure }: CookieStyle, cookies: Cookies, name: string): string | undefined {
  return cookies.get(`${prefix(secure)}${name}`);
}

function prefix(secure: boolean): string {
  return secure ? "__Host-" : "";
}

const loginCookie = (id: MailboxId): string => `wc-${id}`;

/** A login as the browser that launched it carries it. */
export interface BoundLogin {
  login: Login;
  state: string;
  /** The root key in force when `state` was made: PKCE verifier and nonce come from it. */
  root: RootKey;
}

/**
 * The `Set-Cookie` values that bind a login to this browser: the sealed login with its `state`, and deletions of
 * the oldest where the browser already carries eight, or carries too much.
 */
export function bindLogin(
  style: CookieStyle,
  keys: Keyring,
  salt: Uint8Array,
  cookies: Cookies,
  login: Login,
  state: string,
): string[] {
  const content = Buffer.concat([Buffer.from(state, "base64url"), encodeLogin(login)]);
  const sealed = toBase64url(seal(keys, "cookie", salt, content, Buffer.from(login.id)));
  const start = `${prefix(style.secure)}wc-`;
  const forgotten: string[] = [];
  let places = MOST_LIVE - 1;
  let room = MOST_CHARACTERS - sealed.length;
  for (const [name, value] of [...cookies].toReversed()) {
    if (!name.startsWith(start) || name === `${start}${login.id}`) continue;
    places -= 1;
    room -= value.length;
    if (places < 0 || room < 0) forgotten.push(name);
  }
  return [
    setCookie(style, loginCookie(login.id), sealed, CLAIM_WINDOW / 1000),
    ...forgotten.map((name) => setCookie(style, name.slice(prefix(style.secure).length), "", 0)),
  ];
}

/** The login `id` as this browser carries it, or undefined: not launched here, or the cookie is not ours. */
export function boundLogin(
  style: CookieStyle,
  keys: Keyring,
  cookies: Cookies,
  id: MailboxId,
): BoundLogin | undefined {
  const value = readCookie(style, cookies, loginCookie(id));
  const sealed = value === undefined ? undefined : fromBase64url(value);
  const opened = sealed && open(keys, "cookie", sealed, Buffer.from(id));
  if (!opened) return undefined;
  const state = toBase64url(opened.plaintext.subarray(0, STATE_BYTES));
  if (mailboxOfState(state) !== id) return undefined;
  return { login: decodeLogin(opened.plaintext.subarray(STATE_BYTES)), state, root: opened.root };
}

/** The `Set-Cookie` value that forgets a login that is over. */
export function unbindLogin(style: CookieStyle, id: MailboxId): string {
  return setCookie(style, loginCookie(id), "", 0);
}
