import { isCurrent, rewrapEnvelope } from "../crypto/envelope.ts";
import type { Keyring } from "../crypto/keys.ts";
import type { AccountRow, Accounts } from "../engines/vault-store.ts";
import { LEASE, LOOK_AGAIN } from "../grants/lease.ts";
import type { Platform } from "../platform.ts";
import { aadOf } from "./holding.ts";

/** Accounts looked at in one page. */
const PAGE = 200;

/** What came of it: counts of accounts. */
export interface Rewrapped {
  rewrapped: number;
  /** Wrapped by the first key already. */
  current: number;
  /** Opened by none of the keys; left as they are. */
  unreadable: number;
}

/**
 * Wraps the data keys of all accounts with the first root key, each under its lease, so that brokers may refresh meanwhile
 * (design.md, "Sealing"). May be repeated, and stopped at any point: what is done stays done.
 */
export async function rewrapAccounts(
  keys: Keyring,
  platform: Pick<Platform, "now" | "random"> & { sleep: (milliseconds: number) => Promise<unknown> },
  accounts: Accounts,
): Promise<Rewrapped> {
  const counts: Rewrapped = { rewrapped: 0, current: 0, unreadable: 0 };
  let after = "";
  for (;;) {
    const rows = await accounts.list({}, after, PAGE);
    for (const row of rows) {
      const outcome = await rewrap(row);
      if (outcome !== "gone") counts[outcome]++;
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return counts;
    after = last.id;
  }

  async function rewrap(row: AccountRow): Promise<keyof Rewrapped | "gone"> {
    let seen: AccountRow | undefined = row;
    while (seen !== undefined) {
      if (isCurrent(keys, seen.sealed)) return "current";
      const now = platform.now();
      const leased = await accounts.lease(seen.id, now, now + LEASE);
      if (leased !== undefined) {
        const sealed = rewrapEnvelope(keys, platform.random(16), aadOf(leased), leased.sealed);
        const written = await accounts.write(leased.id, leased.fence, {
          ...leased,
          ...(sealed && { sealed }),
        });
        if (written) return sealed === undefined ? "unreadable" : "rewrapped";
      } else {
        await platform.sleep(LOOK_AGAIN);
      }
      seen = await accounts.read(seen.id);
    }
    return "gone";
  }
}
