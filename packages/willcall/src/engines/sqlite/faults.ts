import { StoreError } from "../errors.ts";
import type { StoreErrorCode } from "../errors.ts";

/** SQLite's primary result codes (sqlite.org/rescode.html) that an operator can tell apart and act on. */
const CODES = new Map<number, StoreErrorCode>([
  [5, "store_busy"], // SQLITE_BUSY
  [6, "store_busy"], // SQLITE_LOCKED
  [8, "store_readonly"], // SQLITE_READONLY
  [13, "store_full"], // SQLITE_FULL
  [26, "store_foreign"], // SQLITE_NOTADB
]);

/** The same for what the file system says when the file is made. */
const FILE_CODES = new Map<unknown, StoreErrorCode>([
  ["EACCES", "store_readonly"],
  ["EPERM", "store_readonly"],
  ["EROFS", "store_readonly"],
  ["ENOSPC", "store_full"],
]);

/** Whatever the driver threw, as a `StoreError` with the driver's error as its cause. */
export function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  return new StoreError(codeOf(error) ?? "store_down", { cause: error });
}

function codeOf(error: unknown): StoreErrorCode | undefined {
  if (!(error instanceof Error)) return undefined;
  // The low byte of SQLite's extended code is the primary one.
  if ("errcode" in error) return CODES.get(Number(error.errcode) & 0xff);
  return "code" in error ? FILE_CODES.get(error.code) : undefined;
}
