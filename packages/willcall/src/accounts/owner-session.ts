import { fromBase64url, toBase64url } from "../crypto/bytes.ts";
import type { Keyring, Label } from "../crypto/keys.ts";
import { open, seal } from "../crypto/seal.ts";
import type { Desk } from "../desk.ts";
import type { MailboxId } from "../engines/engine.ts";
import { ACCOUNTS } from "../config/names.ts";
import { TOMBSTONE_WINDOW, hashState, makeState } from "../login/login.ts";
import type { Platform } from "../platform.ts";

/** Milliseconds in which a session code may be used. */
export const SESSION_CODE_LIFE = 600_000;
/** Milliseconds that a browser stays signed in. Nothing is stored, so nothing ends it sooner but a lost cookie. */
export const OWNER_SESSION_LIFE = 7 * 86_400_000;
/** Whose the accounts are where there is one person: an operator's server names others. */
export const DEFAULT_OWNER = "me";
/** Characters: the longest owner, in six bytes for each character, and the longest URLs. */
const LONGEST = 5_000;

/** Who is to be signed in, and from where. */
export interface SessionCode {
  /** Names the code, and the login that it begins: so that it begins one thing only, once. */
  readonly id: MailboxId;
  readonly owner: string;
  /** Where the browser goes then; null: to the home page. */
  readonly returnTo: string | null;
  /** Where the link is shown: from there nobody is asked. `terminal`: on the operator's own. Null: asked everywhere. */
  readonly origin: string | null;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/**
 * Makes a code that signs a browser in as `owner`, once, within ten minutes. It is sealed and nothing is written: codes
 * that nobody uses cost nothing.
 */
export function makeSessionCode(
  keys: Keyring,
  { random, now }: Pick<Platform, "random" | "now">,
  { owner, returnTo, origin }: Pick<SessionCode, "owner" | "returnTo" | "origin">,
): { code: string; expiresAt: number } {
  const createdAt = now();
  const content = [toBase64url(random(16)), owner, returnTo, origin, createdAt];
  const code = sealText(keys, "session code", random(16), content);
  return { code, expiresAt: createdAt + SESSION_CODE_LIFE };
}

/**
 * What a code says; undefined: forged, too old, or its root key is gone. Says nothing of whether it was used.
 *
 * @param now milliseconds since the epoch
 */
export function openSessionCode(keys: Keyring, code: string, now: number): SessionCode | undefined {
  const content = openText(keys, "session code", code);
  if (content === undefined) return undefined;
  const [id, owner, returnTo, origin, createdAt] = content as [
    MailboxId,
    string,
    string | null,
    string | null,
    number,
  ];
  return now < createdAt + SESSION_CODE_LIFE ? { id, owner, returnTo, origin, createdAt } : undefined;
}

/**
 * Uses a code up: true for exactly one caller, among all processes on the store. A row of the code's id marks it, as it
 * does where the code began a login; the row dies by itself when the code has long been too old (promise S7).
 */
export async function useSessionCode({ mailboxes, platform }: Desk, { id }: SessionCode): Promise<boolean> {
  const now = platform.now();
  // No browser ever has this state, so that the row is never claimed.
  const stateHash = hashState(makeState(id, platform.random(16)));
  const row = await mailboxes.launch(
    {
      id,
      dialect: "accounts",
      app: ACCOUNTS,
      provider: "",
      stateHash,
      login: null,
      binding: null,
      expiresAt: now,
      forgetAt: now + TOMBSTONE_WINDOW,
    },
    now,
  );
  return row === "inserted";
}

/** The value of the cookie of a browser that is signed in as `owner`, for `OWNER_SESSION_LIFE`. */
export function makeOwnerSession(
  keys: Keyring,
  { random, now }: Pick<Platform, "random" | "now">,
  owner: string,
): string {
  return sealText(keys, "owner session", random(16), [owner, now() + OWNER_SESSION_LIFE]);
}

/**
 * As whom a cookie signs its browser in; undefined: forged, past its end, or its root key is gone.
 *
 * @param now milliseconds since the epoch
 */
export function openOwnerSession(keys: Keyring, cookie: string, now: number): string | undefined {
  const content = openText(keys, "owner session", cookie);
  if (content === undefined) return undefined;
  const [owner, end] = content as [string, number];
  return now < end ? owner : undefined;
}

function sealText(keys: Keyring, label: Label, salt: Uint8Array, content: readonly unknown[]): string {
  return toBase64url(seal(keys, label, salt, Buffer.from(JSON.stringify(content))));
}

/** What `sealText` sealed: it is what this broker wrote, so its shape is trusted. */
function openText(keys: Keyring, label: Label, text: string): unknown {
  const sealed = text.length > LONGEST ? undefined : fromBase64url(text);
  const opened = sealed && open(keys, label, sealed);
  return opened && JSON.parse(opened.plaintext.toString("utf8"));
}
