import type { AccountTypes } from "./account-types.ts";

/** 16 bytes as 22 characters of base64url: names one account for ever. */
export type AccountId = string & { readonly __brand: "AccountId" };

/**
 * `connected`: in order. `needs_reconnect`: only its owner can bring it back. `error`: the last refresh failed and the
 * next may succeed, or the operator has something to mend.
 */
export type AccountStatus = "connected" | "needs_reconnect" | "error";

/** A person's stored tokens at one provider. */
export interface AccountRow {
  id: AccountId;
  /** Whose it is, as the operator's server names people. */
  owner: string;
  provider: string;
  status: AccountStatus;
  /** Why it is not `connected`, from the broker's own closed list; never provider text. */
  reason: string | null;
  /** What its owner recognises it by, as the provider said: untrusted text. */
  label: string | null;
  /** Space-joined, as granted. */
  scope: string | null;
  /** Counts the writes of `sealed`, which is bound to it. */
  version: number;
  /** Milliseconds. */
  createdAt: number;
  /** Milliseconds: when the access token came. */
  renewedAt: number;
  /** Milliseconds: when it ends; null where the provider did not say. */
  expiresAt: number | null;
  /** Refreshes that failed in a row. */
  failures: number;
  /** Milliseconds: not before then is the provider asked again. */
  retryAt: number;
  /** Milliseconds: when the tokens were last read; null: never. May lag behind. */
  usedAt: number | null;
  /** Milliseconds: who holds the lease loses it then. 0 when free. */
  leaseUntil: number;
  /** Counts leases; a writer names the one it holds, so that a stalled holder writes nothing. */
  fence: number;
  /** The tokens and what a refresh needs with them. */
  sealed: Uint8Array;
}

/** What a new account brings. */
export type NewAccount = Omit<AccountRow, "failures" | "retryAt" | "usedAt" | "leaseUntil" | "fence">;

/** What the holder of a lease may change. */
export type AccountState = Pick<
  AccountRow,
  | "status"
  | "reason"
  | "label"
  | "scope"
  | "version"
  | "renewedAt"
  | "expiresAt"
  | "failures"
  | "retryAt"
  | "sealed"
>;

/** Which accounts to list: all that match every member that is there. */
export interface AccountFilter {
  owner?: string | undefined;
  provider?: string | undefined;
  status?: AccountStatus | undefined;
}

/** Where accounts are kept. Every method is atomic across all processes on the same store. */
export interface Accounts {
  read(id: AccountId): Promise<AccountRow | undefined>;

  /** At most `limit` rows in the order of their ids, from the first after `after` (empty: from the start). */
  list(filter: AccountFilter, after: string, limit: number): Promise<AccountRow[]>;

  /** False when there is an account of this id: it is left as it is. */
  insert(account: NewAccount): Promise<boolean>;

  /**
   * Takes the lease when it is free or past `leaseUntil`. Resolves to the row as leased (with the new fence), or
   * undefined while another holds it, and when there is no such account.
   */
  lease(id: AccountId, now: number, leaseUntil: number): Promise<AccountRow | undefined>;

  /**
   * Writes the end of a leased piece of work and frees the lease, durably, if `fence` is still the newest. False:
   * somebody else took over, or removed the account; the caller re-reads.
   */
  write(id: AccountId, fence: number, state: AccountState): Promise<boolean>;

  /** Deletes the account, if `fence` is still the newest. */
  remove(id: AccountId, fence: number): Promise<boolean>;

  /** Notes that the tokens were read. Need not be durable at once. */
  use(id: AccountId, now: number): Promise<void>;
}

/** A token with which an operator's server calls the broker; the token itself is stored nowhere. */
export interface OperatorTokenRow {
  /** The first part of the token. */
  id: string;
  /** SHA-256 of the whole token, base64url. */
  hash: string;
  /** What the operator calls it. */
  label: string;
  /** What it allows, space-joined. */
  scopes: string;
  /** Milliseconds. */
  createdAt: number;
}

/** Where operator tokens are kept: few, and read at every call of the operator's API. */
export interface OperatorTokens {
  read(id: string): Promise<OperatorTokenRow | undefined>;
  /** All of them, oldest first. */
  list(): Promise<OperatorTokenRow[]>;
  insert(token: OperatorTokenRow): Promise<void>;
  /** Ends a token at once. False when there is none of this id. */
  remove(id: string): Promise<boolean>;
}

/** What accounts need of an engine: rows that can be listed. */
export interface VaultStore {
  readonly accounts: Accounts;
  readonly operatorTokens: OperatorTokens;
  readonly accountTypes: AccountTypes;
}
