import type { DatabaseSync } from "node:sqlite";
import { StoreError } from "../errors.ts";

/** "WCal": marks the file as Willcall's, so that another program's database is never migrated by mistake. */
const APPLICATION_ID = 0x57_43_61_6c;

/**
 * The schema, one step per version; step n leads from version n to n + 1. A published step never changes:
 * data directories out there were made by it. Fields are documented in docs/storage.md.
 *
 * `logins` is a rowid table because rows carry boxes of kilobytes: in a WITHOUT ROWID table each change of
 * status moved the box through the tree and cost two to three times as much.
 */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE logins (
     id TEXT PRIMARY KEY NOT NULL,
     dialect TEXT NOT NULL,
     app TEXT NOT NULL,
     provider TEXT NOT NULL,
     state_hash TEXT NOT NULL,
     status TEXT NOT NULL,
     reason TEXT,
     expires_at INTEGER NOT NULL,
     deadline INTEGER,
     changed_at INTEGER NOT NULL,
     forget_at INTEGER NOT NULL,
     binding TEXT,
     login BLOB,
     box BLOB
   ) STRICT;
   CREATE INDEX logins_forget ON logins (forget_at);
   CREATE INDEX logins_capped ON logins (app, expires_at)
     WHERE login IS NOT NULL AND status NOT IN ('ready', 'taken');
   CREATE TABLE grants (
     id TEXT PRIMARY KEY NOT NULL,
     generation INTEGER NOT NULL,
     ended TEXT,
     lease_until INTEGER NOT NULL,
     fence INTEGER NOT NULL,
     forget_at INTEGER NOT NULL,
     replay BLOB
   ) STRICT;
   CREATE INDEX grants_forget ON grants (forget_at);
   CREATE TABLE facts (
     key TEXT PRIMARY KEY NOT NULL,
     value TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;`,
];

function pragma(db: DatabaseSync, name: "user_version" | "application_id"): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
}

/**
 * Brings the store to the newest version, in one transaction, so that processes which open it together
 * migrate it once and a crash leaves the version that was there. Throws `store_newer` or `store_foreign`.
 */
export function migrate(db: DatabaseSync, migrations: readonly string[] = MIGRATIONS): void {
  db.exec("BEGIN IMMEDIATE");
  try {
    const version = pragma(db, "user_version");
    const tables = Number(db.prepare("SELECT count(*) AS n FROM sqlite_schema").get()?.["n"]);
    const fresh = version === 0 && tables === 0;
    if (!fresh && pragma(db, "application_id") !== APPLICATION_ID) throw new StoreError("store_foreign");
    if (version > migrations.length) throw new StoreError("store_newer");
    if (version < migrations.length) {
      for (const step of migrations.slice(version)) db.exec(step);
      db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${migrations.length}`);
    }
    db.exec("COMMIT");
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}
