import type { DatabaseSync } from "node:sqlite";
import { asOf, statusAsOf } from "../as-of.ts";
import type { LoginRow, MailboxId, Mailboxes } from "../engine.ts";
import { isSettled } from "../life.ts";
import type { Batch } from "./batch.ts";
import { toStoreError } from "./faults.ts";
import { toLoginRow, toTimes } from "./rows.ts";
import { sweeper } from "./sweeper.ts";
import type { Waiters } from "./waiters.ts";

/**
 * Each transition is one statement whose WHERE names the status it starts from, so exactly one caller ever
 * makes it, in however many processes. `changed_at` strictly grows, so a waiter misses no change that falls
 * into the millisecond of its last read. Without a cap, ?11 is null and the count is never made.
 */
const SQL = {
  launch: `INSERT INTO logins
      (id, dialect, app, provider, state_hash, login, binding, expires_at, forget_at, status, changed_at)
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'launched', ?10
    WHERE ?11 IS NULL OR ?11 > (
      SELECT count(*) FROM logins
      WHERE app = ?3 AND expires_at > ?10 AND login IS NOT NULL AND status NOT IN ('ready', 'taken'))
    ON CONFLICT DO NOTHING`,
  claim: `UPDATE logins SET status = 'exchanging', deadline = ?4, changed_at = max(changed_at + 1, ?3)
    WHERE id = ?1 AND state_hash = ?2 AND status = 'launched' AND expires_at > ?3
    RETURNING *`,
  deliver: `UPDATE logins SET status = 'ready', box = ?4, expires_at = ?5, forget_at = ?6, deadline = NULL,
      changed_at = max(changed_at + 1, ?3)
    WHERE id = ?1 AND state_hash = ?2 AND status = 'exchanging' AND deadline > ?3`,
  settle: `UPDATE logins SET status = ?4, reason = ?5, deadline = NULL, changed_at = max(changed_at + 1, ?3)
    WHERE id = ?1 AND state_hash = ?2 AND status = 'exchanging' AND deadline > ?3`,
  retry: `UPDATE logins SET status = 'launched', state_hash = ?4, reason = NULL,
      changed_at = max(changed_at + 1, ?3)
    WHERE id = ?1 AND state_hash = ?2 AND status = 'retry' AND expires_at > ?3`,
  end: `UPDATE logins SET status = ?4, reason = ?5, changed_at = max(changed_at + 1, ?3)
    WHERE id = ?1 AND (?2 IS NULL OR state_hash = ?2) AND status IN ('launched', 'retry') AND expires_at > ?3`,
  glance: "SELECT status, expires_at, deadline FROM logins WHERE id = ?1",
  read: "SELECT * FROM logins WHERE id = ?1",
  take: `UPDATE logins SET status = 'taken', changed_at = max(changed_at + 1, ?2)
    WHERE id = ?1 AND status = 'ready' AND expires_at > ?2
    RETURNING *`,
  confirm: "UPDATE logins SET box = NULL WHERE id = ?1 AND status = 'taken'",
  putBack: `UPDATE logins SET status = 'ready', changed_at = max(changed_at + 1, ?2)
    WHERE id = ?1 AND status = 'taken' AND box IS NOT NULL`,
};

/** `Mailboxes` on SQLite. Writes go through `batch`; reads ask the file directly. */
export function createMailboxes(db: DatabaseSync, batch: Batch, waiters: Waiters): Mailboxes {
  const launch = db.prepare(SQL.launch);
  const claim = db.prepare(SQL.claim);
  const deliver = db.prepare(SQL.deliver);
  const settle = db.prepare(SQL.settle);
  const retry = db.prepare(SQL.retry);
  const end = db.prepare(SQL.end);
  const glance = db.prepare(SQL.glance);
  const read = db.prepare(SQL.read);
  const take = db.prepare(SQL.take);
  const confirm = db.prepare(SQL.confirm);
  const putBack = db.prepare(SQL.putBack);

  function readAsOf(id: MailboxId, now: number): LoginRow | undefined {
    const row = read.get(id);
    return row && asOf(toLoginRow(id, row), now);
  }

  async function writeAndWake<T>(id: MailboxId, work: () => T): Promise<T> {
    const value = await batch.write(work);
    if (value) waiters.wake(id);
    return value;
  }

  return {
    launch: (login, now, cap) =>
      batch.write(() => {
        const { id, dialect, app, provider, stateHash, binding, expiresAt, forgetAt } = login;
        const { changes } = launch.run(
          id,
          dialect,
          app,
          provider,
          stateHash,
          login.login,
          binding,
          expiresAt,
          forgetAt,
          now,
          cap ?? null,
        );
        return changes === 1 ? "inserted" : (readAsOf(id, now) ?? "full");
      }),

    claim: (id, stateHash, now, deadline) =>
      batch.write(() => {
        const row = claim.get(id, stateHash, now, deadline);
        return row && toLoginRow(id, row);
      }),

    settle: (id, stateHash, ending, now) =>
      writeAndWake(id, () => {
        const { changes } =
          ending.status === "ready"
            ? deliver.run(id, stateHash, now, ending.box, ending.expiresAt, ending.forgetAt)
            : settle.run(id, stateHash, now, ending.status, ending.reason);
        return changes === 1;
      }),

    retry: (id, oldStateHash, newStateHash, now) =>
      batch.write(() => retry.run(id, oldStateHash, now, newStateHash).changes === 1),

    end: (id, status, reason, now, stateHash) =>
      writeAndWake(id, () => end.run(id, stateHash ?? null, now, status, reason).changes === 1),

    isSettled(id, now) {
      try {
        const row = glance.get(id);
        return row !== undefined && isSettled({ status: statusAsOf(toTimes(row), now) });
      } catch (error) {
        throw toStoreError(error);
      }
    },

    async read(id, now) {
      try {
        return readAsOf(id, now);
      } catch (error) {
        throw toStoreError(error);
      }
    },

    take: (id, now) =>
      writeAndWake(id, () => {
        const row = take.get(id, now);
        return row && toLoginRow(id, row);
      }),

    async confirm(id) {
      batch.lazily(() => confirm.run(id));
    },

    putBack: (id, now) => writeAndWake(id, () => putBack.run(id, now).changes === 1),

    wait: (id, since, signal) => waiters.wait(id, since, signal),

    sweep: sweeper(db, batch, "logins"),
  };
}
