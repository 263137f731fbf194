import { fromBase64url, toBase64url } from "../crypto/bytes.ts";
import { sha256 } from "../crypto/hmac.ts";
import { PUBLIC_KEY_LENGTH } from "../crypto/hpke.ts";
import type { RootKey } from "../crypto/keys.ts";
import type { DialectName, MailboxId } from "../engines/engine.ts";
import type { Definition } from "../providers/definition.ts";

/** Milliseconds in which a login may be claimed, counted from begin. */
export const CLAIM_WINDOW = 600_000;
/** Milliseconds a ready box waits for its app, at least. */
export const READY_WINDOW = 120_000;
/** Milliseconds that one call to a provider may take (`providers/egress.ts`), and those for everything around it. */
const CALL_WINDOW = 10_000;
const SLACK = 5_000;
/** Milliseconds a read key opens: claims, 10 s for the provider, the ready window, 5 s of clock skew. */
export const READ_KEY_WINDOW = CLAIM_WINDOW + 10_000 + READY_WINDOW + 5_000;
/** Milliseconds a row outlives its login: longer than any key that could ask for it. */
export const TOMBSTONE_WINDOW = READ_KEY_WINDOW + 60_000;
/** Milliseconds after begin in which a launch from the app itself is silent (promise S5). */
export const SILENT_WINDOW = 120_000;

/** One authorization in flight: what a ticket, a cookie or a row carries, always sealed. */
export interface Login {
  id: MailboxId;
  dialect: DialectName;
  app: string;
  provider: string;
  /** The `Origin` that began it, or null when it sent none. */
  origin: string | null;
  /** Narrowed by the app; null: as configured. */
  scope: readonly string[] | null;
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** Where begin came from: an address or a region, for the confirmation page. */
  near: string | null;
  /** The definition's inputs (`shop`, `subdomain`, …). */
  inputs: Readonly<Record<string, string>>;
  /** What the outcome is sealed to. */
  publicKey: Buffer;
  /** What the dialect checks at pick-up (code: challenge, client, redirect URI); stands in the row as it is. */
  binding: Readonly<Record<string, string>> | null;
  /** What the dialect needs at the end and no row may hold in the clear (code: the code itself, the app's state). */
  carried: Readonly<Record<string, string>> | null;
}

/** Milliseconds since the epoch after which the login can no longer be claimed. */
export function expiresAt(login: Login): number {
  return login.createdAt + CLAIM_WINDOW;
}

/**
 * Milliseconds an exchange may take before its row reads `failed`: the token call, and each call that follows it. Only
 * accounts ask who somebody is.
 */
export function exchangeWindow(
  { follow_ups = [], issuer, jwks_uri, identity }: Definition,
  dialect: DialectName,
): number {
  const keyFetch = issuer !== undefined || jwks_uri !== undefined ? 1 : 0;
  const identification = dialect === "accounts" && identity?.from === "endpoint" ? 1 : 0;
  return (1 + follow_ups.length + keyFetch + identification) * CALL_WINDOW + SLACK;
}

/** The login as bytes, to be sealed: public key ‖ JSON array. */
export function encodeLogin(login: Login): Buffer {
  const facts = JSON.stringify([
    login.id,
    login.dialect,
    login.app,
    login.provider,
    login.origin,
    login.scope,
    login.createdAt,
    login.near,
    login.inputs,
    login.binding,
    login.carried,
  ]);
  const bytes = Buffer.allocUnsafe(PUBLIC_KEY_LENGTH + Buffer.byteLength(facts));
  bytes.set(login.publicKey, 0);
  bytes.write(facts, PUBLIC_KEY_LENGTH);
  return bytes;
}

/** The inverse of `encodeLogin`, for bytes that opened: they are what this broker sealed, so they are trusted. */
export function decodeLogin(bytes: Buffer): Login {
  const [id, dialect, app, provider, origin, scope, createdAt, near, inputs, binding, carried] = JSON.parse(
    bytes.toString("utf8", PUBLIC_KEY_LENGTH),
  ) as [
    MailboxId,
    DialectName,
    string,
    string,
    string | null,
    string[] | null,
    number,
    string | null,
    Record<string, string>,
    Record<string, string> | null,
    Record<string, string> | null,
  ];
  const publicKey = bytes.subarray(0, PUBLIC_KEY_LENGTH);
  return { id, dialect, app, provider, origin, scope, createdAt, near, inputs, publicKey, binding, carried };
}

const STATE_RANDOM = 16;
const ID = 16;

/** The `state` of one authorization request: mailbox id ‖ 16 random bytes, 43 characters. */
export function makeState(id: MailboxId, random: Uint8Array): string {
  return toBase64url(Buffer.concat([Buffer.from(id, "base64url"), random.subarray(0, STATE_RANDOM)]));
}

/** The mailbox that a `state` belongs to, or undefined when no broker made it. */
export function mailboxOfState(state: string): MailboxId | undefined {
  if (state.length !== 43) return undefined;
  const bytes = fromBase64url(state);
  return bytes && (toBase64url(bytes.subarray(0, ID)) as MailboxId);
}

/** What a row stores of a `state`: its SHA-256, base64url. */
export function hashState(state: string): string {
  return toBase64url(sha256(Buffer.from(state)));
}

/** PKCE verifier (RFC 7636 §4.1) and OIDC nonce of a `state`, derived so that neither is stored. */
export function proofsOf(root: RootKey, state: string): { codeVerifier: string; nonce: string } {
  const bytes = Buffer.from(state);
  return {
    codeVerifier: toBase64url(root.for("pkce verifier").digest(bytes)),
    nonce: toBase64url(root.for("nonce").digest(bytes).subarray(0, 16)),
  };
}
