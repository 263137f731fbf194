import type { Times } from "../as-of.ts";
import type { DialectName, GrantRow, LoginRow, LoginStatus, MailboxId } from "../engine.ts";
import { StoreError } from "../errors.ts";

/** What drivers give for a column; blobs differ: views from Node, buffers from Durable Objects, numbers from D1. */
export type Column = string | number | bigint | null | ArrayBuffer | Uint8Array | readonly number[];
/** One row by column name. */
export type Row = Readonly<Record<string, Column>>;

const DIALECTS: readonly DialectName[] = ["read-key", "client-keys", "native", "device", "code", "accounts"];
const STATUSES: readonly LoginStatus[] = [
  "launched",
  "exchanging",
  "retry",
  "ready",
  "taken",
  "denied",
  "failed",
  "cancelled",
  "expired",
];

/** A column that this version cannot have written: damage, or somebody's own edit. */
function unreadable(): never {
  throw new StoreError("store_down", { cause: new Error("a stored row has an unexpected value") });
}

/** Readers of columns: a value of another type means damage, and is a `StoreError`. */
export const text = (column: Column | undefined): string =>
  typeof column === "string" ? column : unreadable();
export const integer = (column: Column | undefined): number =>
  typeof column === "number" ? column : unreadable();
export function blob(column: Column | undefined): Uint8Array {
  if (column instanceof Uint8Array) return column;
  if (column instanceof ArrayBuffer) return new Uint8Array(column);
  return Array.isArray(column) ? Uint8Array.from(column) : unreadable();
}

export function orNull<T>(column: Column | undefined, parse: (column: Column | undefined) => T): T | null {
  return column === null ? null : parse(column);
}

export function oneOf<T extends string>(allowed: readonly T[], column: Column | undefined): T {
  return allowed.find((each) => each === column) ?? unreadable();
}

/** What decides a login's status, of a row of `logins`. */
export function toTimes(row: Row): Times {
  return {
    status: oneOf(STATUSES, row["status"]),
    expiresAt: integer(row["expires_at"]),
    deadline: orNull(row["deadline"], integer),
  };
}

/** A row of `logins`, as stored: pass it through `asOf` before anybody believes its status. */
export function toLoginRow(id: MailboxId, row: Row): LoginRow {
  return {
    id,
    dialect: oneOf(DIALECTS, row["dialect"]),
    app: text(row["app"]),
    provider: text(row["provider"]),
    stateHash: text(row["state_hash"]),
    ...toTimes(row),
    reason: orNull(row["reason"], text),
    login: orNull(row["login"], blob),
    box: orNull(row["box"], blob),
    binding: orNull(row["binding"], text),
    changedAt: integer(row["changed_at"]),
    forgetAt: integer(row["forget_at"]),
  };
}

/** A row of `grants`. */
export function toGrantRow(row: Row): GrantRow {
  return {
    id: text(row["id"]),
    generation: integer(row["generation"]),
    ended: orNull(row["ended"], text),
    replay: orNull(row["replay"], blob),
    leaseUntil: integer(row["lease_until"]),
    fence: integer(row["fence"]),
    forgetAt: integer(row["forget_at"]),
  };
}

/** The value in a row of `facts`. */
export function toFact(row: Row | undefined): string {
  return text(row?.["value"]);
}
