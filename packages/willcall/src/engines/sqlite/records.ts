import type { DatabaseSync } from "node:sqlite";
import type { Records } from "../engine.ts";
import type { Batch } from "./batch.ts";
import { toStoreError } from "./faults.ts";
import { toGrantRow } from "./rows.ts";
import { sweeper } from "./sweeper.ts";

const SQL = {
  read: "SELECT * FROM grants WHERE id = ?1",
  // A lease never outlives its row: a row swept under its holder would lose the rotated token (promise S11).
  lease: `INSERT INTO grants (id, generation, lease_until, fence, forget_at)
    VALUES (?1, ?2, ?4, 1, max(?4, ?5))
    ON CONFLICT (id) DO UPDATE
      SET lease_until = ?4, fence = fence + 1, forget_at = max(forget_at, excluded.forget_at)
      WHERE lease_until <= ?3
    RETURNING *`,
  write: `UPDATE grants SET lease_until = 0,
      generation = coalesce(?3, generation),
      ended = coalesce(ended, ?4),
      replay = CASE WHEN ?5 THEN ?6 ELSE replay END,
      forget_at = coalesce(?7, forget_at)
    WHERE id = ?1 AND fence = ?2`,
  once: "INSERT INTO facts (key, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
  fact: "SELECT value FROM facts WHERE key = ?1",
};

/** `Records` on SQLite. Writes go through `batch`; reads ask the file directly. */
export function createRecords(db: DatabaseSync, batch: Batch): Records {
  const read = db.prepare(SQL.read);
  const lease = db.prepare(SQL.lease);
  const write = db.prepare(SQL.write);
  const once = db.prepare(SQL.once);
  const fact = db.prepare(SQL.fact);

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
      batch.write(() => {
        const { generation = null, ended = null, replay, forgetAt = null } = change;
        const replaces = replay === undefined ? 0 : 1;
        return write.run(id, fence, generation, ended, replaces, replay ?? null, forgetAt).changes === 1;
      }),

    once: (key, value) =>
      batch.write(() => {
        once.run(key, value);
        return String(fact.get(key)?.["value"]);
      }),

    sweep: sweeper(db, batch, "grants"),
  };
}
