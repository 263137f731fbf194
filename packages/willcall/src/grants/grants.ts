import type { App, AppProvider } from "../config/config.ts";
import { type Desk, providerOf } from "../desk.ts";
import type { GrantRow, LoginRow } from "../engines/engine.ts";
import { AddressLimit, RateLimit } from "../limits.ts";
import { persist } from "../persist.ts";
import type { ProviderFailure, TokenAnswer } from "../providers/provider.ts";
import { type Delivered, prepare } from "./delivered.ts";
import { type Grant, HANDLE_LIFETIME, looksLikeHandle, openHandle } from "./handle.ts";
import { LEASE, LOOK_AGAIN, PATIENCE } from "./lease.ts";
import { RAW_KEPT, RawTokens } from "./raw.ts";
import { RAW_REPLAY_WINDOW, REPLAY_WINDOW, openReplay, sealReplay } from "./replay.ts";

/** Refreshes per minute and grant; the one call under way is shared and counts once. */
const REFRESHES_PER_MINUTE = 30;
/** Raw tokens per minute and address: each may cost a row and a call to the provider, whatever it is. */
const RAW_PER_MINUTE = 60;
/** Milliseconds that a grant's row is kept after a write: a day longer than its newest handle. */
const KEPT = HANDLE_LIFETIME + 86_400_000;

/** How a refresh ended, before a dialect spells it. */
export type Refreshed =
  | { kind: "tokens"; delivered: Delivered }
  /** The handle is unknown here, or what it stands for is dead: the person must log in again. */
  | { kind: "invalid_grant" }
  /** Nothing is lost: try again, in `after` seconds. */
  | { kind: "unavailable" | "limited"; after: number }
  /** The provider refuses the operator's registration. */
  | { kind: "misconfigured" };

/** Who presents a token, and what. */
export interface Presented {
  app: App;
  origin: string | null;
  /** The address that presents it, against which strangers' guesses count. */
  address: string;
  /** A handle; or, where the app allows it, a provider's own refresh token. */
  token: string;
}

/** Refresh and revoke, for every dialect. */
export interface Grants {
  /**
   * RFC 6749 §6 with a handle: one call upstream however many ask, the answer stored before it is given, and
   * replayed to who lost it (promises S6, S11).
   */
  refresh(presented: Presented): Promise<Refreshed>;
  /** A code came a second time: the grant of the first is ended here (RFC 6749 §4.1.2). */
  endReused(app: App, row: LoginRow): Promise<void>;
  /** RFC 7009: ends the grant here, then at the provider. An unknown handle is not an error (§2.2). */
  revoke(presented: Presented): Promise<"done" | "limited">;
}

/** Makes the verbs over grants; calls that this process has under way are shared. */
export function createGrants(desk: Desk): Grants {
  const underWay = new Map<string, Promise<Refreshed>>();
  const rate = new RateLimit(REFRESHES_PER_MINUTE, 60_000);
  const rawTokens = new RawTokens(desk);
  const strangers = new AddressLimit(RAW_PER_MINUTE);
  const find = async (presented: Presented): Promise<Found | "limited" | undefined> => {
    const { token, address } = presented;
    if (token === "") return undefined;
    if (looksLikeHandle(token)) return findGrant(desk, presented);
    return strangers.allows(address, desk.platform.now()) ? rawTokens.find(presented) : "limited";
  };
  return {
    refresh: async (presented) => {
      const found = await find(presented);
      if (found === "limited") return { kind: "limited", after: 60 };
      if (found === undefined) return { kind: "invalid_grant" };
      const key = `${found.grant.id}:${found.grant.generation}`;
      let work = underWay.get(key);
      if (work === undefined) {
        if (!rate.allows(found.grant.id, desk.platform.now())) return { kind: "limited", after: 60 };
        work = refresh(desk, found, presented.token).finally(() => underWay.delete(key));
        underWay.set(key, work);
      }
      return work;
    },
    endReused: (app, { id, provider }) => {
      desk.log.warn("grant.reuse", { app: app.name, provider, login: id });
      return end(desk, { id, generation: 0, app: app.name, provider }, "reuse", KEPT);
    },
    revoke: async (presented) => {
      const found = await find(presented);
      if (found === "limited") return "limited";
      if (found !== undefined) {
        await end(desk, found.grant, "revoked", found.kept);
        await revokeUpstream(desk, found);
      }
      return "done";
    },
  };
}

