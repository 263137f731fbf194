import type { AccountTypeRow, AccountTypes } from "../account-types.ts";
import { changes } from "./query.ts";
import { type Row, blob, integer, text } from "./rows.ts";
import type { VaultQueries } from "./vault-store.ts";

/** A write names the rev that its writer has seen, so that of two writers one learns that it was late. */
const ACCOUNT_TYPES = {
  read: "SELECT * FROM account_types WHERE id = ?1",
  list: "SELECT * FROM account_types ORDER BY id",
  insert:
    "INSERT INTO account_types (id, rev, deleted, sealed) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
  update: "UPDATE account_types SET rev = ?2, deleted = ?3, sealed = ?4 WHERE id = ?1 AND rev = ?5",
};

/** `AccountTypes` over any driver that runs one statement at a time. */
export function createSqlAccountTypes({ read, write }: Pick<VaultQueries, "read" | "write">): AccountTypes {
  return {
    async read(id) {
      const [row] = await read(ACCOUNT_TYPES.read, id);
      return row && toAccountTypeRow(row);
    },
    async list() {
      return (await read(ACCOUNT_TYPES.list)).map(toAccountTypeRow);
    },
    async write({ id, rev, deleted, sealed }, seen) {
      const values = [id, rev, deleted ? 1 : 0, sealed] as const;
      const changed =
        seen === null
          ? changes(write, ACCOUNT_TYPES.insert, ...values)
          : changes(write, ACCOUNT_TYPES.update, ...values, seen);
      return (await changed) === 1;
    },
  };
}

function toAccountTypeRow(row: Row): AccountTypeRow {
  return {
    id: text(row["id"]),
    rev: text(row["rev"]),
    deleted: integer(row["deleted"]) === 1,
    sealed: blob(row["sealed"]),
  };
}
