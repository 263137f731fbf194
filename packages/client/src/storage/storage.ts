/** Where a client keeps its record: three functions, each of which may answer at once or by a promise. */
export interface ClientStorage {
  get(key: string): string | null | undefined | Promise<string | null | undefined>;
  set(key: string, value: string): unknown;
  remove(key: string): unknown;
  /** Calls `changed` when somebody else (another tab) may have changed `key`; returns how to stop that. */
  watch?(key: string, changed: () => void): () => void;
}
