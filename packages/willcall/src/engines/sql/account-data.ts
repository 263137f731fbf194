import type { AccountData, AccountDataRow } from "../account-data.ts";
import type { AccountId } from "../vault-store.ts";
import { type Query, changes } from "./query.ts";
import { type Row, blob, integer, text } from "./rows.ts";

const ACCOUNT_DATA = {
  read: "SELECT * FROM account_data WHERE id = ?1",
  list: "SELECT * FROM account_data WHERE id > ?1 ORDER BY id LIMIT ?2",
  insert: `INSERT INTO account_data (id, version, sealed)
    SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM accounts WHERE id = ?1)
    ON CONFLICT DO NOTHING`,
  update: "UPDATE account_data SET version = ?2, sealed = ?3 WHERE id = ?1 AND version = ?4",
};

/** `AccountData` over any driver that runs one statement at a time. */
export function createSqlAccountData({ read, write }: { read: Query; write: Query }): AccountData {
  return {
    async read(id) {
      const [row] = await read(ACCOUNT_DATA.read, id);
      return row && toAccountDataRow(row);
    },
    async list(after, limit) {
      return (await read(ACCOUNT_DATA.list, after, limit)).map(toAccountDataRow);
    },
    async write(former, { id, version, sealed }) {
      const written =
        former === 0
          ? changes(write, ACCOUNT_DATA.insert, id, version, sealed)
          : changes(write, ACCOUNT_DATA.update, id, version, sealed, former);
      return (await written) === 1;
    },
  };
}

function toAccountDataRow(row: Row): AccountDataRow {
  return {
    id: text(row["id"]) as AccountId,
    version: integer(row["version"]),
    sealed: blob(row["sealed"]),
  };
}
