import { asOf } from "../as-of.ts";
import type { LoginRow, MailboxId, Mailboxes } from "../engine.ts";
import { withoutBox } from "../taking.ts";
import { type Bound, type Query, changes } from "./query.ts";
import { integer, orNull, toLoginRow } from "./rows.ts";
import { LOGINS, launchParameters } from "./statements.ts";
import { sweeper } from "./sweeper.ts";

/** `Mailboxes` but for the waiting, which is every engine's own. */
export interface StoredMailboxes extends Omit<Mailboxes, "wait" | "isSettled"> {
  /** Whether a change that wakes came after `since`: what `wait` asks before it waits. */
  readonly changedSince: (id: MailboxId, since: number) => Promise<boolean>;
}

/**
 * `StoredMailboxes` over any driver that runs one statement at a time. `wake` is called when a change may concern
 * somebody who waits.
 */
export function createStoredMailboxes(query: Query, wake: (id: MailboxId) => void): StoredMailboxes {
  async function oneRow(id: MailboxId, sql: string, ...parameters: readonly Bound[]) {
    const [row] = await query(sql, id, ...parameters);
    return row && toLoginRow(id, row);
  }

  async function readAsOf(id: MailboxId, now: number): Promise<LoginRow | undefined> {
    const row = await oneRow(id, LOGINS.read);
    return row && asOf(row, now);
  }

  async function changed(id: MailboxId, sql: string, ...parameters: readonly Bound[]): Promise<boolean> {
    return (await changes(query, sql, id, ...parameters)) === 1;
  }

  async function changedAndWoke(
    id: MailboxId,
    sql: string,
    ...parameters: readonly Bound[]
  ): Promise<boolean> {
    const done = await changed(id, sql, ...parameters);
    if (done) wake(id);
    return done;
  }

  return {
    async launch(login, now, cap) {
      const inserted = await changes(query, LOGINS.launch, ...launchParameters(login, now, cap));
      return inserted === 1 ? "inserted" : ((await readAsOf(login.id, now)) ?? "full");
    },
    claim: (id, stateHash, now, deadline) => changed(id, LOGINS.claim, stateHash, now, deadline),
    settle: (id, stateHash, ending, now) =>
      ending.status === "ready"
        ? changedAndWoke(id, LOGINS.deliver, stateHash, now, ending.box, ending.expiresAt, ending.forgetAt)
        : changedAndWoke(id, LOGINS.settle, stateHash, now, ending.status, ending.reason),
    retry: (id, oldStateHash, newStateHash, now) =>
      changed(id, LOGINS.retry, oldStateHash, now, newStateHash),
    end: (id, status, reason, now, stateHash) =>
      changedAndWoke(id, LOGINS.end, stateHash ?? null, now, status, reason),
    read: readAsOf,
    async take(id, { dialect, app }, now) {
      // Nearly every poll ends here: one column, because reading columns costs more than finding the row.
      const [glance] = await query(LOGINS.pending, id, dialect, app, now);
      const changedAt = glance === undefined ? 0 : orNull(glance["pending"], integer);
      if (changedAt !== null) return { kind: "pending", changedAt };
      const row = await oneRow(id, LOGINS.take, now);
      if (row === undefined) return withoutBox(await readAsOf(id, now));
      wake(id);
      return { kind: "box", row };
    },
    async confirm(id) {
      await query(LOGINS.confirm, id);
    },
    putBack: (id, now) => changedAndWoke(id, LOGINS.putBack, now),
    changedSince: async (id, since) => (await query(LOGINS.changed, id, since)).length > 0,
    sweep: sweeper(query, "logins"),
  };
}
