import type { DatabaseSync } from "node:sqlite";
import type { AccountId, AccountRow, Accounts } from "../vault-store.ts";
import { toStoreError } from "./faults.ts";

/** Milliseconds after which everything is forgotten, so that nothing stays in memory because it was read once. */
const LONGEST = 10_000;
/** Rows remembered at most; some 10 MB. */
const MOST = 5_000;

/**
 * The same accounts, but a row that nobody has changed since it was read is given again as it was: looking whether anybody
 * committed costs a third of reading. This process's own writes forget what they change, others' show as a changed
 * `PRAGMA data_version`, which every read looks at.
 */
export function rememberedAccounts(db: DatabaseSync, accounts: Accounts): Accounts {
  const version = db.prepare("PRAGMA data_version");
  const rows = new Map<AccountId, AccountRow>();
  /** Notes of use, which reach the file later than those who ask again. */
  const used = new Map<AccountId, number>();
  let seen: unknown;
  let timer: NodeJS.Timeout | undefined;

  function look(): unknown {
    try {
      return version.get()?.["data_version"];
    } catch (error) {
      throw toStoreError(error);
    }
  }

  function clear(): void {
    rows.clear();
    used.clear();
    timer = undefined;
  }

  /** After the write: a read that came before it was stored has remembered the former row. */
  async function forgetting<T>(id: AccountId, write: Promise<T>): Promise<T> {
    try {
      return await write;
    } finally {
      rows.delete(id);
    }
  }

  return {
    ...accounts,
    async read(id) {
      const current = look();
      if (current !== seen) rows.clear();
      seen = current;
      const known = rows.get(id);
      if (known !== undefined) return known;
      const stored = await accounts.read(id);
      if (stored === undefined) return undefined;
      const row = { ...stored, usedAt: used.get(id) ?? stored.usedAt };
      if (rows.size >= MOST) rows.clear();
      rows.set(id, row);
      timer ??= setTimeout(clear, LONGEST).unref();
      return row;
    },
    insert: (account) => forgetting(account.id, accounts.insert(account)),
    lease: (id, now, leaseUntil) => forgetting(id, accounts.lease(id, now, leaseUntil)),
    write: (id, fence, state, event) => forgetting(id, accounts.write(id, fence, state, event)),
    remove: (id, fence, event) => forgetting(id, accounts.remove(id, fence, event)),
    use(id, now) {
      used.set(id, now);
      timer ??= setTimeout(clear, LONGEST).unref();
      return forgetting(id, accounts.use(id, now));
    },
    async claimDue(now, pause, limit) {
      const claimed = await accounts.claimDue(now, pause, limit);
      for (const { id } of claimed) rows.delete(id);
      return claimed;
    },
  };
}
