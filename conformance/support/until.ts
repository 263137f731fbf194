import { setTimeout as sleep } from "node:timers/promises";

/**
 * Asks again and again until the answer is `wanted`; resolves to the last answer. For tests that run at the same
 * time, where `expect.poll` cannot tell whose it is.
 *
 * @param pause milliseconds between two questions
 * @param tries how many of them at most
 */
export async function until<T>(
  ask: () => T | Promise<T>,
  wanted: T,
  { pause, tries }: { pause: number; tries: number },
): Promise<T> {
  for (let count = 1; ; count++) {
    const answer = await ask();
    if (answer === wanted || count === tries) return answer;
    await sleep(pause);
  }
}
