/** Counts per key in windows of fixed length; keys of past windows are forgotten together, so memory is bounded. */
export class RateLimit {
  readonly #most: number;
  readonly #window: number;
  #counts = new Map<string, number>();
  #windowStart = 0;

  /**
   * @param most how many a key may have in one window
   * @param window milliseconds
   */
  constructor(most: number, window: number) {
    this.#most = most;
    this.#window = window;
  }

  /** Whether `key` could have one more at `now` (milliseconds); counts nothing. */
  hasRoom(key: string, now: number): boolean {
    this.#turn(now);
    return (this.#counts.get(key) ?? 0) < this.#most;
  }

  /** Counts one for `key` at `now` (milliseconds); false when that is too many. */
  allows(key: string, now: number): boolean {
    this.#turn(now);
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count <= this.#most;
  }

  #turn(now: number): void {
    if (now - this.#windowStart < this.#window && now >= this.#windowStart) return;
    this.#windowStart = now;
    this.#counts = new Map();
  }
}

/** A limit per client address; loopback addresses have none, so that development never meets it. */
export class AddressLimit {
  readonly #limit: RateLimit;

  /** @param most how many an address may have in one minute */
  constructor(most: number) {
    this.#limit = new RateLimit(most, 60_000);
  }

  /** Counts one for `address` at `now` (milliseconds); false when that is too many. */
  allows(address: string, now: number): boolean {
    return isLoopback(address) || this.#limit.allows(address, now);
  }
}

function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.") || address.startsWith("::ffff:127.");
}
