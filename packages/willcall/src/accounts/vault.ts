import type { Desk } from "../desk.ts";
import type { AccountFilter, AccountId, AccountRow, Accounts } from "../engines/vault-store.ts";
import { LEASE, LOOK_AGAIN } from "../grants/lease.ts";
import { RateLimit } from "../limits.ts";
import type { ProviderFailure } from "../providers/provider.ts";
import type { Registrations } from "../registrations.ts";
import { renewDue } from "./background.ts";
import { type Arrived, type Connecting, connect } from "./connect.ts";
import { openHolding } from "./holding.ts";
import { type Tokens, opened, renew } from "./renew.ts";
import { type Revoked, revokeHolding } from "./revoke.ts";

/** Milliseconds before its end in which an access token is renewed on reading, … */
const MARGIN = 300_000;
/** … but never more than this part of its life: some last for five minutes. */
const MARGIN_PART = 0.25;
/** Milliseconds for which a refresh answers those who ask late with what it got (security.md, "Refresh races"). */
const LATE = 60_000;
/** Milliseconds between two notes of use: an account that is read all the time is not written all the time. */
const USE_STEP = 30_000;
/** Refreshes per minute and account that may ask the provider; those who share a call count once. */
const REFRESHES_PER_MINUTE = 30;

/** Which account, and for whom: with an owner, another owner's account is unknown. */
export interface Wanted {
  readonly id: AccountId;
  readonly owner?: string | undefined;
}

/** Stored accounts, for every dialect. Callers see whole values and never a provider's refresh token. */
export interface Vault {
  /** Keeps fresh tokens as an account, or in the one that they reconnect. */
  connect(connecting: Connecting, arrived: Arrived): Promise<"connected" | ProviderFailure>;
  /** The account without its tokens; undefined: unknown, or another owner's. */
  find(wanted: Wanted): Promise<AccountRow | undefined>;
  /** At most `limit` accounts from the first after `after`, in a stable order. */
  list(filter: AccountFilter, after: string, limit: number): Promise<AccountRow[]>;
  /** The inputs (`shop`, `subdomain`, …) that an account was connected with. */
  inputsOf(row: AccountRow): Promise<Readonly<Record<string, string>>>;
  /** Its tokens, renewed first where they are about to end. A token that still holds outlives a provider that is down. */
  read(wanted: Wanted): Promise<Tokens>;
  /**
   * Renews its tokens. `stale` is the version of those that were found dead: whoever names it gets newer ones or none;
   * without it, what came in the last minute is what a late caller gets.
   */
  refresh(wanted: Wanted, stale?: number): Promise<Tokens>;
  /** Renews a few of the accounts whose refresh tokens would end unused. Call it now and then. */
  renewDue(): Promise<void>;
  /** Ends it at the provider as far as that goes, then here for good. Undefined: unknown. */
  remove(wanted: Wanted): Promise<Revoked | undefined>;
}

/** Makes the vault over a store. */
export function createVault(desk: Desk, accounts: Accounts, registrations: Registrations): Vault {
  const workshop = { desk, accounts, registrations };
  const underWay = new Map<string, Promise<Tokens>>();
  const rate = new RateLimit(REFRESHES_PER_MINUTE, 60_000);

  async function find({ id, owner }: Wanted): Promise<AccountRow | undefined> {
    const row = await accounts.read(id);
    return owner === undefined || row?.owner === owner ? row : undefined;
  }

  /** Everybody in this process who has seen the same version shares one piece of work. */
  function renewOnce(seen: AccountRow): Promise<Tokens> {
    const key = `${seen.id}:${seen.version}`;
    let work = underWay.get(key);
    if (work === undefined) {
      if (!rate.allows(seen.id, desk.platform.now())) return Promise.resolve({ kind: "limited", after: 60 });
      work = renew(workshop, seen).finally(() => underWay.delete(key));
      underWay.set(key, work);
    }
    return work;
  }

  /** What rows were opened to: kept no longer than the store gives the same row again. */
  const openedBefore = new WeakMap<AccountRow, Tokens>();
  async function openedOnce(row: AccountRow): Promise<Tokens> {
    const tokens = openedBefore.get(row) ?? (await opened(desk, row));
    openedBefore.set(row, tokens);
    return tokens;
  }

  return {
    connect: (connecting, arrived) => connect(desk, accounts, connecting, arrived),
    find,
    list: (filter, after, limit) => accounts.list(filter, after, limit),
    inputsOf: async (row) => (await openHolding(desk, row))?.inputs ?? {},

    async read(wanted) {
      const row = await find(wanted);
      if (row === undefined) return { kind: "unknown" };
      const now = desk.platform.now();
      if (now - (row.usedAt ?? 0) >= USE_STEP) await accounts.use(row.id, now);
      if (row.status !== "needs_reconnect" && isFresh(row, now)) return openedOnce(row);
      const renewed = await renewOnce(row);
      if (renewed.kind === "tokens" || renewed.kind === "needs_reconnect" || renewed.kind === "unknown")
        return renewed;
      return row.expiresAt === null || row.expiresAt > desk.platform.now() ? opened(desk, row) : renewed;
    },

    async refresh(wanted, stale) {
      const row = await find(wanted);
      if (row === undefined) return { kind: "unknown" };
      const isNewer = stale === undefined ? desk.platform.now() - row.renewedAt < LATE : row.version > stale;
      return isNewer && row.status !== "needs_reconnect" ? opened(desk, row) : renewOnce(row);
    },

    renewDue: () => renewDue(desk, accounts, renewOnce),

    async remove(wanted) {
      for (;;) {
        const row = await find(wanted);
        if (row === undefined) return undefined;
        const now = desk.platform.now();
        // Under the lease, so that no refresh gets a token after this one was revoked.
        const leased = await accounts.lease(row.id, now, now + LEASE);
        const registration = await registrations.at(row.provider);
        const holding = leased && (await openHolding(desk, leased));
        const revoked =
          registration && holding ? await revokeHolding(desk, registration, holding) : "unsupported";
        const event = { type: "account.deleted", reason: revoked, at: desk.platform.now() } as const;
        if (leased !== undefined && (await accounts.remove(row.id, leased.fence, event))) {
          desk.log.info("account.deleted", { provider: row.provider, account: row.id, reason: revoked });
          return revoked;
        }
        await desk.platform.sleep(LOOK_AGAIN);
      }
    },
  };
}

/** Whether an access token will still hold for a while. One whose end nobody knows counts as fresh (A15). */
function isFresh({ expiresAt, renewedAt }: AccountRow, now: number): boolean {
  if (expiresAt === null) return true;
  return expiresAt - now > Math.min(MARGIN, (expiresAt - renewedAt) * MARGIN_PART);
}
