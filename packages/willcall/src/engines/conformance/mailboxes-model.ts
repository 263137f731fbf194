import { asOf } from "../as-of.ts";
import type { LoginRow, MailboxId, Mailboxes } from "../engine.ts";
import { isSettled } from "../life.ts";

/**
 * `Mailboxes` in the simplest form that could be right: one map, one caller. What it answers is what every
 * engine must answer to the same calls; `model.ts` compares them. It neither waits nor sweeps.
 */
export function createModel(): Omit<Mailboxes, "wait" | "isSettled" | "sweep"> {
  const rows = new Map<MailboxId, LoginRow>();

  function read(id: MailboxId, now: number): LoginRow | undefined {
    const row = rows.get(id);
    return row && asOf(row, now);
  }

  /** Changes the row if it reads one of `from` and, where a hash is given, has that state in force. */
  function move(
    id: MailboxId,
    now: number,
    from: readonly LoginRow["status"][],
    hash: string | undefined,
    change: Partial<LoginRow>,
  ): LoginRow | undefined {
    const row = read(id, now);
    if (!row || !from.includes(row.status) || (hash ?? row.stateHash) !== row.stateHash) return undefined;
    const changed = { ...row, ...change, changedAt: Math.max(row.changedAt + 1, now) };
    rows.set(id, changed);
    return changed;
  }

  return {
    async launch(login, now, cap) {
      const there = read(login.id, now);
      if (there) return there;
      const piled = [...rows.values()].filter(
        (row) => row.app === login.app && row.login && now < row.expiresAt && !/ready|taken/.test(row.status),
      );
      if (cap !== undefined && piled.length >= cap) return "full";
      const rest = { status: "launched", reason: null, box: null, deadline: null, changedAt: now } as const;
      rows.set(login.id, { ...login, ...rest });
      return "inserted";
    },
    claim: async (id, hash, now, deadline) =>
      !!move(id, now, ["launched"], hash, { status: "exchanging", deadline }),
    settle: async (id, hash, end, now) => !!move(id, now, ["exchanging"], hash, { ...end, deadline: null }),
    retry: async (id, hash, stateHash, now) =>
      !!move(id, now, ["retry"], hash, { status: "launched", stateHash, reason: null }),
    end: async (id, status, reason, now, hash) =>
      !!move(id, now, ["launched", "retry"], hash, { status, reason }),
    read: async (id, now) => read(id, now),
    async take(id, by, now) {
      const row = read(id, now);
      const taken =
        row?.dialect === by.dialect && row.app === by.app
          ? move(id, now, ["ready"], undefined, { status: "taken" })
          : undefined;
      if (taken) return { kind: "box", row: taken };
      const isOver = row?.dialect === by.dialect && row.app === by.app && isSettled(row);
      return isOver ? { kind: "over", row } : { kind: "pending", changedAt: row?.changedAt ?? 0 };
    },
    async confirm(id) {
      const row = rows.get(id);
      if (row?.status === "taken") rows.set(id, { ...row, box: null });
    },
    putBack: async (id, now) =>
      !!rows.get(id)?.box && !!move(id, now, ["taken"], undefined, { status: "ready" }),
  };
}
