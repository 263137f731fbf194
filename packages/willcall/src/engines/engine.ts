import type { VaultStore } from "./vault-store.ts";

/**
 * The two small interfaces that hold state. An engine implements both; `engine.conformance.ts` is the test
 * that each must pass. Engines know no OAuth: they store sealed bytes, compare hashes and move a status.
 */

/** 16 bytes as 22 characters of base64url: where one login's outcome waits. */
export type MailboxId = string & { readonly __brand: "MailboxId" };

/** The dialect that began a login; covered by the key's MAC, so a key is unknown to every other dialect. */
export type DialectName = "read-key" | "client-keys" | "native" | "device" | "code" | "accounts";

/**
 * The row's life. Pending: `launched`, `exchanging` (until its deadline), `retry`. Deliverable: `ready`.
 * Over: `taken`, `denied`, `failed`, `cancelled`, `expired`.
 */
export type LoginStatus =
  | "launched"
  | "exchanging"
  | "retry"
  | "ready"
  | "taken"
  | "denied"
  | "failed"
  | "cancelled"
  | "expired";

/** One login that a browser has launched (or that had to be written at begin: client keys, direct, device). */
export interface LoginRow {
  id: MailboxId;
  dialect: DialectName;
  app: string;
  provider: string;
  /** SHA-256 of the `state` now in force, base64url. A claim is always by this hash. */
  stateHash: string;
  status: LoginStatus;
  /** Why it ended, from the broker's own closed list (`provider_down`, `second_browser`, …); never provider text. */
  reason: string | null;
  /** The sealed login, for logins without a cookie (client keys, `launch: direct`, device); else null. */
  login: Uint8Array | null;
  /** The sealed outcome; present only while `ready`, and while `taken` until the delivery is confirmed. */
  box: Uint8Array | null;
  /** Facts a dialect checks at pick-up (code: challenge, redirect URI), as JSON; holds no secret. */
  binding: string | null;
  /** Milliseconds: pending after this reads `expired`. */
  expiresAt: number;
  /** Milliseconds: `exchanging` after this reads `failed` (the process died in the exchange). */
  deadline: number | null;
  /** Milliseconds of the last change; strictly grows with every change, so two in one millisecond differ. */
  changedAt: number;
  /** Milliseconds: the row may be deleted. Later than every key that could still ask for it. */
  forgetAt: number;
}

/** What a new row brings; the rest starts empty. */
export type NewLogin = Pick<
  LoginRow,
  "id" | "dialect" | "app" | "provider" | "stateHash" | "login" | "binding" | "expiresAt" | "forgetAt"
>;

/** How an exchange ended. */
export type Settlement =
  | { status: "ready"; box: Uint8Array; forgetAt: number; expiresAt: number }
  | { status: "retry" | "denied" | "failed"; reason: string };

/** Who may take a box: another dialect's or app's key is unknown at the mailbox, and consumes nothing. */
export type Taker = Pick<LoginRow, "dialect" | "app">;

/** What a mailbox has for whoever takes. */
export type Taken =
  /** Nothing yet, or nothing of theirs. `changedAt` is the row's, 0 where there is none: what `wait` asks for. */
  | { kind: "pending"; changedAt: number }
  /** The box, for this caller alone. */
  | { kind: "box"; row: LoginRow }
  /** The login ended without one, or its box was taken before. */
  | { kind: "over"; row: LoginRow };

/** Where outcomes wait. Every method is atomic across all processes on the same store. */
export interface Mailboxes {
  /**
   * Inserts a row with status `launched`. With `cap`, refuses when the app already has that many live rows
   * that carry a sealed `login` (rows that a stranger can make by beginning). Live is what has not expired and
   * is neither `ready` nor `taken`: ending what one began makes no room.
   * Resolves to `"inserted"`, `"full"`, or the row that was there already (never overwritten).
   */
  launch(login: NewLogin, now: number, cap?: number): Promise<"inserted" | "full" | LoginRow>;

  /**
   * `launched` → `exchanging`, by id and state hash, before `expiresAt`: exactly one caller ever succeeds. False:
   * unknown, foreign state, already claimed, expired.
   */
  claim(id: MailboxId, stateHash: string, now: number, deadline: number): Promise<boolean>;

  /**
   * `exchanging` → how it ended, before the deadline; by state hash, so a late writer of an older attempt changes
   * nothing. Wakes waiters.
   */
  settle(id: MailboxId, stateHash: string, end: Settlement, now: number): Promise<boolean>;

