import type { DatabaseSync } from "node:sqlite";
import type { Batch } from "./batch.ts";

/** Rows deleted per transaction: a few milliseconds, so that requests are served between two. */
const CHUNK = 500;

/** The `sweep` of one table: deletes what is past `forget_at` at `now`, chunk by chunk; resolves to how many. */
export function sweeper(db: DatabaseSync, batch: Batch, table: "logins" | "grants") {
  const remove = db.prepare(
    `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE forget_at <= ?1 LIMIT ${CHUNK})`,
  );
  const removeChunk = (now: number) => batch.write(() => Number(remove.run(now).changes));
  return async (now: number): Promise<number> => {
    let total = 0;
    let removed: number;
    do {
      removed = await removeChunk(now);
      total += removed;
    } while (removed === CHUNK);
    return total;
  };
}
