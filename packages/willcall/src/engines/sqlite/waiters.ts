import type { DatabaseSync } from "node:sqlite";
import type { MailboxId } from "../engine.ts";

/** How often other processes' commits are looked for while somebody waits, in milliseconds. */
const LOOK_MS = 50;
/** How many mailboxes one query re-checks: about a millisecond's work, so that requests are served between two. */
const CHUNK = 500;

/** One parked pick-up. Kept small: ten thousand of these may be parked at once. */
interface Waiter {
  readonly since: number;
  readonly signal: AbortSignal;
  readonly resolve: () => void;
  /** The next waiter at the same mailbox. */
  next: Waiter | undefined;
}

/** Everybody who waits at a mailbox in this process. */
export interface Waiters {
  /** See `Mailboxes.wait`. */
  wait(id: MailboxId, since: number, signal: AbortSignal): Promise<void>;
  /** Wakes whoever waits at this mailbox, after a commit by this process. */
  wake(id: MailboxId): void;
  /** Wakes everybody; for closing. */
  close(): void;
}

/**
 * Commits of this process wake by id. Those of others show as a changed `PRAGMA data_version`, which is read
 * every 50 ms while somebody waits; then every mailbox waited at is compared with the store.
 */
export function createWaiters(db: DatabaseSync): Waiters {
  const version = db.prepare("PRAGMA data_version");
  const woken = "changed_at, id FROM logins WHERE status NOT IN ('launched', 'exchanging')";
  const changedOne = db.prepare(`SELECT ${woken} AND id = ?`);
  const changedMany = db.prepare(`SELECT ${woken} AND id IN (SELECT value FROM json_each(?))`);
  const waiting = new Map<string, Waiter>();
  let timer: NodeJS.Timeout | undefined;
  let seen: unknown;
  /** Mailboxes still to be compared since `data_version` was last seen to change. */
  let unchecked: string[] = [];

  const readVersion = () => version.get()?.["data_version"];

  /** Keeps only the waiters that `keep` says, and wakes the others. */
  function filter(id: string, keep: (waiter: Waiter) => boolean): void {
    let kept: Waiter | undefined;
    for (let waiter = waiting.get(id), next; waiter; waiter = next) {
      next = waiter.next;
      if (keep(waiter)) {
        waiter.next = kept;
        kept = waiter;
      } else {
        waiter.resolve();
      }
    }
    if (kept) waiting.set(id, kept);
    else waiting.delete(id);
  }

  const wakeChanged = (row: Record<string, unknown>) =>
    filter(String(row["id"]), (waiter) => waiter.since >= Number(row["changed_at"]));

  /** Who cannot be watched over is woken: the next read says what is wrong with the store. */
  function orWakeAll(work: () => void): void {
    try {
      work();
    } catch {
      wakeAll();
    }
  }

  function wakeAll(): void {
    unchecked = [];
    for (const id of waiting.keys()) filter(id, () => false);
  }

  function compareChunk(): void {
    const chunk = unchecked.splice(-CHUNK);
    for (const row of changedMany.all(JSON.stringify(chunk))) wakeChanged(row);
    if (unchecked.length > 0) setImmediate(orWakeAll, compareChunk);
  }

  function look(): void {
    for (const [id, waiter] of waiting) {
      // Reading a flag here costs less memory than a listener on every signal.
      if (waiter.signal.aborted || waiter.next) filter(id, (each) => !each.signal.aborted);
    }
    if (waiting.size === 0) {
      clearInterval(timer);
      timer = undefined;
      return;
    }
    if (unchecked.length > 0) return;
    const current = readVersion();
    if (current === seen) return;
    seen = current;
    unchecked = [...waiting.keys()];
    compareChunk();
  }

  function watch(id: string): void {
    if (!timer) {
      seen = readVersion();
      timer = setInterval(orWakeAll, LOOK_MS, look).unref();
    }
    const row = changedOne.get(id);
    if (row) wakeChanged(row);
  }

  return {
    wait(id, since, signal) {
      if (signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        waiting.set(id, { since, signal, resolve, next: waiting.get(id) });
        // After registering, so that no commit falls between the caller's read and this wait.
        orWakeAll(() => watch(id));
      });
    },
    wake: (id) => filter(id, () => false),
    close() {
      clearInterval(timer);
      wakeAll();
    },
  };
}
