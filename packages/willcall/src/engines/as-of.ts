import type { LoginRow, LoginStatus } from "./engine.ts";

/** What of a row decides how its status reads. */
export type Times = Pick<LoginRow, "status" | "expiresAt" | "deadline">;

/**
 * A stored status as it reads at `now` (milliseconds). Nobody has to ask for a login to die: time passing is
 * enough (promise S7), and every engine tells it the same way.
 *
 * - `launched`, `retry` and `ready` read `expired` from `expiresAt` on.
 * - `exchanging` reads `failed` from its deadline on. Until then `expiresAt` does not concern it: a claim made in
 *   time may still end well.
 */
export function statusAsOf({ status, expiresAt, deadline }: Times, now: number): LoginStatus {
  switch (status) {
    case "launched":
    case "retry":
    case "ready":
      return now < expiresAt ? status : "expired";
    case "exchanging":
      return now < (deadline ?? 0) ? status : "failed";
    default:
      return status;
  }
}

/** Until when (milliseconds) a pending row stays pending if nobody writes. */
export function pendingUntil({ status, expiresAt, deadline }: Times): number {
  return status === "exchanging" ? (deadline ?? 0) : expiresAt;
}

/** A stored row as it reads at `now`: an expired one without its box, an interrupted exchange with its reason. */
export function asOf(row: LoginRow, now: number): LoginRow {
  const status = statusAsOf(row, now);
  if (status === row.status) return row;
  return status === "failed" ? { ...row, status, reason: "interrupted" } : { ...row, status, box: null };
}
