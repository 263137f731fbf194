import type { LoginRow, Taken, Taker } from "./engine.ts";
import { isSettled } from "./life.ts";

/** What of a row, as of now, tells whether it has something for a taker. */
export type Glanced = Pick<LoginRow, "dialect" | "app" | "status" | "changedAt">;

/** What an engine can do at one mailbox. */
export interface TakingSteps {
  glance(): Glanced | undefined | Promise<Glanced | undefined>;
  /** `ready` → `taken`, for exactly one caller. */
  take(): Promise<LoginRow | undefined>;
  read(): LoginRow | undefined | Promise<LoginRow | undefined>;
}

/** `Mailboxes.take`. Nearly every poll ends with the glance. */
export async function takeFor(by: Taker, { glance, take, read }: TakingSteps): Promise<Taken> {
  const seen = await glance();
  if (seen === undefined || !concerns(seen, by)) return { kind: "pending", changedAt: seen?.changedAt ?? 0 };
  const box = seen.status === "ready" ? await take() : undefined;
  if (box !== undefined) return { kind: "box", row: box };
  const row = await read();
  // Another took it, and has put it back since: whoever waits looks again at once.
  if (row === undefined || row.status === "ready") return { kind: "pending", changedAt: 0 };
  return { kind: "over", row };
}

function concerns(row: Glanced, { dialect, app }: Taker): boolean {
  return row.dialect === dialect && row.app === app && isSettled(row);
}