/** A presented token that is this app's, from this origin. */
export interface Found {
  grant: Grant;
  app: App;
  registration: AppProvider;
  /** Milliseconds that its row is kept, as long as no new handle has come of it. */
  kept: number;
}

function findGrant({ keys, platform }: Desk, { app, origin, token }: Presented): Found | undefined {
  const grant = openHandle(keys, token, platform.now());
  if (grant?.app !== app.name || grant.origin !== origin) return undefined;
  const registration = providerOf(app, grant.provider);
  return registration && { grant, app, registration, kept: KEPT };
}

async function refresh(desk: Desk, found: Found, presented: string): Promise<Refreshed> {
  const { platform, records } = desk;
  const { grant } = found;
  const startedAt = platform.now();
  while (platform.now() - startedAt < PATIENCE) {
    const now = platform.now();
    const settled = await look(desk, found, presented, await records.readGrant(grant.id));
    if (settled !== undefined) return settled;
    const leased = await records.leaseGrant(grant.id, grant.generation, now, now + LEASE, now + found.kept);
    if (leased === undefined) {
      await platform.sleep(LOOK_AGAIN);
      continue;
    }
    const beaten = await look(desk, found, presented, leased, true);
    if (beaten === undefined) {
      const answer = await callUpstream(desk, found, presented, leased);
      if (answer !== undefined) return answer;
      continue;
    }
    await records.writeGrant(grant.id, leased.fence, {});
    return beaten;
  }
  return { kind: "unavailable", after: 2 };
}

/**
 * What the grant's row already says about the presented token; undefined: go on. A provider's own token under
 * `refresh: raw` may be shown again and again, so only the provider can say when it is too old.
 */
async function look(
  desk: Desk,
  found: Found,
  presented: string,
  row: GrantRow | undefined,
  isLeased = false,
): Promise<Refreshed | undefined> {
  const { grant, app } = found;
  const isRaw = app.refresh === "raw";
  if (row === undefined) return undefined;
  if (row.ended !== null) return { kind: "invalid_grant" };
  if (row.generation <= grant.generation) return undefined;
  const replay =
    row.replay !== null && (isRaw || row.generation === grant.generation + 1)
      ? openReplay(desk.keys, presented, row.replay)
      : undefined;
  const replayWindow = isRaw ? RAW_REPLAY_WINDOW : REPLAY_WINDOW;
  if (replay !== undefined && desk.platform.now() - replay.at <= replayWindow) {
    desk.log.info("grant.replayed", { app: grant.app, provider: grant.provider });
    return { kind: "tokens", delivered: replay.delivered };
  }
  if (isRaw) return undefined;
  // An older handle after its successor was used: two hold what one should (RFC 9700 §4.14.2).
  desk.log.warn("grant.reuse", { app: grant.app, provider: grant.provider });
  await end(desk, grant, "reuse", found.kept, isLeased ? row : undefined);
  await revokeUpstream(desk, found);
  return { kind: "invalid_grant" };
}

/** The one call, under the lease. Undefined: somebody took the lease over; look again. */
async function callUpstream(
  desk: Desk,
  found: Found,
  presented: string,
  leased: GrantRow,
): Promise<Refreshed | undefined> {
  const { grant, registration, app } = found;
  const { platform, log } = desk;
  const facts = { app: grant.app, provider: grant.provider };
  const startedAt = platform.now();
  const result = await desk.providers.refresh(registration.provider, grant.refreshToken, grant);
  if (!result.ok) return refused(desk, grant, leased, result.failure);
  const tokens: TokenAnswer = {
    ...result.tokens,
    refresh_token: result.tokens.refresh_token ?? grant.refreshToken,
  };
  const generation = Math.max(leased.generation, grant.generation) + 1;
  const holder = { app, provider: grant.provider, origin: grant.origin };
  const delivered = prepare(desk, holder, tokens, grant, { id: grant.id, generation });
  const replay = sealReplay(desk.keys, platform.random(16), presented, { at: platform.now(), delivered });
  const stored = await persist(desk, () => store(desk, found, leased, generation, replay));
  if (!stored) return undefined;
  log.info("grant.refreshed", { ...facts, ms: platform.now() - startedAt });
  return { kind: "tokens", delivered };
}

