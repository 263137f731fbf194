import type { Engine } from "../engine.ts";
import { StoreError } from "../errors.ts";
import { createStoredMailboxes } from "../sql/mailboxes.ts";
import type { Bound, Query } from "../sql/query.ts";
import { createSqlRecords } from "../sql/records.ts";
import type { Row } from "../sql/rows.ts";

/** Every look is a query, and the free plan allows 50 for a request: enough for the longest wait. */
const LOOK_AGAIN = 1_000;

/** The part of a D1 binding that this engine uses. */
export interface Database {
  prepare(sql: string): { bind(...parameters: Bound[]): { all(): Promise<{ results: unknown[] }> } };
}

/**
 * Opens the engine on D1. Its schema is made by Wrangler's migrations, not here.
 *
 * @param lookAgain milliseconds between two looks of somebody who waits: D1 tells nobody of changes
 */
export function openD1(database: Database, lookAgain = LOOK_AGAIN): Engine {
  const query: Query = async (sql, ...parameters) => {
    try {
      const { results } = await database
        .prepare(sql)
        .bind(...parameters)
        .all();
      return results as Row[];
    } catch (error) {
      throw toStoreError(error);
    }
  };
  const { changedSince, ...mailboxes } = createStoredMailboxes(query, () => {});
  return {
    mailboxes: {
      ...mailboxes,
      async wait(id, since, signal) {
        while (!signal.aborted && !(await changedSince(id, since))) await pause(lookAgain, signal);
      },
    },
    records: createSqlRecords(query),
    async ping() {
      await query("SELECT 1 FROM facts LIMIT 1");
    },
    async close() {},
  };
}

/** Resolves after so many milliseconds, or when the signal aborts. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  const end = () => resolve();
  signal.addEventListener("abort", end);
  await promise;
  clearTimeout(timer);
  signal.removeEventListener("abort", end);
}

/** D1 says what is wrong in its message alone: SQLite's own code, or that it has too much to do. */
function toStoreError(error: unknown): StoreError {
  const message = error instanceof Error ? error.message : "";
  if (/overloaded|SQLITE_BUSY/.test(message)) return new StoreError("store_busy", { cause: error });
  const isFull = /SQLITE_FULL|maximum DB size/.test(message);
  return new StoreError(isFull ? "store_full" : "store_down", { cause: error });
}
