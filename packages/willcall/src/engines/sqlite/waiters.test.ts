import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSteps, T, times } from "../conformance/steps.ts";
import type { Engine, MailboxId } from "../engine.ts";
import { openSqlite } from "./open.ts";
import { migrate } from "./schema.ts";
import { temporaryStore } from "./testing.ts";
import { createWaiters } from "./waiters.ts";

const never = new AbortController().signal;

describe("waiting on SQLite", () => {
  let here: Engine;
  let elsewhere: Engine;
  const { launched } = createSteps(() => here.mailboxes);

  beforeEach(() => {
    const path = temporaryStore();
    here = openSqlite({ path });
    elsewhere = openSqlite({ path });
  });

  afterEach(async () => {
    await here.close();
    await elsewhere.close();
  });

  it("wakes the one of many that changed elsewhere, whichever it is", async () => {
    const ids = await times(1_200, () => launched());
    const leaving = new AbortController();
    const woken: MailboxId[] = [];
    const waits = ids.map(async (id) => {
      await here.mailboxes.wait(id, T, leaving.signal);
      woken.push(id);
    });
    for (const index of [1_199, 0]) {
      await elsewhere.mailboxes.end(ids[index] as MailboxId, "cancelled", "cancelled", T);
      await waits[index];
    }
    expect(woken).toEqual([ids[1_199], ids[0]]);
    leaving.abort();
    await Promise.all(waits);
    expect(woken).toHaveLength(1_200);
  });

  it("wakes everybody when the store is closed", async () => {
    const ids = await times(2, () => launched());
    const waits = ids.map((id) => here.mailboxes.wait(id, T, never));
    await here.close();
    await expect(Promise.all(waits)).resolves.toHaveLength(2);
  });

  it("wakes everybody when the store fails, so that their next read says why", async () => {
    const db = new DatabaseSync(":memory:");
    migrate(db);
    const waiting = createWaiters(db).wait("mailbox" as MailboxId, 0, never);
    db.close();
    await expect(waiting).resolves.toBeUndefined();
  });

  it("does not hold the process open", async () => {
    const id = await launched();
    const before = process.getActiveResourcesInfo();
    const waiting = here.mailboxes.wait(id, T, never);
    expect(process.getActiveResourcesInfo()).toEqual(before);
    await here.close();
    await waiting;
  });
});
