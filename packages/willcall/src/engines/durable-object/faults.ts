import { StoreError } from "../errors.ts";

/**
 * Why an object did not answer, as a `StoreError`: `store_busy` when it has more to do than it can, `store_full` at
 * the size limit, else `store_down`. Errors cross between Workers as plain `Error`s with flags.
 */
export function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const isOverloaded = error instanceof Error && "overloaded" in error && error.overloaded === true;
  const isFull = error instanceof Error && /SQLITE_FULL|database or disk is full/.test(error.message);
  return new StoreError(isOverloaded ? "store_busy" : isFull ? "store_full" : "store_down", { cause: error });
}
