import type { AccountId } from "./vault-store.ts";

/** The last run of one connector with one account. */
export interface ConnectorRunRow {
  account: AccountId;
  /** The connector's slug. */
  connector: string;
  /** How it went, and what the connector said. */
  sealed: Uint8Array;
}

/** Where connectors' last runs are kept, one for an account and a connector. They go with their account. */
export interface ConnectorRunRows {
  /** Undefined: there was none. */
  read(account: AccountId, connector: string): Promise<ConnectorRunRow | undefined>;
  /** Writes, durably, in the place of what was there. False: there is no such account. */
  write(row: ConnectorRunRow): Promise<boolean>;
}
