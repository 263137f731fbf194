import type { App } from "../config/config.ts";
import { toBase64url } from "../crypto/bytes.ts";
import type { Desk } from "../desk.ts";
import type { Found, Presented } from "./grants.ts";

/** Milliseconds that the row of a raw token is kept unless a handle comes of it: anyone can make one from garbage. */
export const RAW_KEPT = 86_400_000;
/** Milliseconds after the first start in which raw tokens are accepted, where no date says otherwise (contract A10). */
const MOVING_WINDOW = 90 * 86_400_000;

/**
 * Providers' own refresh tokens, from before the move to Willcall or with `refresh: raw` (contract A10, S6). The grant
 * of one is named by a keyed hash of it, so that parallel callers still share one call.
 */
export class RawTokens {
  readonly #desk: Desk;
  #firstStart: number | undefined;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** The grant that a raw token stands for, if the app accepts any; whether it is alive, only its provider knows. */
  async find({ app, origin, token }: Presented): Promise<Found | undefined> {
    const { platform, log, keys } = this.#desk;
    const [registration, ...others] = app.providers;
    if (registration === undefined || others.length > 0 || token.length > 4096) return undefined;
    const until = await this.#acceptedUntil(app);
    const now = platform.now();
    if (now >= until) return undefined;
    if (app.refresh === "sealed") log.warn("refresh.raw_token", { app: app.name, until: new Date(until) });
    const grant = {
      id: toBase64url(keys.first.for("raw grant").digest(Buffer.from(token)).subarray(0, 16)),
      generation: 0,
      app: app.name,
      provider: registration.provider.name,
      origin,
      refreshToken: token,
      issuedAt: now,
      inputs: {},
      captured: {},
    };
    return { grant, app, registration, kept: RAW_KEPT };
  }

  /** Milliseconds since the epoch until which the app's raw tokens are accepted. */
  async #acceptedUntil({ refresh, refreshRawUntil }: App): Promise<number> {
    if (refresh === "raw") return Number.POSITIVE_INFINITY;
    if (refreshRawUntil === undefined) return 0;
    if (refreshRawUntil instanceof Date) return refreshRawUntil.getTime();
    const { records, platform } = this.#desk;
    this.#firstStart ??= Number(await records.once("first_start", String(platform.now())));
    return this.#firstStart + MOVING_WINDOW;
  }
}
