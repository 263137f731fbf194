import type { LoginRow, Taken, Taker } from "./engine.ts";
import { isSettled } from "./life.ts";

/** What `take` says of a row as of now, before it changes anything; undefined: the row is ready for this taker. */
export function beforeTaking(row: LoginRow | undefined, { dialect, app }: Taker): Taken | undefined {
  if (row === undefined || row.dialect !== dialect || row.app !== app || !isSettled(row)) {
    return { kind: "pending", changedAt: row?.changedAt ?? 0 };
  }
  return row.status === "ready" ? undefined : { kind: "over", row };
}

/** What `take` says of a row that was ready a moment ago and was not to be had: another took it, or put it back since. */
export function afterLosing(row: LoginRow | undefined, by: Taker): Taken {
  return beforeTaking(row, by) ?? { kind: "pending", changedAt: 0 };
}
