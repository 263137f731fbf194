import type { LoginRow, Taken, Taker } from "./engine.ts";
import { isSettled } from "./life.ts";

/** Whether a row as of now has something for this taker: a box, or how its login ended. */
export function concerns(row: LoginRow, { dialect, app }: Taker): boolean {
  return row.dialect === dialect && row.app === app && isSettled(row);
}

/** What a taker is told who got no box, by the row as it is after that. */
export function withoutBox(row: LoginRow | undefined): Taken {
  // Another took it, and has put it back since: whoever waits looks again at once.
  if (row === undefined || row.status === "ready") return { kind: "pending", changedAt: 0 };
  return { kind: "over", row };
}
