import type { DatabaseSync } from "node:sqlite";
import { sweepOf } from "../sql/statements.ts";
import { chunkwise } from "../sql/sweeper.ts";
import type { Batch } from "./batch.ts";

/** The `sweep` of one table: deletes what is past `forget_at` at `now`, a transaction for each chunk. */
export function sweeper(db: DatabaseSync, batch: Batch, table: "logins" | "grants") {
  const remove = db.prepare(sweepOf(table));
  return (now: number): Promise<number> =>
    chunkwise(() => batch.write(() => Number(remove.run(now).changes)));
}
