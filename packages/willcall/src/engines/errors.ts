/**
 * What can be wrong with a store, whichever engine it is:
 * - `store_busy`: somebody else holds it for longer than the engine waits; repeating may help.
 * - `store_full`: no room for a write; reads still work.
 * - `store_readonly`: it may be read but not written.
 * - `store_down`: it does not answer, or answers nonsense.
 * - `store_newer`: a newer version of Willcall made it.
 * - `store_foreign`: it is not a Willcall store.
 */
export type StoreErrorCode =
  | "store_busy"
  | "store_full"
  | "store_readonly"
  | "store_down"
  | "store_newer"
  | "store_foreign";

const SENTENCES: Record<StoreErrorCode, string> = {
  store_busy: "The store is locked by another process; try again in a moment.",
  store_full: "The store has no room left; free disk space or raise its limit.",
  store_readonly: "The store cannot be written; check the permissions of the file and its directory.",
  store_down:
    "The store does not answer; see the cause, and the documentation on storage for how to restore it.",
  store_newer:
    "The store was made by a newer version of Willcall; run that version, or restore an older backup.",
  store_foreign: "This file is not a Willcall store; point Willcall at another path.",
};

/**
 * The one error that an engine rejects with. When a write rejects with it, nothing of that write was stored.
 * `cause` is the driver's own error; it names tables and files, never stored values.
 */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, options?: ErrorOptions) {
    super(SENTENCES[code], options);
    this.code = code;
  }
}
