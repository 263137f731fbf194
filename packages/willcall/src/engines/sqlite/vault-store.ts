import type { DatabaseSync, StatementSync } from "node:sqlite";
import { createSqlVaultStore } from "../sql/vault-store.ts";
import type { VaultStore } from "../vault-store.ts";
import type { Batch } from "./batch.ts";
import { toStoreError } from "./faults.ts";

/** `VaultStore` on SQLite. Writes go through `batch`, and notes of use share its transactions; reads ask the file. */
export function createVaultStore(db: DatabaseSync, batch: Batch): VaultStore {
  const prepared = new Map<string, StatementSync>();
  function statement(sql: string): StatementSync {
    const made = prepared.get(sql) ?? db.prepare(sql);
    prepared.set(sql, made);
    return made;
  }
  return createSqlVaultStore({
    async read(sql, ...parameters) {
      try {
        return statement(sql).all(...parameters);
      } catch (error) {
        throw toStoreError(error);
      }
    },
    write: (sql, ...parameters) => batch.write(() => statement(sql).all(...parameters)),
    lazily: (sql, ...parameters) => batch.lazily(() => statement(sql).run(...parameters)),
  });
}
