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

  /**
   * Counts an entry as wrong before it is looked up, so that many at once are no way round the limit; false when it is
   * one too many. `right` takes it back.
   */
  tries(address: string, now: number): boolean {
    this.#turn(now);
    if (this.#wrong >= OVERALL + PER_LIVE_CODE * this.#issued) return false;
    if (!this.#perAddress.allows(networkOf(address), now)) return false;
    this.#wrong++;
    return true;
  }

  /** The entry that `tries` counted was right. */
  right(address: string): void {
    this.#wrong = Math.max(0, this.#wrong - 1);
    this.#perAddress.giveBack(networkOf(address));
  }

  #turn(now: number): void {
    if (now - this.#windowStart < WINDOW && now >= this.#windowStart) return;
    this.#windowStart = now;
    this.#wrong = 0;
    this.#issued = 0;
  }
}
