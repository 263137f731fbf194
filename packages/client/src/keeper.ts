import { asWillcallError, WillcallError } from "./errors.ts";
import { quietly } from "./promises.ts";
import type { ClientStorage } from "./storage/storage.ts";
import { type Kept, readKept, type Tokens } from "./tokens.ts";

/** Holds the tokens: in memory for this page, in the storage for the next one and for other tabs. */
export interface Keeper {
  readonly current: Kept | undefined;
  /** Reads the storage again. One that fails changes nothing. */
  load(): Promise<void>;
  save(kept: Kept): Promise<Kept>;
  /** Forgets them; `dead`: because they are worth nothing any more. */
  drop(dead?: boolean): Promise<void>;
  /**
   * Replaces the access token `stale`. One refresh at a time in this tab, and across tabs where Web Locks exist
   * (elsewhere the broker's replay covers it); adopts what another tab got meanwhile instead of asking again.
   *
   * @throws WillcallError `expired` when the refresh token is dead, and only then is anything dropped;
   *   `aborted` when somebody logged out meanwhile; `signed_out`; else why the broker could not be asked
   */
  refresh(stale: string): Promise<Kept>;
}

/** Runs `work` while no other tab holds `name`; where locks are missing or forbidden, just runs it. */
async function alone<T>(name: string, work: () => Promise<T>): Promise<T> {
  let begun: Promise<T> | undefined;
  const begin = () => (begun ??= work());
  try {
    return await navigator.locks.request(name, begin);
  } catch {
    return begin();
  }
}

/**
 * @param refresher asks the broker for the successor of these tokens
 * @param changed called after `current` changed
 */
export function createKeeper(
  storage: ClientStorage,
  key: string,
  refresher: (kept: Kept) => Promise<Tokens>,
  changed: (dead?: boolean) => void,
): Keeper {
  let current: Kept | undefined;
  let refreshing: Promise<Kept> | undefined;
  // Memory is ahead of the storage: for the length of a write, or for good where writing fails.
  let unwritten = false;

  const put = (kept?: Kept, dead?: boolean) => {
    current = kept;
    changed(dead);
  };
  const load = async () => {
    try {
      const text = await storage.get(key);
      if (!unwritten) put(readKept(text));
    } catch {
      put(current);
    }
  };
  const write = (work: () => unknown) => {
    unwritten = true;
    return quietly(async () => {
      await work();
      unwritten = false;
    });
  };
  const save = async (kept: Kept) => {
    put(kept);
    await write(() => storage.set(key, JSON.stringify(kept)));
    return kept;
  };
  const drop = (dead?: boolean) => {
    put(undefined, dead);
    return write(() => storage.remove(key));
  };

  const renew = async (stale: string): Promise<Kept> => {
    await load();
    const before = current;
    if (!before) throw new WillcallError("signed_out");
    if (before.access_token !== stale) return before;
    if (!before.refresh_token) throw new WillcallError("expired");
    const at = Date.now();
    const outcome = await refresher(before).catch(asWillcallError);
    await load();
    const after: Kept | undefined = current;
    if (!after) throw new WillcallError("aborted");
    if (after.refresh_token !== before.refresh_token) return after;
    if (outcome instanceof WillcallError) {
      if (outcome.code === "expired") await drop(true);
      throw outcome;
    }
    const lasting = { ...before };
    delete lasting.expires_in;
    delete lasting.raw;
    return save({ ...lasting, ...outcome, at });
  };

  return {
    get current() {
      return current;
    },
    load,
    save,
    drop,
    refresh: (stale) =>
      (refreshing ??= alone(key, () => renew(stale)).finally(() => {
        refreshing = undefined;
      })),
  };
}
