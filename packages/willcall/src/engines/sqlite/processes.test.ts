import { beforeEach, describe, expect, it } from "vitest";
import { createSteps, newLogin, T, TAKER, times } from "../conformance/steps.ts";
import type { Engine, MailboxId, Taken } from "../engine.ts";
import { openSqlite } from "./open.ts";
import { startSibling, temporaryStore } from "./testing.ts";
import type { Sibling } from "./testing.ts";

const never = new AbortController().signal;

describe("several processes on one file", () => {
  let path: string;
  let engine: Engine;
  let sibling: Sibling;
  const { launched, settled, changedAt } = createSteps(() => engine.mailboxes);

  beforeEach(async () => {
    path = temporaryStore();
    engine = openSqlite({ path });
    sibling = await startSibling(path);
    return () => engine.close();
  });

  it("deliver a box once between them (S2)", async () => {
    const ids = await times(50, () => settled());
    for (const id of ids) {
      const takers = [sibling.call({ verb: "take", id, now: T }), engine.mailboxes.take(id, TAKER, T)];
      const answers = (await Promise.all(takers)) as Taken[];
      expect(answers.filter(({ kind }) => kind === "box")).toHaveLength(1);
    }
  });

  it("wake each other", async () => {
    const here = await launched();
    const there = await launched();
    const waitsHere = engine.mailboxes.wait(here, await changedAt(here), never);
    const waitsThere = sibling.call({ verb: "wait", id: there, since: await changedAt(there) });
    await sibling.call({ verb: "end", id: here, now: T });
    await engine.mailboxes.end(there, "cancelled", "cancelled", T);
    await expect(Promise.all([waitsHere, waitsThere])).resolves.toHaveLength(2);
  });

  it("keep what a write resolved for, even when killed right after (S11)", async () => {
    const kept: MailboxId[] = [];
    await new Promise<void>((resolve) => {
      async function launchThere(): Promise<void> {
        const login = newLogin();
        await sibling.call({ verb: "launch", login, now: T });
        kept.push(login.id);
        if (kept.length === 20) resolve(sibling.kill());
      }
      void times(400, launchThere);
    });
    const rows = await Promise.all(kept.map((id) => engine.mailboxes.read(id, T)));
    expect(rows.filter(Boolean)).toHaveLength(kept.length);
  });

  it("may all be the first to open it", async () => {
    const fresh = temporaryStore();
    const siblings = await times(4, () => startSibling(fresh));
    const inserted = siblings.map((each) => each.call({ verb: "launch", login: newLogin(), now: T }));
    expect(await Promise.all(inserted)).toEqual(["inserted", "inserted", "inserted", "inserted"]);
  });
});
