import { type Query, changes } from "./query.ts";
import { SWEEP_CHUNK, sweepOf } from "./statements.ts";

/** Calls `removeChunk` until it finds less than a chunk; resolves to how many rows were removed. */
export async function chunkwise(removeChunk: () => Promise<number>): Promise<number> {
  let total = 0;
  let removed: number;
  do {
    removed = await removeChunk();
    total += removed;
  } while (removed === SWEEP_CHUNK);
  return total;
}

/** The `sweep` of one table: deletes what is past `forget_at` at `now`, chunk by chunk. */
export function sweeper(query: Query, table: "logins" | "grants"): (now: number) => Promise<number> {
  return (now) => chunkwise(() => changes(query, sweepOf(table), now));
}
