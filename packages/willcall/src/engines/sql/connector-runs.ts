import type { ConnectorRunRow, ConnectorRunRows } from "../connector-runs.ts";
import type { AccountId } from "../vault-store.ts";
import { type Query, changes } from "./query.ts";
import { type Row, blob, text } from "./rows.ts";

const CONNECTOR_RUNS = {
  read: "SELECT * FROM connector_runs WHERE account = ?1 AND connector = ?2",
  write: `INSERT INTO connector_runs (account, connector, sealed)
    SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM accounts WHERE id = ?1)
    ON CONFLICT (account, connector) DO UPDATE SET sealed = excluded.sealed`,
};

/** `ConnectorRunRows` over any driver that runs one statement at a time. */
export function createSqlConnectorRuns({ read, write }: { read: Query; write: Query }): ConnectorRunRows {
  return {
    async read(account, connector) {
      const [row] = await read(CONNECTOR_RUNS.read, account, connector);
      return row && toConnectorRunRow(row);
    },
    async write({ account, connector, sealed }) {
      return (await changes(write, CONNECTOR_RUNS.write, account, connector, sealed)) === 1;
    },
  };
}

function toConnectorRunRow(row: Row): ConnectorRunRow {
  return {
    account: text(row["account"]) as AccountId,
    connector: text(row["connector"]),
    sealed: blob(row["sealed"]),
  };
}
