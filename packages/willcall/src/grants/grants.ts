import type { App, AppProvider } from "../config/config.ts";
import { toBase64url } from "../crypto/bytes.ts";
import { type Desk, providerOf } from "../desk.ts";
import type { GrantRow, LoginRow } from "../engines/engine.ts";
import { RateLimit } from "../limits.ts";
import type { ProviderFailure, TokenAnswer } from "../providers/provider.ts";
import { type Delivered, prepare } from "./delivered.ts";
import { type Grant, HANDLE_LIFETIME, looksLikeHandle, openHandle } from "./handle.ts";
import { LEASE, LOOK_AGAIN, PATIENCE } from "./lease.ts";
import { RAW_REPLAY_WINDOW, REPLAY_WINDOW, openReplay, sealReplay } from "./replay.ts";

/** Refreshes per minute and grant; the one call under way is shared and counts once. */
const REFRESHES_PER_MINUTE = 30;
/** Milliseconds a grant's row outlives its newest handle. */
const GRACE = 86_400_000;

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
  revoke(presented: Presented): Promise<void>;
}

/** Makes the verbs over grants; calls that this process has under way are shared. */
export function createGrants(desk: Desk): Grants {
  const underWay = new Map<string, Promise<Refreshed>>();
  const rate = new RateLimit(REFRESHES_PER_MINUTE, 60_000);
  return {
    refresh: async (presented) => {
      const found = await findGrant(desk, presented);
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
      return end(desk, { id, generation: 0, app: app.name, provider }, "reuse");
    },
    revoke: async (presented) => {
      const found = await findGrant(desk, presented);
      if (found === undefined) return;
      await end(desk, found.grant, "revoked");
      await revokeUpstream(desk, found);
    },
  };
}

/** A presented token that is this app's, from this origin. */
interface Found {
  grant: Grant;
  app: App;
  registration: AppProvider;
}

async function findGrant(desk: Desk, { app, origin, token }: Presented): Promise<Found | undefined> {
  if (token === "") return undefined;
  const now = desk.platform.now();
  if (!looksLikeHandle(token)) return findRawGrant(desk, { app, origin, token });
  const grant = openHandle(desk.keys, token, now);
  if (grant?.app !== app.name || grant.origin !== origin) return undefined;
  const registration = providerOf(app, grant.provider);
  return registration && { grant, app, registration };
}

/**
 * A provider's own refresh token, from before the move to Willcall or with `refresh: raw` (contract A10, S6). Its
 * grant is named by a keyed hash of it, so that parallel callers still share one call.
 */
async function findRawGrant(desk: Desk, { app, origin, token }: Presented): Promise<Found | undefined> {
  const [registration, ...others] = app.providers;
  if (registration === undefined || others.length > 0 || token.length > 4096) return undefined;
  const until = await rawTokensUntil(desk, app);
  if (desk.platform.now() >= until) return undefined;
  if (app.refresh === "sealed") {
    desk.log.warn("refresh.raw_token", { app: app.name, until: new Date(until) });
  }
  const id = toBase64url(desk.keys.first.for("raw grant").digest(Buffer.from(token)).subarray(0, 16));
  const grant: Grant = {
    id,
    generation: 0,
    app: app.name,
    provider: registration.provider.name,
    origin,
    refreshToken: token,
    issuedAt: desk.platform.now(),
    inputs: {},
    captured: {},
  };
  return { grant, app, registration };
}

/** Milliseconds since the epoch until which the app's raw tokens are accepted. */
async function rawTokensUntil(desk: Desk, app: App): Promise<number> {
  if (app.refresh === "raw") return Number.POSITIVE_INFINITY;
  const until = app.refreshRawUntil;
  if (until === undefined) return 0;
  if (until instanceof Date) return until.getTime();
  const firstStart = await desk.records.once("first_start", String(desk.platform.now()));
  return Number(firstStart) + 90 * 86_400_000;
}

async function refresh(desk: Desk, found: Found, presented: string): Promise<Refreshed> {
  const { platform, records } = desk;
  const { grant } = found;
  const startedAt = platform.now();
  while (platform.now() - startedAt < PATIENCE) {
    const now = platform.now();
    const settled = await look(desk, found, presented, await records.readGrant(grant.id));
    if (settled !== undefined) return settled;
    const forgetAt = now + HANDLE_LIFETIME + GRACE;
    const leased = await records.leaseGrant(grant.id, grant.generation, now, now + LEASE, forgetAt);
    if (leased === undefined) {
      await platform.sleep(LOOK_AGAIN);
      continue;
    }
    const beaten = await look(desk, found, presented, leased);
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
  await end(desk, grant, "reuse");
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
  const stored = await store(desk, grant, leased, generation, replay);
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
  grant: Grant,
  leased: GrantRow,
  generation: number,
  replay: Buffer,
): Promise<boolean> {
  const { records, platform } = desk;
  let held: GrantRow | undefined = leased;
  for (;;) {
    const now = platform.now();
    const forgetAt = now + HANDLE_LIFETIME + GRACE;
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

/** Ends a grant, durably, over any lease: nothing refreshes it any more. */
async function end(desk: Desk, grant: GrantName, why: "revoked" | "reuse"): Promise<void> {
  const { records, platform, log } = desk;
  for (;;) {
    const now = platform.now();
    const leased = await records.leaseGrant(
      grant.id,
      grant.generation,
      now,
      now + LEASE,
      now + HANDLE_LIFETIME + GRACE,
    );
    if (leased !== undefined) {
      if (leased.ended === null)
        log.info("grant.ended", { app: grant.app, provider: grant.provider, reason: why });
      await records.writeGrant(grant.id, leased.fence, { ended: leased.ended ?? why, replay: null });
      return;
    }
    await platform.sleep(LOOK_AGAIN);
  }
}

/** Best effort: the grant is over here whatever the provider answers. */
async function revokeUpstream(desk: Desk, { grant, registration }: Found): Promise<void> {
  const said = await desk.providers.revoke(registration.provider, grant.refreshToken, "refresh_token", grant);
  if (typeof said === "object") {
    desk.log.warn("grant.failed", { app: grant.app, provider: grant.provider, reason: said.reason });
  }
}
