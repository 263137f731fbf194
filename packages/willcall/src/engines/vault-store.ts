import type { AccountData } from "./account-data.ts";
import type { AccountTypes } from "./account-types.ts";
import type { ConnectorRunRows } from "./connector-runs.ts";

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
  /** Milliseconds: when the tokens are to be renewed although nobody asks; null: never. */
  refreshAt: number | null;
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
  | "refreshAt"
  | "sealed"
>;

/** What can happen to an account that somebody may want to hear of. */
export const EVENT_TYPES = [
  "account.connected",
  "account.refreshed",
  "account.needs_reconnect",
  "account.deleted",
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** What a write means for whoever follows the events. */
export interface AccountEvent {
  type: EventType;
  /** From the broker's own closed lists, as in the log; null where there is nothing to say. */
  reason: string | null;
  /** Milliseconds. */
  at: number;
}

/** An event as stored: what happened, to which account. */
export interface EventRow extends AccountEvent {
  /** Grows with every event, in the order in which they can be read: who has read up to one misses none before it. */
  seq: number;
  account: string;
  owner: string;
  provider: string;
}

/** Which accounts to list: all that match every member that is there. */
export interface AccountFilter {
  owner?: string | undefined;
  provider?: string | undefined;
  status?: AccountStatus | undefined;
}

/** Where accounts are kept. Every method is atomic across all processes on the same store. */
export interface Accounts {
  /** A row that did not change may be the same object again: nobody changes it. */
  read(id: AccountId): Promise<AccountRow | undefined>;

  /** At most `limit` rows in the order of their ids, from the first after `after` (empty: from the start). */
  list(filter: AccountFilter, after: string, limit: number): Promise<AccountRow[]>;

  /** False when there is an account of this id: it is left as it is. An insert is an event, at `createdAt`. */
  insert(account: NewAccount): Promise<boolean>;

  /**
   * Takes the lease when it is free or past `leaseUntil`. Resolves to the row as leased (with the new fence), or
   * undefined while another holds it, and when there is no such account.
   */
  lease(id: AccountId, now: number, leaseUntil: number): Promise<AccountRow | undefined>;

  /**
   * Writes the end of a leased piece of work and frees the lease, durably, if `fence` is still the newest. False:
   * somebody else took over, or removed the account; the caller re-reads. With an event, either both are stored or
   * neither.
   */
  write(id: AccountId, fence: number, state: AccountState, event?: AccountEvent): Promise<boolean>;

  /** Deletes the account and stores the event, both or neither, if `fence` is still the newest. */
  remove(id: AccountId, fence: number, event: AccountEvent): Promise<boolean>;

  /**
   * At most `limit` accounts whose `refreshAt` has come, of those longest due. In the same step each is put off by
   * `pause` milliseconds, doubled for each failure in a row (seven times at most): nobody else takes it meanwhile, and
   * whoever dies over it only delays it.
   */
  claimDue(now: number, pause: number, limit: number): Promise<AccountRow[]>;

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

/** The events of all accounts, in order. */
export interface Events {
  /** At most `limit` events after `seq`. */
  list(seq: number, limit: number): Promise<EventRow[]>;

  /** Deletes the events before a moment (milliseconds), all but the newest of all, so that numbers are never used again. */
  sweep(before: number): Promise<number>;
}

/** How far the endpoint of a webhook has been told. */
export interface EndpointRow {
  id: string;
  /** The last event that it took, did not want, or did not take for too long. */
  delivered: number;
  /** Attempts at the next event that failed. */
  failures: number;
  /** Milliseconds: not before then is it called again. */
  retryAt: number;
  /** Set once: why it is not called any more. */
  ended: string | null;
  /** Milliseconds: as for accounts. */
  leaseUntil: number;
  fence: number;
}

/** What the holder of an endpoint's lease may change. */
export type EndpointState = Pick<EndpointRow, "delivered" | "failures" | "retryAt" | "ended" | "leaseUntil">;

/** Where the state of endpoints is kept. */
export interface Endpoints {
  read(id: string): Promise<EndpointRow | undefined>;

  /**
   * Takes the lease as for accounts, of an endpoint that has not ended and may be called at `now`. One that was never
   * seen begins behind the newest event.
   */
  lease(id: string, now: number, leaseUntil: number): Promise<EndpointRow | undefined>;

  /** Writes durably if `fence` is still the newest; `leaseUntil` 0 frees the lease. False: somebody else took over. */
  write(id: string, fence: number, state: EndpointState): Promise<boolean>;
}

/** What accounts need of an engine: rows that can be listed. */
export interface VaultStore {
  readonly accounts: Accounts;
  readonly events: Events;
  readonly endpoints: Endpoints;
  readonly operatorTokens: OperatorTokens;
  readonly accountTypes: AccountTypes;
  readonly accountData: AccountData;
  readonly connectorRuns: ConnectorRunRows;
}
