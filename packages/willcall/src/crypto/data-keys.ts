/** Data keys remembered at most: a megabyte or so. */
const MOST = 4_096;

/**
 * Data keys that were unwrapped lately, by what they were wrapped as: reading an account again and again derives and opens
 * nothing twice. Whoever could read them in memory could read the root key beside them; what they seal is not kept.
 */
export class DataKeys {
  readonly #kept = new Map<string, Buffer>();

  /** The data key of these wrapped bytes, or undefined. */
  get(wrapped: Buffer): Buffer | undefined {
    return this.#kept.get(wrapped.toString("latin1"));
  }

  /** Remembers one; the oldest gives way. */
  keep(wrapped: Buffer, dataKey: Buffer): void {
    if (this.#kept.size >= MOST) {
      const [oldest = ""] = this.#kept.keys();
      this.#kept.delete(oldest);
    }
    this.#kept.set(wrapped.toString("latin1"), dataKey);
  }
}
