/** What a login brought, by the members' names in RFC 6749 §5.1, with whatever else the provider said. */
export interface Tokens {
  access_token: string;
  token_type?: string;
  /** Seconds from when the broker said so. Absent: the provider did not say. */
  expires_in?: number;
  /** A handle: opaque, worth something at this broker only. */
  refresh_token?: string;
  /** Space-separated. */
  scope?: string;
  id_token?: string;
  provider?: string;
  [member: string]: unknown;
}

/**
 * The tokens as they are stored: version 1 of the record. Times are this device's own, so that a clock which
 * is wrong by hours is wrong the same way both times.
 */
export interface Kept extends Tokens {
  v: 1;
  /** Milliseconds of this device's clock: not later than when `expires_in` began to count. */
  at: number;
  /** The refresh token is the provider's own, from before the app used Willcall: `/refresh` swaps it for a handle. */
  raw?: boolean;
}

/** Whether an answer or a box holds tokens. */
export function isTokens(answer: Record<string, unknown>): answer is Tokens {
  const { access_token } = answer;
  return !!access_token && typeof access_token === "string";
}

/** The object that a JSON text says; an empty one when it says something else. */
export function parse(text: string | null | undefined): Record<string, unknown> {
  try {
    return Object(JSON.parse(text ?? ""));
  } catch {
    return {};
  }
}

/** The stored record, or undefined when there is none, it is broken, or a version of the future wrote it. */
export function readKept(text: string | null | undefined): Kept | undefined {
  const kept = parse(text);
  return kept.v === 1 && isTokens(kept) ? (kept as Kept) : undefined;
}

/** Refresh this long (ms) before the end, so that a token does not die on its way to the API. */
const SKEW = 60_000;

/** Milliseconds until the access token ends, as far as is known; negative when it has. */
export function timeLeft({ at, expires_in = Infinity }: Kept): number {
  return at + expires_in * 1000 - Date.now();
}

/**
 * Whether the access token needs no refresh: with a minute to spare (half its life, if that is shorter), and not
 * with more left than it ever had, which a clock that was set back makes of it.
 */
export function isFresh(kept: Kept): boolean {
  const left = timeLeft(kept);
  const life = (kept.expires_in ?? Infinity) * 1000;
  return left <= life && left > Math.min(SKEW, life / 2);
}
