import { ENVELOPE_RANDOM } from "../crypto/envelope.ts";
import type { Keyring } from "../crypto/keys.ts";
import { openAnyEnvelope, prepareEnvelope } from "../crypto/serviced-envelope.ts";
import type { Desk } from "../desk.ts";
import type { AccountRow } from "../engines/vault-store.ts";
import type { Platform } from "../platform.ts";
import type { Definition } from "../providers/definition.ts";
import type { JsonObject, TokenAnswer, TokenContext } from "../providers/provider.ts";
import { type Timing, scheduled } from "./schedule.ts";

/** What Willcall holds of an account, and nobody reads in the store: its tokens, and what a refresh needs with them. */
export interface Holding extends TokenContext {
  accessToken: string;
  /** As the provider spelt it. */
  tokenType: string;
  /** Null: this access token is all there will be. */
  refreshToken: string | null;
  idToken: string | null;
  /** Further members that the definition keeps (`instance_url`, `realmId`, …). */
  extra: JsonObject;
  /** What names the person at the provider, where it says; two holdings with two subjects are two persons'. */
  subject: string | null;
}

/** What sealing needs: root keys and randomness. */
interface Sealing {
  readonly keys: Keyring;
  readonly platform: Pick<Platform, "random">;
}

/** The names that a sealed holding is bound to. */
type Names = Pick<AccountRow, "id" | "owner" | "provider" | "version">;

/** What a row's envelope is bound to. */
export const aadOf = ({ id, owner, provider, version }: Names): Buffer =>
  Buffer.from(JSON.stringify([owner, provider, id, version]));

/**
 * Makes ready to seal a holding, once, for its row at `version`: copied to another row, or put back later, it does not
 * open (S1). A key service is asked now, before a provider gives what must not be lost; rejects with `KeyServiceError`.
 */
export async function prepareHolding(
  { keys, platform }: Sealing,
  names: Names,
): Promise<(holding: Holding) => Buffer> {
  const seal = await prepareEnvelope(keys, platform.random(ENVELOPE_RANDOM), aadOf(names));
  return (holding) => seal(Buffer.from(JSON.stringify(holding)));
}

/**
 * The holding of a row, or undefined: somebody changed the row, or its root key is gone. Rejects with `KeyServiceError`
 * while a key service does not answer.
 */
export async function openHolding(
  { keys }: Pick<Desk, "keys">,
  row: AccountRow,
): Promise<Holding | undefined> {
  const content = await openAnyEnvelope(keys, aadOf(row), row.sealed);
  return content && (JSON.parse(content.toString("utf8")) as Holding);
}

/**
 * The holding after `tokens` came. What the provider left out stays as `former` has it: a refresh token that is not
 * replaced is still good (RFC 6749 §6).
 */
export function renewedHolding(
  former: Holding | undefined,
  tokens: TokenAnswer,
  { inputs, captured }: TokenContext,
  subject: string | null,
): Holding {
  return {
    accessToken: tokens.access_token,
    tokenType: tokens.token_type,
    refreshToken: tokens.refresh_token ?? former?.refreshToken ?? null,
    idToken: tokens.id_token ?? former?.idToken ?? null,
    extra: { ...former?.extra, ...tokens.extra },
    subject: subject ?? former?.subject ?? null,
    inputs,
    captured: { ...former?.captured, ...captured },
  };
}

/** The columns of a row in order, after `tokens` came at `now` (milliseconds) from a provider of this definition. */
export function inOrder(
  timing: Timing,
  definition: Definition,
  tokens: TokenAnswer,
  former: Pick<AccountRow, "scope" | "refreshAt"> | undefined,
  now: number,
) {
  const { access_token_lifetime: lifetime } = definition;
  return {
    status: "connected",
    reason: null,
    scope: tokens.scope ?? former?.scope ?? null,
    renewedAt: now,
    // Some answers do not say what the provider's documentation does.
    expiresAt: tokens.expiresAt ?? (lifetime === undefined ? null : now + lifetime * 1_000),
    refreshAt:
      tokens.refresh_token === undefined
        ? (former?.refreshAt ?? null)
        : scheduled(timing, definition, tokens, now),
    failures: 0,
    retryAt: 0,
  } as const;
}
