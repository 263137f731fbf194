import type { Row } from "./rows.ts";

/** A value to bind. */
export type Bound = string | number | null | Uint8Array;

/**
 * Runs one statement, atomically, and gives its rows; rejects or throws with a `StoreError`. The one thing that the
 * SQL engines of Workers need of their driver.
 */
export type Query = (
  sql: string,
  ...parameters: readonly Bound[]
) => readonly Row[] | Promise<readonly Row[]>;

/** How many rows a writing statement changed: drivers there count index entries too, or nothing at all. */
export async function changes(query: Query, sql: string, ...parameters: readonly Bound[]): Promise<number> {
  return (await query(`${sql} RETURNING 1`, ...parameters)).length;
}
