import type { Desk } from "../desk.ts";
import type { AccountRow } from "../engines/vault-store.ts";
import { type InputError, readInputs } from "../login/inputs.ts";
import type { ProviderFailure } from "../providers/provider.ts";
import type { Registrations } from "../registrations.ts";
import { makeAccountId } from "./session.ts";
import type { Vault } from "./vault.ts";

/** What an operator's server brings of an account that was connected elsewhere. */
export interface ImportRequest {
  readonly owner: string;
  readonly provider: string;
  readonly refreshToken: string;
  /** Space-joined, for providers that do not say what they gave. */
  readonly scope?: string | undefined;
  /** The definition's inputs. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** Why there is no account. */
export type NotImported = { error: "unknown_provider" | InputError } | { failure: ProviderFailure };

/**
 * Keeps an account by its refresh token alone (contract E, `grant_mode: refresh_token`). The provider is asked at once: what it
 * gives is stored, so a token that rotates works here from then on and nowhere else.
 */
export async function importAccount(
  desk: Desk,
  vault: Vault,
  registrations: Registrations,
  { owner, provider, refreshToken, scope, inputs }: ImportRequest,
): Promise<{ row: AccountRow } | NotImported> {
  const registration = await registrations.at(provider);
  if (registration === undefined) return { error: "unknown_provider" };
  const checked = readInputs(registration.provider, Object.entries(inputs));
  if ("error" in checked) return checked;
  const context = { inputs: checked.values, captured: {} };
  const result = await desk.providers.refresh(registration.provider, refreshToken, context);
  if (!result.ok) return { failure: result.failure };
  const tokens = { ...(scope !== undefined && { scope }), ...result.tokens };
  const account = makeAccountId(desk.platform.random(16));
  const kept = await vault.connect({ account, owner, reconnects: false }, { registration, tokens, context });
  if (kept !== "connected") return { failure: kept };
  const row = await vault.find({ id: account });
  if (row === undefined) throw new TypeError("an account that was just kept is not there");
  return { row };
}
