import type { Desk } from "../desk.ts";
import type { AccountRow, Accounts } from "../engines/vault-store.ts";
import type { Tokens } from "./renew.ts";

/** Accounts taken at a time, … */
const TAKEN = 50;
/** … of which so many are renewed together; … */
const TOGETHER = 5;
/** … so often in one go, where providers fail and nothing much comes of them, … */
const MOST_TAKES = 20;
/** … until so many were renewed. */
const ENOUGH = 50;
/** Milliseconds until an account that was taken comes up again, unless it was renewed; doubles with each failure. */
const PAUSE = 600_000;

/**
 * Renews a few of the accounts that are due, the longest due first. Whoever takes one puts it off for all processes on
 * the store; a provider that fails is left alone until the next time, so that the others are served. Stops when the
 * broker drains.
 *
 * @param renew asks the provider for newer tokens, under the rules of every other refresh
 */
export async function renewDue(
  { platform, draining }: Pick<Desk, "platform" | "draining">,
  accounts: Accounts,
  renew: (seen: AccountRow) => Promise<Tokens>,
): Promise<void> {
  const failing = new Set<string>();
  /** Renews accounts of `due` until there are no more; resolves to how many it asked for. */
  async function work(due: Iterable<AccountRow>): Promise<number> {
    let asked = 0;
    for (const row of due) {
      if (draining.begun) break;
      if (failing.has(row.provider)) continue;
      asked++;
      const { kind } = await renew(row);
      if (kind === "unavailable" || kind === "limited" || kind === "misconfigured") failing.add(row.provider);
    }
    return asked;
  }
  let left = ENOUGH;
  for (let takes = 0; takes < MOST_TAKES && left > 0 && !draining.begun; takes++) {
    const due = await accounts.claimDue(platform.now(), PAUSE, TAKEN);
    const shared = due.values();
    const ends = await Promise.allSettled(Array.from({ length: TOGETHER }, () => work(shared)));
    for (const end of ends) {
      if (end.status === "rejected") throw end.reason;
      left -= end.value;
    }
    if (due.length < TAKEN) return;
  }
}
