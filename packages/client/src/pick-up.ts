import type { Dialect, Pending } from "./dialect.ts";
import { WillcallError } from "./errors.ts";
import { Unanswered } from "./http.ts";
import type { Kept } from "./tokens.ts";
import { pause } from "./wake.ts";

/** Milliseconds: the broker gives a login up after 600 s, and gets to say so first. */
const LIFETIME = 620_000;
/** Failures in a row before a broker that never answered is taken for down, or for closed to this page. */
const PATIENCE = 5;
/** Milliseconds: a poll that is answered sooner was not held, and is repeated after a gap; and the longest back-off. */
const QUICK = 1_000;
const GAP = 2_000;
const LONGEST = 15_000;

/**
 * Waits for a login's outcome, through lost connections, sleep and restarts of the broker, until the login
 * expires. Time is counted by the monotonic clock, so that a clock set back does not make it endless.
 *
 * @param report told after each attempt what was wrong with it, if anything was
 * @throws WillcallError the typed outcome; `expired` when time ran out, or the last attempt's failure
 */
export async function pickUp(
  dialect: Dialect,
  pending: Pending,
  signal: AbortSignal,
  report: (error?: WillcallError) => void,
): Promise<Kept> {
  const deadline = performance.now() + LIFETIME - Math.max(0, Date.now() - pending.at);
  let answered = false;
  let failures = 0;
  // When there certainly was no token yet: what `expires_in` counts from, at the earliest.
  let { at } = pending;
  for (;;) {
    const asked = Date.now();
    const began = performance.now();
    let error: WillcallError | undefined;
    try {
      const tokens = await dialect.poll(pending, signal);
      if (tokens) return { ...tokens, v: 1, at };
      answered = true;
      failures = 0;
      at = asked;
    } catch (thrown) {
      if (!(thrown instanceof Unanswered)) throw thrown;
      error = thrown;
      failures++;
      if (!answered && error.code !== "network" && failures >= PATIENCE) throw error;
    }
    const now = performance.now();
    if (now > deadline) throw error ?? new WillcallError("expired");
    report(error);
    // Jitter, so that a broker that comes back is not met by everybody at once.
    if (error) await pause(Math.min(LONGEST, 500 * 2 ** failures) * (0.5 + Math.random()), signal);
    else if (now - began < QUICK) await pause(GAP, signal);
    if (signal.aborted) throw new WillcallError("aborted");
  }
}
