import { StoreError } from "../errors.ts";
import { MIGRATIONS } from "../sql/migrations.ts";
import type { ShardStorage } from "./runtime.ts";

const VERSION = "schema version";

/** Brings an object's storage to the newest version; throws `store_newer` when a later Willcall made it. */
export function migrate(storage: ShardStorage, migrations: readonly string[] = MIGRATIONS): void {
  const version = Number(storage.kv.get(VERSION) ?? 0);
  if (version > migrations.length) throw new StoreError("store_newer");
  if (version === migrations.length) return;
  storage.transactionSync(() => {
    for (const step of migrations.slice(version)) storage.sql.exec(step);
    storage.kv.put(VERSION, migrations.length);
  });
}
