import type { Accounts } from "../engines/vault-store.ts";

/** The same accounts; `announce` is called after each change that is an event, once it is stored. */
export function announcing(accounts: Accounts, announce: () => void): Accounts {
  async function told(stored: Promise<boolean>): Promise<boolean> {
    const isStored = await stored;
    if (isStored) announce();
    return isStored;
  }
  return {
    ...accounts,
    insert: (account) => told(accounts.insert(account)),
    write: (id, fence, state, event) =>
      event === undefined ? accounts.write(id, fence, state) : told(accounts.write(id, fence, state, event)),
    remove: (id, fence, event) => told(accounts.remove(id, fence, event)),
  };
}
