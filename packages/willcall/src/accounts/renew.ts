import { KeyServiceError } from "../crypto/key-service.ts";
import type { Desk } from "../desk.ts";
import type { AccountRow, AccountState, Accounts } from "../engines/vault-store.ts";
import { LEASE, LOOK_AGAIN, PATIENCE } from "../grants/lease.ts";
import { persist } from "../persist.ts";
import type { ProviderFailure } from "../providers/provider.ts";
import type { Registrations } from "../registrations.ts";
import { type Holding, inOrder, openHolding, prepareHolding, renewedHolding } from "./holding.ts";
import { revokeHolding } from "./revoke.ts";

/** Milliseconds until the provider is asked again after one failure; doubles with each further one, … */
const FIRST_PAUSE = 5_000;
/** … up to this; … */
const LONGEST_PAUSE = 600_000;
/** … and at least this where the provider says that it is asked too often. */
const RATE_LIMITED_PAUSE = 30_000;

/** How an account's tokens were asked for, before a dialect spells it. */
export type Tokens =
  | { kind: "tokens"; row: AccountRow; holding: Holding }
  /** There is no such account, or it is another owner's. */
  | { kind: "unknown" }
  /** Only its owner can bring it back. `reason` is from the broker's own closed list. */
  | { kind: "needs_reconnect"; reason: string }
  /** The provider gave no refresh token: what is there may be good, and there is nothing newer to be had. */
  | { kind: "no_refresh_token" }
  /** Nothing is lost: try again, in `after` seconds. */
  | { kind: "unavailable" | "limited"; after: number }
  /** The provider refuses the operator's registration, or is not configured any more. */
  | { kind: "misconfigured" };

/** What refreshing works with. */
export interface Workshop {
  readonly desk: Desk;
  readonly accounts: Accounts;
  readonly registrations: Registrations;
}

/**
 * Gets newer tokens than `seen`: one call upstream among all processes on the store, its answer stored before anyone
 * hears of it (promise S11). No lock is held over the call: a lease with a fence is, and whoever loses it writes
 * nothing but a token that nobody else has.
 */
export async function renew(workshop: Workshop, seen: AccountRow): Promise<Tokens> {
  const { accounts } = workshop;
  const { platform } = workshop.desk;
  const startedAt = platform.now();
  while (platform.now() - startedAt < PATIENCE) {
    const now = platform.now();
    const settled = await look(workshop.desk, seen, await accounts.read(seen.id));
    if (settled !== undefined) return settled;
    const leased = await accounts.lease(seen.id, now, now + LEASE);
    if (leased === undefined) {
      await platform.sleep(LOOK_AGAIN);
      continue;
    }
    const beaten = await look(workshop.desk, seen, leased);
    if (beaten !== undefined) {
      await accounts.write(leased.id, leased.fence, leased);
      return beaten;
    }
    try {
      const answer = await callUpstream(workshop, leased);
      if (answer !== undefined) return answer;
    } catch (error) {
      // It is asked before the provider is: nothing has happened yet, and the next one need not wait for the lease.
      if (error instanceof KeyServiceError) await accounts.write(leased.id, leased.fence, leased);
      throw error;
    }
  }
  // Whoever stalled in the call may find a sibling's tokens by now.
  return (await look(workshop.desk, seen, await accounts.read(seen.id))) ?? { kind: "unavailable", after: 2 };
}

/** What the row already says to somebody who has seen `seen`; undefined: the provider must be asked. */
async function look(desk: Desk, seen: AccountRow, row: AccountRow | undefined): Promise<Tokens | undefined> {
  if (row === undefined) return { kind: "unknown" };
  if (row.status === "needs_reconnect")
    return { kind: "needs_reconnect", reason: row.reason ?? "dead_token" };
  if (row.version > seen.version) return opened(desk, row);
  const wait = row.retryAt - desk.platform.now();
  if (wait <= 0) return undefined;
  return row.reason === "misconfigured"
    ? { kind: "misconfigured" }
    : { kind: "unavailable", after: Math.ceil(wait / 1_000) };
}

/** The tokens of a row as it stands. */
export async function opened(desk: Desk, row: AccountRow): Promise<Tokens> {
  const holding = await openHolding(desk, row);
  return holding === undefined
    ? { kind: "needs_reconnect", reason: "unreadable" }
    : { kind: "tokens", row, holding };
}

