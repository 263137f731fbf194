import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Row } from "../sql/rows.ts";
import { type Statement, createSqlVaultStore } from "../sql/vault-store.ts";
import type { VaultStore } from "../vault-store.ts";
import type { Batch } from "./batch.ts";
import { toStoreError } from "./faults.ts";
import { rememberedAccounts } from "./remembered-accounts.ts";

/** `VaultStore` on SQLite. Writes go through `batch`, and notes of use share its transactions; reads ask the file. */
export function createVaultStore(db: DatabaseSync, batch: Batch): VaultStore {
  const prepared = new Map<string, StatementSync>();
  function statement(sql: string): StatementSync {
    const made = prepared.get(sql) ?? db.prepare(sql);
    prepared.set(sql, made);
    return made;
  }
  const begin = db.prepare("SAVEPOINT vault");
  const keep = db.prepare("RELEASE vault");
  const undo = db.prepare("ROLLBACK TO vault");
  /** Within the transaction that `batch` opened: what fails half-way undoes itself and nothing of its neighbours. */
  function allOrNone(statements: readonly Statement[]): readonly Row[] {
    begin.run();
    try {
      let rows: readonly Row[] = [];
      for (const [sql, ...parameters] of statements) rows = statement(sql).all(...parameters);
      keep.run();
      return rows;
    } catch (error) {
      if (db.isTransaction) {
        undo.run();
        keep.run();
      }
      throw error;
    }
  }

  const store = createSqlVaultStore({
    async read(sql, ...parameters) {
      try {
        return statement(sql).all(...parameters);
      } catch (error) {
        throw toStoreError(error);
      }
    },
    write: (sql, ...parameters) => batch.write(() => statement(sql).all(...parameters)),
    writeAll: (statements) => batch.write(() => allOrNone(statements)),
    lazily: (sql, ...parameters) => batch.lazily(() => statement(sql).run(...parameters)),
  });
  return { ...store, accounts: rememberedAccounts(db, store.accounts) };
}
