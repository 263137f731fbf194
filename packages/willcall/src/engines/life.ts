import type { LoginRow, LoginStatus } from "./engine.ts";

/**
 * The row's life, in one table: what may follow what. The engines' statements make these moves, each atomically;
 * `conformance/model.ts` holds them to it.
 *
 * A claim is always by state hash, so "Try again" (`retry` → `launched` with a new hash) voids the callback before it.
 * `exchanging` past its deadline reads `failed`; every pending status past its expiry reads `expired`.
 */
export const LIFE: Readonly<Record<LoginStatus, readonly LoginStatus[]>> = {
  launched: ["exchanging", "denied", "failed", "cancelled", "expired"],
  exchanging: ["ready", "retry", "denied", "failed"],
  retry: ["launched", "denied", "failed", "cancelled", "expired"],
  ready: ["taken", "expired"],
  // Back only when the connection was seen to die before a byte of the answer left.
  taken: ["ready"],
  denied: [],
  failed: [],
  cancelled: [],
  expired: [],
};

/** Whether a login has come to an outcome: tokens, or the reason why there are none. */
export function isSettled({ status }: Pick<LoginRow, "status">): boolean {
  return status !== "launched" && status !== "exchanging" && status !== "retry";
}
