import type { DatabaseSync } from "node:sqlite";
import { StoreError } from "../errors.ts";
import { MIGRATIONS } from "../sql/migrations.ts";

/** "WCal": marks the file as Willcall's, so that another program's database is never migrated by mistake. */
const APPLICATION_ID = 0x57_43_61_6c;

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
