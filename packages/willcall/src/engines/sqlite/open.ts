import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Engine } from "../engine.ts";
import { createBatch } from "./batch.ts";
import { toStoreError } from "./faults.ts";
import { createMailboxes } from "./mailboxes.ts";
import { createRecords } from "./records.ts";
import { migrate } from "./schema.ts";
import { createVaultStore } from "./vault-store.ts";
import { createWaiters } from "./waiters.ts";

/** What `openSqlite` needs to know. */
export interface SqliteOptions {
  /** The database file; it and its directory are made if missing. `:memory:` keeps nothing. */
  path: string;
  /** How long to wait for another process's write, in milliseconds; the event loop stands still meanwhile. */
  busyTimeout?: number;
}

/**
 * Opens the SQLite engine on a file of its own, which several processes on one machine may share. What a
 * resolved write stored is on the disk (WAL, `synchronous=FULL`). Throws `StoreError`: `store_newer` and
 * `store_foreign` refuse the file, the others say why it cannot be used.
 */
export function openSqlite({ path, busyTimeout = 2_000 }: SqliteOptions): Engine {
  let db: DatabaseSync | undefined;
  try {
    if (path !== ":memory:") createFile(path);
    db = new DatabaseSync(path, { timeout: busyTimeout });
    migrate(db);
    configure(db, busyTimeout);
    return assemble(db);
  } catch (error) {
    db?.close();
    throw toStoreError(error);
  }
}

/** Makes the file readable by its owner alone before SQLite opens it; the WAL beside it inherits the mode. */
function createFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    // Exclusive: opening and closing a file that this process already uses would drop SQLite's locks on it.
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}

function configure(db: DatabaseSync, busyTimeout: number): void {
  enableWal(db, Date.now() + busyTimeout);
  // 16 MB of pages; deleted boxes are overwritten, which costs nothing measurable.
  db.exec("PRAGMA synchronous = FULL; PRAGMA cache_size = -16384; PRAGMA secure_delete = ON");
}

/** Switching to WAL needs the file alone for a moment, and SQLite does not wait for that by itself. */
function enableWal(db: DatabaseSync, giveUpAt: number): void {
  for (;;) {
    try {
      db.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      if (toStoreError(error).code !== "store_busy" || Date.now() >= giveUpAt) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

function assemble(db: DatabaseSync): Engine {
  const batch = createBatch(db);
  const waiters = createWaiters(db);
  // A transaction with nothing in it costs no fsync and still finds a store that is locked or read-only.
  const probe = db.prepare("SELECT 1 FROM facts LIMIT 1");
  return {
    mailboxes: createMailboxes(db, batch, waiters),
    records: createRecords(db, batch),
    vault: createVaultStore(db, batch),
    async ping() {
      await batch.write(() => probe.get());
    },
    async close() {
      batch.flush();
      waiters.close();
      if (db.isOpen) db.close();
    },
  };
}
