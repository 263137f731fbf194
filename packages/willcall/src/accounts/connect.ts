import type { AppProvider } from "../config/config.ts";
import type { Desk } from "../desk.ts";
import type { AccountId, Accounts } from "../engines/vault-store.ts";
import { LEASE, LOOK_AGAIN } from "../grants/lease.ts";
import { persist } from "../persist.ts";
import type { ProviderFailure, TokenAnswer, TokenContext } from "../providers/provider.ts";
import { inOrder, openHolding, prepareHolding, renewedHolding } from "./holding.ts";

/** For whom tokens came, and into which account. */
export interface Connecting {
  readonly account: AccountId;
  readonly owner: string;
  /** Whether the account is there already and gets new tokens in place. */
  readonly reconnects: boolean;
}

/** What came. */
export interface Arrived {
  readonly registration: AppProvider;
  readonly tokens: TokenAnswer;
  readonly context: TokenContext;
}

/** Tokens came, and the account that they were for is not there. */
export const accountGone: ProviderFailure = {
  error: "access_denied",
  reason: "account_gone",
  retryable: false,
};
const otherIdentity: ProviderFailure = { ...accountGone, reason: "other_identity" };

/**
 * Keeps fresh tokens as an account, or in the account that they reconnect: same id, same data, maybe other scopes. Tokens
 * of another person at the provider are refused, because whatever uses the account would mix two persons' data. (They are
 * not revoked: at some providers that would end that person's other accounts.)
 */
export async function connect(
  desk: Desk,
  accounts: Accounts,
  connecting: Connecting,
  arrived: Arrived,
): Promise<"connected" | ProviderFailure> {
  const { provider } = arrived.registration;
  const said = await desk.providers.identify(provider, arrived.tokens, arrived.context);
  const { id: subject = null, label = null } = said.ok ? said.identity : {};
  const keep = connecting.reconnects ? replace : insert;
  const outcome = await persist(desk, () => keep(desk, accounts, connecting, arrived, subject, label));
  if (outcome === "connected") {
    desk.log.info("account.connected", { provider: provider.name, account: connecting.account });
  }
  return outcome;
}

async function insert(
  desk: Desk,
  accounts: Accounts,
  { account: id, owner }: Connecting,
  { registration, tokens, context }: Arrived,
  subject: string | null,
  label: string | null,
): Promise<"connected" | ProviderFailure> {
  const now = desk.platform.now();
  const names = { id, owner, provider: registration.provider.name, version: 1 };
  const seal = await prepareHolding(desk, names);
  const inserted = await accounts.insert({
    ...names,
    ...inOrder(desk, registration.provider.definition, tokens, undefined, now),
    label,
    createdAt: now,
    sealed: seal(renewedHolding(undefined, tokens, context, subject)),
  });
  return inserted ? "connected" : accountGone;
}

async function replace(
  desk: Desk,
  accounts: Accounts,
  { account: id, owner }: Connecting,
  { registration, tokens, context }: Arrived,
  subject: string | null,
  label: string | null,
): Promise<"connected" | ProviderFailure> {
  const { platform } = desk;
  for (;;) {
    const found = await accounts.read(id);
    const isOurs = found?.owner === owner && found.provider === registration.provider.name;
    if (!isOurs) return accountGone;
    const now = platform.now();
    const leased = await accounts.lease(id, now, now + LEASE);
    if (leased === undefined) {
      await platform.sleep(LOOK_AGAIN);
      continue;
    }
    const former = await openHolding(desk, leased);
    if (former?.subject && subject !== null && former.subject !== subject) {
      await accounts.write(id, leased.fence, leased);
      return otherIdentity;
    }
    const version = leased.version + 1;
    const seal = await prepareHolding(desk, { ...leased, version });
    const state = {
      ...leased,
      ...inOrder(desk, registration.provider.definition, tokens, leased, now),
      label: label ?? leased.label,
      version,
      sealed: seal(renewedHolding(former, tokens, context, subject)),
    };
    const event = { type: "account.connected", reason: null, at: now } as const;
    const stored = await accounts.write(id, leased.fence, state, event);
    if (stored) return "connected";
  }
}
