import { fromBase64url, toBase64url } from "../crypto/bytes.ts";
import type { Keyring } from "../crypto/keys.ts";
import { open, seal } from "../crypto/seal.ts";
import type { AccountId } from "../engines/vault-store.ts";
import type { Platform } from "../platform.ts";

/** Milliseconds that a connector token lasts, at most: as long as one run of a connector may take. */
export const CONNECTOR_TOKEN_LIFE = 1_800_000;

const PREFIX = "wcc1.";
/** Characters: an owner of 128 characters takes at most six bytes for each. */
const LONGEST = 1_200;

/** The one account that a connector may use, and whose it is. */
export interface ConnectorAccount {
  readonly account: AccountId;
  readonly owner: string;
}

/**
 * Makes the bearer credential of one run of a connector (contract E: `COZY_CREDENTIALS`): `wcc1.` and a sealed account,
 * owner and end. Nothing is stored, so nothing has to be cleaned up, and it cannot be taken back before its end.
 *
 * @param expiresAt milliseconds since the epoch; brought forward to 30 minutes from now where it is later
 */
export function makeConnectorToken(
  keys: Keyring,
  { random, now }: Pick<Platform, "random" | "now">,
  { account, owner }: ConnectorAccount,
  expiresAt: number,
): string {
  const end = Math.min(expiresAt, now() + CONNECTOR_TOKEN_LIFE);
  const content = Buffer.from(JSON.stringify([account, owner, end]));
  return PREFIX + toBase64url(seal(keys, "connector", random(16), content));
}

/**
 * What a presented token lets its bearer use; undefined: forged, changed, past its end, or its root key is gone. The
 * caller looks whether there still is such an account of this owner.
 *
 * @param now milliseconds since the epoch
 */
export function openConnectorToken(keys: Keyring, token: string, now: number): ConnectorAccount | undefined {
  if (!token.startsWith(PREFIX) || token.length > LONGEST) return undefined;
  const sealed = fromBase64url(token.slice(PREFIX.length));
  const opened = sealed && open(keys, "connector", sealed);
  if (opened === undefined) return undefined;
  const [account, owner, end] = JSON.parse(opened.plaintext.toString("utf8")) as [AccountId, string, number];
  return now < end ? { account, owner } : undefined;
}
