import type { DatabaseSync } from "node:sqlite";
import type { Records } from "../engine.ts";
import type { Batch } from "./batch.ts";
import { toStoreError } from "./faults.ts";
import { toFact, toGrantRow } from "../sql/rows.ts";
import { RECORDS, writeParameters } from "../sql/statements.ts";
import { sweeper } from "./sweeper.ts";

/** `Records` on SQLite. Writes go through `batch`; reads ask the file directly. */
export function createRecords(db: DatabaseSync, batch: Batch): Records {
  const read = db.prepare(RECORDS.read);
  const lease = db.prepare(RECORDS.lease);
  const write = db.prepare(RECORDS.write);
  const once = db.prepare(RECORDS.once);
  const fact = db.prepare(RECORDS.fact);

  return {
    async readGrant(id) {
      try {
        const row = read.get(id);
        return row && toGrantRow(row);
      } catch (error) {
        throw toStoreError(error);
      }
    },

    leaseGrant: (id, generation, now, leaseUntil, forgetAt) =>
      batch.write(() => {
        const row = lease.get(id, generation, now, leaseUntil, forgetAt);
        return row && toGrantRow(row);
      }),

    writeGrant: (id, fence, change) =>
      batch.write(() => write.run(...writeParameters(id, fence, change)).changes === 1),

    once: (key, value) =>
      batch.write(() => {
        once.run(key, value);
        return toFact(fact.get(key));
      }),

    sweep: sweeper(db, batch, "grants"),
  };
}
