import type { DatabaseSync } from "node:sqlite";
import { toStoreError } from "./faults.ts";

/** How long a lazy write may wait for a transaction to join, in milliseconds. */
const LAZY_MS = 100;

function nothing(): void {}

/** One queued write: `run` does it and returns what to call once it is durable; `fail` rejects its promise. */
interface Job {
  run(): () => void;
  fail(error: unknown): void;
}

/** Group commit: the writes of one event-loop tick share one transaction, and so one fsync; what follows from them, another. */
export interface Batch {
  /**
   * Runs `work` inside the next transaction, after everything queued before it, and resolves to its value
   * once that is durable. `work` makes at most one writing statement, or several in a savepoint of its own, so that
   * it is undone whole when it fails. Rejects with a `StoreError`, and then nothing was stored.
   */
  write<T>(work: () => T): Promise<T>;
  /** Runs `work` in the next transaction, or in one of its own within 100 ms. Never holds the process open. */
  lazily(work: () => void): void;
  /** Commits what is queued, now. */
  flush(): void;
}

/** The queue of writes of one connection. Nothing else may open a transaction on `db`. */
export function createBatch(db: DatabaseSync): Batch {
  const begin = db.prepare("BEGIN IMMEDIATE");
  const commit = db.prepare("COMMIT");
  const rollback = db.prepare("ROLLBACK");
  let jobs: Job[] = [];
  let lazy: Job[] = [];
  let immediate: NodeJS.Immediate | undefined;
  let timer: NodeJS.Timeout | undefined;

  /** Runs every job, and says what to tell each caller once the transaction is durable. */
  function runAll(queued: readonly Job[]): Array<() => void> {
    const answers: Array<() => void> = [];
    for (const job of queued) {
      try {
        answers.push(job.run());
      } catch (error) {
        // A full disk or an I/O error ends the whole transaction; anything else undid this statement alone.
        if (!db.isTransaction) throw error;
        answers.push(() => job.fail(toStoreError(error)));
      }
    }
    return answers;
  }

  function flush(): void {
    clearImmediate(immediate);
    clearTimeout(timer);
    immediate = timer = undefined;
    if (jobs.length === 0 && lazy.length === 0) return;
    const queued = jobs;
    jobs = [];
    let answers: Array<() => void>;
    try {
      begin.run();
      answers = runAll([...lazy, ...queued]);
      commit.run();
    } catch (error) {
      if (db.isOpen && db.isTransaction) rollback.run();
      const reason = toStoreError(error);
      for (const job of queued) job.fail(reason);
      return;
    }
    // Only now: a lazy write whose transaction failed stays for the next one.
    lazy = [];
    for (const answer of answers) answer();
    // After every microtask that these answers lead to.
    queueMicrotask(() => process.nextTick(flushFollowing));
  }

  /** Commits at once what the last answers led to, as a pick-up that a settled login woke: a tick may take milliseconds. */
  function flushFollowing(): void {
    if (jobs.length > 0) flush();
  }

  return {
    write: (work) =>
      new Promise((resolve, reject) => {
        jobs.push({
          run() {
            const value = work();
            return () => resolve(value);
          },
          fail: reject,
        });
        // An immediate runs when every socket that was readable in this tick has been served.
        immediate ??= setImmediate(flush);
      }),
    lazily(work) {
      lazy.push({
        run() {
          work();
          return nothing;
        },
        fail: nothing,
      });
      timer ??= setTimeout(flush, LAZY_MS).unref();
    },
    flush,
  };
}
