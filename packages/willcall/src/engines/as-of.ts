import type { LoginRow } from "./engine.ts";

/**
 * A stored row as it reads at `now` (milliseconds). Nobody has to ask for a login to die: time passing is
 * enough (promise S7), and every engine tells it the same way.
 *
 * - `launched` and `retry` read `expired` from `expiresAt` on.
 * - `exchanging` reads `failed`, reason `interrupted`, from its deadline on. Until then `expiresAt` does not
 *   concern it: a claim made in time may still end well.
 * - `ready` reads `expired`, without its box, from `expiresAt` on.
 */
export function asOf(row: LoginRow, now: number): LoginRow {
  switch (row.status) {
    case "launched":
    case "retry":
      return now < row.expiresAt ? row : { ...row, status: "expired" };
    case "ready":
      return now < row.expiresAt ? row : { ...row, status: "expired", box: null };
    case "exchanging":
      return now < (row.deadline ?? 0) ? row : { ...row, status: "failed", reason: "interrupted" };
    default:
      return row;
  }
}
