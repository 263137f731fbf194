import type { Courier } from "./accounts/courier.ts";
import type { Vault } from "./accounts/vault.ts";
import type { Desk } from "./desk.ts";
import type { Engine } from "./engines/engine.ts";
import { errorFields } from "./observe/log.ts";

/** Milliseconds for which events can be read. */
const EVENTS_KEPT = 30 * 86_400_000;

/** What a broker does though nobody asks. */
export interface Chores {
  readonly desk: Desk;
  readonly engine: Engine;
  readonly vault: Vault | undefined;
  readonly courier: Courier | undefined;
}

/**
 * One round of it: deletes what is past its time (promise S7), renews accounts that are due, delivers events that are
 * waiting. Each goes on whatever becomes of the others; never rejects.
 */
export async function keepHouse({ desk, engine, vault, courier }: Chores): Promise<void> {
  const { platform, log } = desk;
  async function clear(): Promise<void> {
    const now = platform.now();
    const logins = (await engine.mailboxes.sweep(now)) + (await engine.records.sweep(now));
    const events = (await engine.vault?.events.sweep(now - EVENTS_KEPT)) ?? 0;
    if (logins + events > 0) log.info("sweep", { count: logins + events });
  }
  const nothing = Promise.resolve();
  const chores = [clear(), vault?.renewDue() ?? nothing, courier?.deliver() ?? nothing];
  for (const end of await Promise.allSettled(chores)) {
    if (end.status === "rejected") log.error("store.unavailable", errorFields(end.reason));
  }
}
