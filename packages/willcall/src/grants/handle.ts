import { fromBase64url, toBase64url } from "../crypto/bytes.ts";
import type { Keyring } from "../crypto/keys.ts";
import { open, seal } from "../crypto/seal.ts";
import type { Desk } from "../desk.ts";
import type { TokenContext } from "../providers/provider.ts";
import type { Delivered } from "./delivered.ts";

/** `wcr1.` and base64url: the sealed refresh token that an app holds instead of the provider's. */
export type Handle = string & { readonly __brand: "Handle" };

const PREFIX = "wcr1.";
/** Longer is no handle of ours: refused before any work. */
const LONGEST = 8192;
/** Milliseconds after which a handle that nobody used is dead. */
export const HANDLE_LIFETIME = 400 * 86_400_000;

/** What a handle stands for. It is bound to app, provider and origin: shown by anyone else it is unknown (S6). */
export interface Grant extends TokenContext {
  /** The grant's id: 22 characters of base64url. */
  id: string;
  /** Counts refreshes: the newest generation is the one in use. */
  generation: number;
  app: string;
  provider: string;
  /** The `Origin` of the login, or null when it had none. */
  origin: string | null;
  /** The provider's own refresh token. */
  refreshToken: string;
  /** Milliseconds since the epoch when this handle was made. */
  issuedAt: number;
}

/** Seals a grant into the handle that the app keeps. `salt` is 16 random bytes. */
export function makeHandle(keys: Keyring, salt: Uint8Array, grant: Grant): Handle {
  const facts = JSON.stringify([
    grant.id,
    grant.generation,
    grant.app,
    grant.provider,
    grant.origin,
    grant.refreshToken,
    grant.issuedAt,
    grant.inputs,
    grant.captured,
  ]);
  return `${PREFIX}${toBase64url(seal(keys, "handle", salt, Buffer.from(facts)))}` as Handle;
}

/** The same answer with its refresh handle bound to `origin`: code and device logins learn it when they are redeemed (S6). */
export function bindToOrigin(
  { keys, platform }: Pick<Desk, "keys" | "platform">,
  delivered: Delivered,
  origin: string | null,
): Delivered {
  const grant = openHandle(keys, delivered.refresh_token ?? "", platform.now());
  if (grant === undefined || grant.origin === origin) return delivered;
  return { ...delivered, refresh_token: makeHandle(keys, platform.random(16), { ...grant, origin }) };
}

/** Whether `text` claims to be a handle (it may still be forged): the rest are a provider's own tokens. */
export function looksLikeHandle(text: string): boolean {
  return text.startsWith(PREFIX);
}

/** The grant of a handle, or undefined: forged, changed, past its lifetime, or sealed under a key that is gone. */
export function openHandle(keys: Keyring, text: string, now: number): Grant | undefined {
  if (!looksLikeHandle(text) || text.length > LONGEST) return undefined;
  const sealed = fromBase64url(text.slice(PREFIX.length));
  const opened = sealed && open(keys, "handle", sealed);
  if (!opened) return undefined;
  const [id, generation, app, provider, origin, refreshToken, issuedAt, inputs, captured] = JSON.parse(
    opened.plaintext.toString("utf8"),
  ) as [
    string,
    number,
    string,
    string,
    string | null,
    string,
    number,
    Record<string, string>,
    Record<string, string>,
  ];
  if (issuedAt + HANDLE_LIFETIME < now) return undefined;
  return { id, generation, app, provider, origin, refreshToken, issuedAt, inputs, captured };
}
