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

  /** Counts one for `key` at `now` (milliseconds); false when that is too many. */
  allows(key: string, now: number): boolean {
    this.#turn(now);
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count <= this.#most;
  }

  /** Takes back one that was counted for `key`. */
  giveBack(key: string): void {
    const count = this.#counts.get(key);
    if (count !== undefined) this.#counts.set(key, count - 1);
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
    return isLoopback(address) || this.#limit.allows(networkOf(address), now);
  }
}

/** What stands for one client: an IPv4 address, or the 64 bits of an IPv6 network, within which it may choose. */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const mapped = address.lastIndexOf(":") + 1;
  if (address.includes(".", mapped)) return address.slice(mapped);
  const [head = "", tail] = address.split("::");
  const groups = head.split(":");
  const zeros = tail === undefined ? 0 : 8 - groups.length - tail.split(":").length;
  return [...groups, ...Array<string>(zeros).fill("0"), ...(tail ?? "").split(":")]
    .slice(0, 4)
    .map((group) => Number.parseInt(group || "0", 16).toString(16))
    .join(":");
}

function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.") || address.startsWith("::ffff:127.");
}
