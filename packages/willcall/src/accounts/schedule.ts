import type { Config } from "../config/config.ts";
import type { Platform } from "../platform.ts";
import type { Definition } from "../providers/definition.ts";
import type { TokenAnswer } from "../providers/provider.ts";

const DAY = 86_400_000;
/** A refresh token that lasts for less than this (milliseconds) cannot be kept alive in the background. */
const SHORTEST_LIFE = 600_000;
/** Parts of a refresh token's life between which it is renewed, … */
const EARLIEST = 0.5;
/** … at random, so that accounts that were connected together do not come due together. */
const LATEST = 0.67;

/** What decides besides the provider. */
export interface Timing {
  readonly config: Pick<Config, "accountRefresh">;
  readonly platform: Pick<Platform, "random">;
}

/**
 * When tokens that came at `now` are to be renewed although nobody asks (milliseconds), so that their refresh token does
 * not end unused; null: nobody knows that it would. Its end is what the provider said, what the definition knows
 * (`refresh.idle_lifetime`) or what the operator set, whichever is first. An end that renewing does not move is met by
 * fewer and fewer attempts, each at half of what is left.
 */
export function scheduled(
  { config, platform }: Timing,
  { refresh }: Definition,
  tokens: TokenAnswer,
  now: number,
): number | null {
  const { background = true, idleDays } = config.accountRefresh ?? {};
  if (!background || refresh?.supported === false || tokens.refresh_token === undefined) return null;
  const ends = [
    tokens.refreshExpiresAt,
    refresh?.idle_lifetime && now + refresh.idle_lifetime * 1_000,
    // What is renewed there is the access token, and only while it is good.
    refresh?.with === "access_token" ? tokens.expiresAt : undefined,
    idleDays && now + idleDays * DAY,
  ];
  const life = Math.min(...ends.filter((end) => end !== undefined)) - now;
  if (life < SHORTEST_LIFE || life === Number.POSITIVE_INFINITY) return null;
  const [byte = 0] = platform.random(1);
  return now + Math.floor(life * (EARLIEST + ((LATEST - EARLIEST) * byte) / 255));
}
