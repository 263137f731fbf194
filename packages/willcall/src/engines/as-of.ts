import type { LoginRow, LoginStatus } from "./engine.ts";

/**
 * A stored status as it reads at `now` (milliseconds). Nobody has to ask for a login to die: time passing is
 * enough (promise S7), and every engine tells it the same way.
 *
 * - `launched`, `retry` and `ready` read `expired` from `expiresAt` on.
 * - `exchanging` reads `failed` from its deadline on. Until then `expiresAt` does not concern it: a claim made in
 *   time may still end well.
 */
export function statusAsOf(
  { status, expiresAt, deadline }: Pick<LoginRow, "status" | "expiresAt" | "deadline">,
  now: number,
): LoginStatus {
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

/** A stored row as it reads at `now`: an expired one without its box, an interrupted exchange with its reason. */
export function asOf(row: LoginRow, now: number): LoginRow {
  const status = statusAsOf(row, now);
  if (status === row.status) return row;
  return status === "failed" ? { ...row, status, reason: "interrupted" } : { ...row, status, box: null };
}
