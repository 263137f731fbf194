import type { AccountId } from "./vault-store.ts";

/** What connectors keep with an account, apart from its tokens, so that neither write waits for the other. */
export interface AccountDataRow {
  id: AccountId;
  /** Counts the writes, from 1; `sealed` is bound to it. */
  version: number;
  sealed: Uint8Array;
}

/** Where connectors' data is kept. It goes with its account. */
export interface AccountData {
  /** Undefined: nothing was kept. */
  read(id: AccountId): Promise<AccountDataRow | undefined>;

  /** At most `limit` rows in the order of their ids, from the first after `after` (empty: from the start). */
  list(after: string, limit: number): Promise<AccountDataRow[]>;

  /**
   * Writes, durably, if the row still has the version `former` (0: there is none). False: somebody else wrote before,
   * or there is no such account.
   */
  write(former: number, row: AccountDataRow): Promise<boolean>;
}
