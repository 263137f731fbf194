import { RateLimit, networkOf } from "../limits.ts";

/** Milliseconds over which wrong user codes are counted. */
const WINDOW = 600_000;
/** Wrong entries per address in that time. */
const PER_ADDRESS = 5;
/** Wrong entries over all addresses in that time, and how many more each live code allows. */
const OVERALL = 100;
const PER_LIVE_CODE = 5;

/** Guards 34-bit user codes against guessing (RFC 8628 §5.1): per address, and over all addresses together. */
export class Guesses {
  readonly #perAddress = new RateLimit(PER_ADDRESS, WINDOW);
  #windowStart = 0;
  #wrong = 0;
  #issued = 0;

  /** A code was given out at `now` (milliseconds): honest people mistype in proportion. */
  issued(now: number): void {
    this.#turn(now);
    this.#issued++;
  }

  /** Whether `address` may still try. */
  mayTry(address: string, now: number): boolean {
    this.#turn(now);
    return (
      this.#wrong < OVERALL + PER_LIVE_CODE * this.#issued &&
      this.#perAddress.hasRoom(networkOf(address), now)
    );
  }

  /** Counts a wrong entry. */
  wrong(address: string, now: number): void {
    this.#turn(now);
    this.#wrong++;
    this.#perAddress.allows(networkOf(address), now);
  }

  #turn(now: number): void {
    if (now - this.#windowStart < WINDOW && now >= this.#windowStart) return;
    this.#windowStart = now;
    this.#wrong = 0;
    this.#issued = 0;
  }
}
