import type { Engine } from "../engine.ts";
import { StoreError } from "../errors.ts";
import { createStoredMailboxes } from "../sql/mailboxes.ts";
import type { Bound, Query } from "../sql/query.ts";
import { createSqlRecords } from "../sql/records.ts";
import type { Row } from "../sql/rows.ts";
import { type Statement, createSqlVaultStore } from "../sql/vault-store.ts";
import type { VaultStore } from "../vault-store.ts";

/** Every look is a query, and the free plan allows 50 for a request: enough for the longest wait. */
const LOOK_AGAIN = 1_000;

/** A statement with its parameters. */
export interface BoundStatement {
  all(): Promise<{ results: unknown[] }>;
}

/** The part of a D1 binding that this engine uses. */
export interface Database {
  prepare(sql: string): { bind(...parameters: Bound[]): BoundStatement };
  /** One transaction. */
  batch(statements: BoundStatement[]): Promise<{ results: unknown[] }[]>;
}

/** The engine on D1, which can list what it holds. */
export interface D1Engine extends Engine {
  readonly vault: VaultStore;
}

/**
 * Opens the engine on D1. Its schema is made by Wrangler's migrations, not here.
 *
 * @param lookAgain milliseconds between two looks of somebody who waits: D1 tells nobody of changes
 */
export function openD1(database: Database, lookAgain = LOOK_AGAIN): D1Engine {
  const bound = ([sql, ...parameters]: Statement): BoundStatement =>
    database.prepare(sql).bind(...parameters);
  const query = (...statement: Parameters<Query>) => rowsOf(bound(statement).all());
  const vault = createSqlVaultStore({
    read: query,
    write: query,
    writeAll: (statements) => rowsOf(database.batch(statements.map(bound)).then((all) => all.at(-1))),
    lazily: query,
  });
  const { changedSince, ...mailboxes } = createStoredMailboxes(query, () => {});
  return {
    mailboxes: {
      ...mailboxes,
      async wait(id, since, signal) {
        while (!signal.aborted && !(await changedSince(id, since))) await pause(lookAgain, signal);
      },
    },
    records: createSqlRecords(query),
    vault,
    async ping() {
      await query("SELECT 1 FROM facts LIMIT 1");
    },
    async close() {},
  };
}

async function rowsOf(answer: Promise<{ results: unknown[] } | undefined>): Promise<readonly Row[]> {
  try {
    return ((await answer)?.results ?? []) as Row[];
  } catch (error) {
    throw toStoreError(error);
  }
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