/**
 * Writes the new generation before anyone hears of it (promise S11). A holder that stalled past its lease takes a
 * new one: a rotated token is given up only for a sibling's newer one.
 */
async function store(
  desk: Desk,
  { grant, app }: Found,
  leased: GrantRow,
  generation: number,
  replay: Buffer,
): Promise<boolean> {
  const { records, platform } = desk;
  // Where apps get the provider's own tokens, nothing comes back that this row could say anything about.
  const kept = app.refresh === "raw" ? RAW_KEPT : KEPT;
  let held: GrantRow | undefined = leased;
  for (;;) {
    const now = platform.now();
    const forgetAt = now + kept;
    if (held !== undefined && held.generation >= generation) return false;
    if (
      held !== undefined &&
      (await records.writeGrant(grant.id, held.fence, { generation, replay, forgetAt }))
    ) {
      return held.ended === null;
    }
    if (held === undefined) await platform.sleep(LOOK_AGAIN);
    held = await records.leaseGrant(grant.id, grant.generation, now, now + LEASE, forgetAt);
  }
}

async function refused(
  desk: Desk,
  grant: Grant,
  leased: GrantRow,
  failure: ProviderFailure,
): Promise<Refreshed | undefined> {
  const { records, log } = desk;
  log.warn("grant.failed", {
    app: grant.app,
    provider: grant.provider,
    reason: failure.reason,
    status: failure.status,
  });
  if (failure.error === "invalid_grant") {
    // Only the holder of the lease may call it dead: a sibling that took over may have renewed it.
    const ended = await records.writeGrant(grant.id, leased.fence, { ended: "dead_token" });
    return ended ? { kind: "invalid_grant" } : undefined;
  }
  await records.writeGrant(grant.id, leased.fence, {});
  if (failure.reason === "misconfigured") return { kind: "misconfigured" };
  return { kind: "unavailable", after: failure.reason === "rate_limited" ? 30 : 5 };
}

/** What names a grant in the store and in the log. */
type GrantName = Pick<Grant, "id" | "generation" | "app" | "provider">;

/**
 * Ends a grant, durably: nothing refreshes it any more. Waits for a lease that another holds.
 *
 * @param kept milliseconds that the row is kept for it
 * @param held the row as leased by the caller
 */
async function end(
  { records, platform, log }: Desk,
  grant: GrantName,
  why: "revoked" | "reuse",
  kept: number,
  held?: GrantRow,
): Promise<void> {
  let leased = held;
  for (;;) {
    if (leased !== undefined) {
      const { ended, fence } = leased;
      if (await records.writeGrant(grant.id, fence, { ended: ended ?? why, replay: null })) {
        if (ended === null)
          log.info("grant.ended", { app: grant.app, provider: grant.provider, reason: why });
        return;
      }
    } else await platform.sleep(LOOK_AGAIN);
    const now = platform.now();
    leased = await records.leaseGrant(grant.id, grant.generation, now, now + LEASE, now + kept);
  }
}

/** Best effort: the grant is over here whatever the provider answers. */
async function revokeUpstream(desk: Desk, { grant, registration }: Found): Promise<void> {
  const said = await desk.providers.revoke(registration.provider, grant.refreshToken, "refresh_token", grant);
  if (typeof said === "object") {
    desk.log.warn("grant.failed", { app: grant.app, provider: grant.provider, reason: said.reason });
  }
}
