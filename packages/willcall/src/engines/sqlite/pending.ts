import type { DatabaseSync } from "node:sqlite";
import type { MailboxId } from "../engine.ts";

/** How long another process's commit may go unnoticed by polls, in milliseconds: nobody polls that often. */
const FRESH_MS = 50;
/** Mailboxes remembered at most; some 10 MB. */
const MOST = 100_000;

/**
 * Mailboxes that have nothing to say yet. Nearly every poll asks for one of these, and the answer changes only with a
 * commit: this process's own forget what they change, others' show as a changed `PRAGMA data_version`.
 */
export interface Pending {
  /** Until when (milliseconds) the mailbox stays pending if nobody writes; undefined: ask the store. */
  until(id: MailboxId): number | undefined;
  /** The store says that it is pending until then. */
  remember(id: MailboxId, until: number): void;
  /** This process is about to change it. */
  forget(id: MailboxId): void;
}

/** See `Pending`. Reads `data_version` at most every 50 ms, and only when asked. */
export function createPending(db: DatabaseSync): Pending {
  const version = db.prepare("PRAGMA data_version");
  const known = new Map<MailboxId, number>();
  let seen: unknown;
  let checkedAt = Number.NEGATIVE_INFINITY;

  return {
    until(id) {
      const now = performance.now();
      if (now - checkedAt > FRESH_MS) {
        const current = version.get()?.["data_version"];
        if (current !== seen) known.clear();
        seen = current;
        checkedAt = now;
      }
      return known.get(id);
    },
    remember(id, until) {
      if (known.size >= MOST) known.clear();
      known.set(id, until);
    },
    forget: (id) => void known.delete(id),
  };
}
