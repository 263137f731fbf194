/**
 * What the broker needs from the world. Nothing else in `login/`, `grants/`, `providers/` or `crypto/` reads
 * a clock, makes randomness or opens a socket, so tests own all three.
 */
export interface Platform {
  /** Milliseconds since the epoch. */
  now: () => number;
  /** `length` fresh bytes from a cryptographic generator; the caller may keep and change them. */
  random: (length: number) => Uint8Array;
  /** Resolves after `milliseconds`; does not keep the process alive. */
  sleep: (milliseconds: number) => Promise<void>;
  /** The hardened outbound call: see `providers/egress.ts`. */
  fetch: EgressFetch;
}

/** One outbound request. `url` is absolute; nothing here is ever logged. */
export interface EgressRequest {
  url: string;
  method: "GET" | "POST" | "DELETE";
  headers: Record<string, string>;
  body?: string;
}

/**
 * What came back. `sent: false` promises that no byte of the request reached the provider, so that repeating
 * it is safe even for a code exchange (security.md, "The token call").
 */
export type EgressAnswer =
  | { ok: true; status: number; headers: Record<string, string>; body: string }
  | {
      ok: false;
      reason: "unreachable" | "timeout" | "too_large" | "redirected" | "refused_address";
      sent: boolean;
    };

/** Never rejects: whatever a provider does becomes an answer, in bounded time and memory (promise S9). */
export type EgressFetch = (request: EgressRequest) => Promise<EgressAnswer>;