/** The one call, under the lease. Undefined: somebody took the lease over; look again. */
async function callUpstream(workshop: Workshop, leased: AccountRow): Promise<Tokens | undefined> {
  const { desk, accounts } = workshop;
  const { platform, log } = desk;
  const holding = await openHolding(desk, leased);
  if (holding === undefined) return endUntilReconnect(workshop, leased, "unreadable");
  const { refreshToken } = holding;
  if (refreshToken === null) {
    const isOver = leased.expiresAt !== null && leased.expiresAt <= platform.now();
    if (isOver) return endUntilReconnect(workshop, leased, "no_refresh_token");
    await accounts.write(leased.id, leased.fence, leased);
    return { kind: "no_refresh_token" };
  }
  const registration = await workshop.registrations.at(leased.provider);
  if (registration === undefined) {
    await accounts.write(leased.id, leased.fence, leased);
    return { kind: "misconfigured" };
  }
  const version = leased.version + 1;
  const seal = await prepareHolding(desk, { ...leased, version });
  const startedAt = platform.now();
  const result = await desk.providers.refresh(registration.provider, refreshToken, holding);
  if (!result.ok) return refused(workshop, leased, result.failure);
  const next = renewedHolding(holding, result.tokens, holding, null);
  const state: AccountState = {
    ...leased,
    ...inOrder(desk, registration.provider.definition, result.tokens, leased, platform.now()),
    version,
    sealed: seal(next),
  };
  const stored = await persist(desk, () => store(workshop, leased, state));
  if (stored === "gone") await revokeHolding(desk, registration, next);
  if (stored !== "stored") return undefined;
  log.info("account.refreshed", {
    provider: leased.provider,
    account: leased.id,
    ms: platform.now() - startedAt,
  });
  return { kind: "tokens", row: { ...leased, ...state }, holding: next };
}

/**
 * Writes new tokens before anyone hears of them. A holder that stalled past its lease takes a new one: a rotated token
 * is given up only for a sibling's newer one, or because the account was deleted.
 */
async function store(
  { desk, accounts }: Workshop,
  leased: AccountRow,
  state: AccountState,
): Promise<"stored" | "beaten" | "gone"> {
  const { platform } = desk;
  let held: AccountRow | undefined = leased;
  for (;;) {
    if (held !== undefined && held.version >= state.version) {
      await accounts.write(held.id, held.fence, held);
      return "beaten";
    }
    const event = { type: "account.refreshed", reason: null, at: platform.now() } as const;
    if (held !== undefined && (await accounts.write(held.id, held.fence, state, event))) return "stored";
    if ((await accounts.read(leased.id)) === undefined) return "gone";
    const now = platform.now();
    held = await accounts.lease(leased.id, now, now + LEASE);
    if (held === undefined) await platform.sleep(LOOK_AGAIN);
  }
}

/** The provider gave none. Only its own word that the token is dead ends the account; everything else passes. */
async function refused(
  workshop: Workshop,
  leased: AccountRow,
  failure: ProviderFailure,
): Promise<Tokens | undefined> {
  const { desk, accounts } = workshop;
  const { provider, id, fence } = leased;
  const { reason, status } = failure;
  desk.log.warn("account.failed", { provider, account: id, reason, status });
  if (failure.error === "invalid_grant") return endUntilReconnect(workshop, leased, reason);
  const failures = leased.failures + 1;
  const least = reason === "rate_limited" ? RATE_LIMITED_PAUSE : FIRST_PAUSE;
  const pause = Math.min(LONGEST_PAUSE, Math.max(least, FIRST_PAUSE * 2 ** (failures - 1)));
  const retryAt = desk.platform.now() + pause;
  await accounts.write(id, fence, { ...leased, status: "error", reason, failures, retryAt });
  return reason === "misconfigured"
    ? { kind: "misconfigured" }
    : { kind: "unavailable", after: Math.ceil(pause / 1_000) };
}

/** Only the holder of the lease may call an account dead: a sibling that took over may have renewed it. */
async function endUntilReconnect(
  { desk, accounts }: Workshop,
  leased: AccountRow,
  reason: string,
): Promise<Tokens | undefined> {
  const { id, fence, provider } = leased;
  const state = { ...leased, status: "needs_reconnect", reason, refreshAt: null } as const;
  const event = { type: "account.needs_reconnect", reason, at: desk.platform.now() } as const;
  if (!(await accounts.write(id, fence, state, event))) return undefined;
  desk.log.warn("account.needs_reconnect", { provider, account: id, reason });
  return { kind: "needs_reconnect", reason };
}
