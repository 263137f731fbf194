import type { DatabaseSync } from "node:sqlite";
import { asOf, pendingUntil, statusAsOf } from "../as-of.ts";
import type { LoginRow, MailboxId, Mailboxes } from "../engine.ts";
import { isSettled } from "../life.ts";
import { concerns, withoutBox } from "../taking.ts";
import type { Batch } from "./batch.ts";
import { toStoreError } from "./faults.ts";
import { toLoginRow, toTimes } from "../sql/rows.ts";
import { LOGINS, launchParameters } from "../sql/statements.ts";
import { createPending } from "./pending.ts";
import { sweeper } from "./sweeper.ts";
import type { Waiters } from "./waiters.ts";

/** `Mailboxes` on SQLite. Writes go through `batch`; reads ask the file directly. */
export function createMailboxes(db: DatabaseSync, batch: Batch, waiters: Waiters): Mailboxes {
  const launch = db.prepare(LOGINS.launch);
  const claim = db.prepare(LOGINS.claim);
  const deliver = db.prepare(LOGINS.deliver);
  const settle = db.prepare(LOGINS.settle);
  const retry = db.prepare(LOGINS.retry);
  const end = db.prepare(LOGINS.end);
  const glance = db.prepare(LOGINS.glance);
  const read = db.prepare(LOGINS.read);
  const take = db.prepare(LOGINS.take);
  const confirm = db.prepare(LOGINS.confirm);
  const putBack = db.prepare(LOGINS.putBack);

  const pending = createPending(db);

  function readAsOf(id: MailboxId, now: number): LoginRow | undefined {
    const row = read.get(id);
    return row && asOf(toLoginRow(id, row), now);
  }

  /** `readAsOf` outside of a batch; throws a `StoreError`. */
  function readNow(id: MailboxId, now: number): LoginRow | undefined {
    try {
      return readAsOf(id, now);
    } catch (error) {
      throw toStoreError(error);
    }
  }

  function write<T>(id: MailboxId, work: () => T): Promise<T> {
    return batch.write(() => {
      pending.forget(id);
      return work();
    });
  }

  async function writeAndWake<T>(id: MailboxId, work: () => T): Promise<T> {
    const value = await write(id, work);
    if (value) waiters.wake(id);
    return value;
  }

  return {
    launch: (login, now, cap) =>
      write(login.id, () => {
        const { changes } = launch.run(...launchParameters(login, now, cap));
        return changes === 1 ? "inserted" : (readAsOf(login.id, now) ?? "full");
      }),

    claim: (id, stateHash, now, deadline) =>
      write(id, () => claim.run(id, stateHash, now, deadline).changes === 1),

    settle: (id, stateHash, ending, now) =>
      writeAndWake(id, () => {
        const { changes } =
          ending.status === "ready"
            ? deliver.run(id, stateHash, now, ending.box, ending.expiresAt, ending.forgetAt)
            : settle.run(id, stateHash, now, ending.status, ending.reason);
        return changes === 1;
      }),

    retry: (id, oldStateHash, newStateHash, now) =>
      write(id, () => retry.run(id, oldStateHash, now, newStateHash).changes === 1),

    end: (id, status, reason, now, stateHash) =>
      writeAndWake(id, () => end.run(id, stateHash ?? null, now, status, reason).changes === 1),

    isSettled(id, now) {
      try {
        const until = pending.until(id);
        if (until !== undefined && now < until) return false;
        const row = glance.get(id);
        const times = row && toTimes(row);
        if (times !== undefined && isSettled({ status: statusAsOf(times, now) })) return true;
        pending.remember(id, times === undefined ? Number.POSITIVE_INFINITY : pendingUntil(times));
        return false;
      } catch (error) {
        throw toStoreError(error);
      }
    },

    read: async (id, now) => readNow(id, now),

    async take(id, by, now) {
      const row = readNow(id, now);
      if (row === undefined || !concerns(row, by)) return { kind: "pending", changedAt: row?.changedAt ?? 0 };
      if (row.status !== "ready") return withoutBox(row);
      const taken = await writeAndWake(id, () => {
        const mine = take.get(id, now);
        return mine && toLoginRow(id, mine);
      });
      return taken === undefined ? withoutBox(readNow(id, now)) : { kind: "box", row: taken };
    },

    async confirm(id) {
      batch.lazily(() => confirm.run(id));
    },

    putBack: (id, now) => writeAndWake(id, () => putBack.run(id, now).changes === 1),

    wait: (id, since, signal) => waiters.wait(id, since, signal),

    sweep: sweeper(db, batch, "logins"),
  };
}
