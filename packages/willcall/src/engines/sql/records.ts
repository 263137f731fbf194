import type { Records } from "../engine.ts";
import { type Query, changes } from "./query.ts";
import { toFact, toGrantRow } from "./rows.ts";
import { RECORDS, writeParameters } from "./statements.ts";
import { sweeper } from "./sweeper.ts";

/** `Records` over any driver that runs one statement at a time. */
export function createSqlRecords(query: Query): Records {
  return {
    async readGrant(id) {
      const [row] = await query(RECORDS.read, id);
      return row && toGrantRow(row);
    },
    async leaseGrant(id, generation, now, leaseUntil, forgetAt) {
      const [row] = await query(RECORDS.lease, id, generation, now, leaseUntil, forgetAt);
      return row && toGrantRow(row);
    },
    async writeGrant(id, fence, change) {
      return (await changes(query, RECORDS.write, ...writeParameters(id, fence, change))) === 1;
    },
    async once(key, value) {
      await query(RECORDS.once, key, value);
      const [row] = await query(RECORDS.fact, key);
      return toFact(row);
    },
    sweep: sweeper(query, "grants"),
  };
}
