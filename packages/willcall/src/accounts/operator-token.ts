import { equalBytes, toBase64url } from "../crypto/bytes.ts";
import { sha256 } from "../crypto/hmac.ts";
import type { OperatorTokens } from "../engines/vault-store.ts";
import type { Secret } from "../secret.ts";

/**
 * What an operator token may allow: see accounts, connect and delete them, read and renew their tokens, provision, hear what
 * happens, and sign people in, who may do everything with what is theirs.
 */
export const OPERATOR_SCOPES = [
  "accounts:read",
  "accounts:write",
  "tokens:read",
  "account-types:write",
  "events:read",
  "sessions:write",
] as const;
export type OperatorScope = (typeof OPERATOR_SCOPES)[number];

const tokenPattern = /^wco1\.([0-9a-f]{16})\.[A-Za-z0-9_-]{43}$/;

/** SHA-256 is enough for 256 random bits: nobody guesses them, however fast the hash. */
const hashOf = (token: string): string => toBase64url(sha256(Buffer.from(token)));

/**
 * Makes an operator token, `wco1.<id>.<secret>`, and stores its hash; the token itself is shown once and kept nowhere.
 *
 * @param random gives so many fresh random bytes
 * @param now milliseconds since the epoch
 */
export async function makeOperatorToken(
  store: OperatorTokens,
  random: (length: number) => Uint8Array,
  { label, scopes }: { label: string; scopes: readonly OperatorScope[] },
  now: number,
): Promise<{ id: string; token: string }> {
  const id = Buffer.from(random(8)).toString("hex");
  const token = `wco1.${id}.${toBase64url(random(32))}`;
  await store.insert({ id, hash: hashOf(token), label, scopes: scopes.join(" "), createdAt: now });
  return { id, token };
}

/**
 * What a presented token allows; undefined: it is unknown or revoked.
 *
 * @param configured the operator's own token, which allows everything
 */
export async function scopesOf(
  store: OperatorTokens,
  configured: Secret | undefined,
  presented: string,
): Promise<ReadonlySet<string> | undefined> {
  const hash = hashOf(presented);
  if (configured !== undefined && isSame(hashOf(configured.reveal()), hash)) return EVERYTHING;
  const [, id] = tokenPattern.exec(presented) ?? [];
  const row = id === undefined ? undefined : await store.read(id);
  return row !== undefined && isSame(row.hash, hash) ? new Set(row.scopes.split(" ")) : undefined;
}

const EVERYTHING: ReadonlySet<string> = new Set(OPERATOR_SCOPES);

const isSame = (a: string, b: string): boolean => equalBytes(Buffer.from(a), Buffer.from(b));