  /** `retry` → `launched` with a new state: "Try again". */
  retry(id: MailboxId, oldStateHash: string, newStateHash: string, now: number): Promise<boolean>;

  /**
   * Ends a login that is `launched` or `retry` (with `stateHash`: only while that state is in force). Wakes
   * waiters. False when it was past that.
   */
  end(
    id: MailboxId,
    status: "denied" | "failed" | "cancelled",
    reason: string,
    now: number,
    stateHash?: string,
  ): Promise<boolean>;

  /**
   * Whether a row as of `now` has come to an outcome; false for an unknown one. Nearly every poll asks only this, so an
   * engine that can tell without a turn of the event loop does. Throws a `StoreError`; may be 50 ms behind another process.
   */
  isSettled?(id: MailboxId, now: number): boolean;

  /** The row as of `now`: a pending row past `expiresAt` reads `expired`, `exchanging` past its deadline `failed`. */
  read(id: MailboxId, now: number): Promise<LoginRow | undefined>;

  /**
   * `ready` → `taken`, for the dialect and app that began the login: exactly one caller gets the box. It stays stored
   * until `confirm`, so that a crash in between is visible.
   */
  take(id: MailboxId, by: Taker, now: number): Promise<Taken>;

  /** The delivery was handed to the connection: the box is erased. Need not be durable at once. */
  confirm(id: MailboxId): Promise<void>;

  /** The connection died before a byte left: `taken` → `ready` again. False when it was confirmed. */
  putBack(id: MailboxId, now: number): Promise<boolean>;

  /**
   * Resolves when the row may have been settled, ended, taken or put back since `since` (its `changedAt`, 0 if
   * there was no row), or soon after `signal` aborts. Spurious wake-ups are allowed; a lost one is not, also for
   * changes by other processes. Time passing wakes nobody: the caller knows when to look again.
   */
  wait(id: MailboxId, since: number, signal: AbortSignal): Promise<void>;

  /** Deletes rows past `forgetAt`. Resolves to how many. */
  sweep(now: number): Promise<number>;
}

/** A grant's row: written at the first refresh or revoke, so that a login alone costs nothing. */
export interface GrantRow {
  /** 22 characters of base64url. */
  id: string;
  /** The generation of the newest handle given out. */
  generation: number;
  /** Set once: why the grant ended (`revoked`, `reuse`, `dead_token`). */
  ended: string | null;
  /** The last answer, sealed under the handle of `generation - 1`, for callers who lost it. */
  replay: Uint8Array | null;
  /** Milliseconds: who holds the lease loses it then. 0 when free. */
  leaseUntil: number;
  /** Counts leases; a writer names the one it holds, so that a stalled holder writes nothing. */
  fence: number;
  /** Milliseconds: the row may be deleted. */
  forgetAt: number;
}

/** What lives longer than a login. */
export interface Records {
  /** The row, or undefined when the grant was never refreshed or revoked. */
  readGrant(id: string): Promise<GrantRow | undefined>;

  /**
   * Takes the lease when it is free or past `leaseUntil`, creating the row (at `generation`) when there is none.
   * Resolves to the row as leased (with the new fence), or undefined while another holds it.
   */
  leaseGrant(
    id: string,
    generation: number,
    now: number,
    leaseUntil: number,
    forgetAt: number,
  ): Promise<GrantRow | undefined>;

  /**
   * Writes the end of a leased piece of work and frees the lease, durably, if `fence` is still the newest.
   * False: somebody else took over; the caller re-reads.
   */
  writeGrant(
    id: string,
    fence: number,
    change: { generation?: number; ended?: string; replay?: Uint8Array | null; forgetAt?: number },
  ): Promise<boolean>;

  /** Writes `value` if `key` is new; resolves to what is stored now. For facts such as the first start. */
  once(key: string, value: string): Promise<string>;

  /** Deletes what is past `forgetAt`. Resolves to how many. */
  sweep(now: number): Promise<number>;
}

/** A store opened for use. */
export interface Engine {
  readonly mailboxes: Mailboxes;
  readonly records: Records;
  /** Where accounts are kept; absent where the engine cannot list what it holds. */
  readonly vault?: VaultStore;
  /** Resolves when the store answers; rejects with a coded error when it does not. For `/healthz`. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
