import { evictAllDurableObjects, listDurableObjectIds, reset, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DEADLINE, FORGET, READY, T, TAKER, createSteps, newLogin, times } from "../conformance/steps.ts";
import { type ShardStub, openDurableObjects } from "./open.ts";
import type { WaitingSocket } from "./runtime.ts";
import { TestShard } from "./testing.worker.ts";

const engine = openDurableObjects({ namespace: env.MAILBOXES, shards: 4 });
const { mailboxes, records } = engine;
const { launched, exchanging, settled, changedAt, statusOf } = createSteps(() => mailboxes);
const single = openDurableObjects({ namespace: env.MAILBOXES, shards: 1 });
const ring = () => {
  const { MAILBOXES } = env;
  return runDurableObjectAlarm(MAILBOXES.get(MAILBOXES.idFromName("shard-0-of-1") as never));
};
const never = new AbortController().signal;
const question = { url: "https://willcall.example/pickup/x", origin: null };

beforeEach(() => {
  TestShard.answerable = true;
});
afterEach(reset);

describe("shards", () => {
  it("share the mailboxes, and find each again", async () => {
    const ids = await times(40, () => launched());
    expect(await listDurableObjectIds(env.MAILBOXES)).toHaveLength(4);
    for (const id of ids) expect(await statusOf(id)).toBe("launched");
  });

  it("share out a cap, so that it holds over all of them", async () => {
    const answers = await times(60, () => mailboxes.launch(newLogin({ login: new Uint8Array([1]) }), T, 12));
    expect(answers.filter((answer) => answer === "inserted").length).toBeLessThanOrEqual(12);
  });

  it("are all swept", async () => {
    await times(20, () => launched());
    expect(await mailboxes.sweep(FORGET)).toBe(20);
  });
});

describe("eviction between any two steps (S11)", () => {
  it("loses no login", async () => {
    const id = await launched();
    await evictAllDurableObjects();
    expect(await mailboxes.claim(id, "hash-1", T, DEADLINE)).toBe(true);
    await evictAllDurableObjects();
    expect(await mailboxes.settle(id, "hash-1", READY, T)).toBe(true);
    await evictAllDurableObjects();
    expect(await mailboxes.take(id, TAKER, T)).toMatchObject({ kind: "box", row: { box: READY.box } });
    await evictAllDurableObjects();
    expect(await mailboxes.putBack(id, T)).toBe(true);
    await evictAllDurableObjects();
    expect(await mailboxes.take(id, TAKER, T)).toMatchObject({ kind: "box", row: { box: READY.box } });
    await evictAllDurableObjects();
    await mailboxes.confirm(id);
    expect(await mailboxes.read(id, T)).toMatchObject({ status: "taken", box: null });
  });

  it("loses no lease of a grant", async () => {
    await records.leaseGrant("grant", 1, T, T + 20_000, FORGET);
    await evictAllDurableObjects();
    expect(await records.leaseGrant("grant", 1, T, T + 20_000, FORGET)).toBeUndefined();
    expect(await records.writeGrant("grant", 1, { generation: 2 })).toBe(true);
  });

  it("wakes who waited before it", async () => {
    const id = await launched();
    const waiting = mailboxes.wait(id, await changedAt(id), never);
    await evictAllDurableObjects();
    await mailboxes.end(id, "cancelled", "cancelled", T);
    await expect(waiting).resolves.toBeUndefined();
  });

  it("answers a native client that asked before it", async () => {
    TestShard.answerable = false;
    const id = await exchanging();
    const message = firstMessage(await engine.watch(id, question));
    await evictAllDurableObjects();
    TestShard.answerable = true;
    await mailboxes.settle(id, "hash-1", READY, T);
    expect(await message).toBe(question.url);
  });
});

describe("a native client's socket", () => {
  it("is answered at once when the login has an outcome", async () => {
    expect(await firstMessage(await engine.watch(await settled(), question))).toBe(question.url);
  });

  it("is closed when it talks", async () => {
    TestShard.answerable = false;
    const socket = open(await engine.watch(newLogin().id, question));
    const closed = new Promise<{ code?: number }>((resolve) =>
      socket.addEventListener("close", (event) => resolve(event as { code?: number })),
    );
    socket.send("hello");
    expect(await closed).toMatchObject({ code: 1008 });
  });
});

describe("the alarm", () => {
  it("deletes what is past its time, and rests when nothing is left (S7)", async () => {
    const old = newLogin({ expiresAt: 1, forgetAt: 2 });
    await single.mailboxes.launch(old, 0);
    expect(await ring()).toBe(true);
    expect(await single.mailboxes.read(old.id, 0)).toBeUndefined();
    expect(await ring()).toBe(false);
  });

  it("comes again while something is left", async () => {
    await single.mailboxes.launch(newLogin(), T);
    expect(await ring()).toBe(true);
    expect(await ring()).toBe(true);
  });
});

describe("an object that does not answer", () => {
  it.each([
    [new Error("Network connection lost."), "store_down"],
    [Object.assign(new Error("Durable Object is overloaded."), { overloaded: true }), "store_busy"],
    [new Error("database or disk is full: SQLITE_FULL"), "store_full"],
  ])("with %s is a store that says so", async (fault, code) => {
    const stub = { read: () => Promise.reject(fault) } as Partial<ShardStub> as ShardStub;
    const broken = openDurableObjects({ namespace: { idFromName: String, get: () => stub }, shards: 1 });
    await expect(broken.mailboxes.read(newLogin().id, T)).rejects.toMatchObject({ code });
  });
});

type Socket = WaitingSocket & { send(text: string): void };

function open(answer: Response): Socket {
  const { webSocket } = answer as Response & { webSocket: Socket };
  webSocket.accept();
  return webSocket;
}

function firstMessage(answer: Response): Promise<unknown> {
  return new Promise((resolve) =>
    open(answer).addEventListener("message", (event) => resolve((event as MessageEvent).data)),
  );
}
