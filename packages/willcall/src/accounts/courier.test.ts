import { beforeEach, describe, expect, it } from "vitest";
import type { Webhook } from "../config/config.ts";
import type { Desk } from "../desk.ts";
import { openSqlite } from "../engines/sqlite/open.ts";
import { temporaryStore } from "../engines/sqlite/testing.ts";
import { EVENT_TYPES, type VaultStore } from "../engines/vault-store.ts";
import type { EgressAnswer, EgressRequest } from "../platform.ts";
import { Secret } from "../secret.ts";
import { createCourier } from "./courier.ts";
import { ACCOUNT, ADA, Clock, RotatingProvider, openProcess } from "./testing.ts";

const TAKEN: EgressAnswer = { ok: true, status: 204, headers: {}, body: "" };
const webhook: Webhook = {
  url: "https://hooks.example/a?secret=path",
  secrets: [new Secret(new Uint8Array(32).fill(7))],
  events: EVENT_TYPES,
};

let path: string;
let clock: Clock;
let provider: RotatingProvider;
let sent: EgressRequest[];
let answer: () => Promise<EgressAnswer> | EgressAnswer;
beforeEach(() => {
  path = temporaryStore();
  clock = new Clock();
  provider = new RotatingProvider(clock.now);
  sent = [];
  answer = () => TAKEN;
});

async function fetch(request: EgressRequest): Promise<EgressAnswer> {
  sent.push(request);
  return answer();
}

const neverWritten = (): Promise<never> => Promise.reject(new Error("the process dies here"));

/** A process on the store, whose endpoint has been seen already. */
async function open(webhooks: readonly Webhook[] = [webhook]) {
  const process = openProcess(path, clock, provider);
  const engine = openSqlite({ path });
  if (engine.vault === undefined) throw new TypeError("SQLite keeps accounts");
  const store: VaultStore = engine.vault;
  const desk: Desk = {
    ...process.desk,
    config: { ...process.desk.config, webhooks },
    platform: { ...process.desk.platform, fetch },
  };
  const courier = createCourier(desk, store);
  await courier.deliver();
  return {
    courier,
    desk,
    store,
    logs: process.logs,
    connect: () => process.vault.connect(ADA, process.arrived(provider.grant())),
    refresh: (stale: number) => process.vault.refresh({ id: ACCOUNT }, stale),
    close: async () => {
      await engine.close();
      await process.close();
    },
  };
}

const ids = (): unknown[] => sent.map(({ headers }) => headers["webhook-id"]);

describe("the courier", () => {
  it("asks nothing of the store where there are no webhooks", async () => {
    const { courier, store, close } = await open([]);
    courier.wake();
    await courier.settled();
    expect(await store.endpoints.read("any")).toBeUndefined();
    await close();
  });

  it("tells again, with the same id, what it could not note as told (at least once)", async () => {
    const { courier, desk, store, connect, close } = await open();
    await connect();
    const dying = { ...store, endpoints: { ...store.endpoints, write: neverWritten } };
    await expect(createCourier(desk, dying).deliver()).rejects.toThrow("dies here");
    // Another process waits for the lease.
    await courier.deliver();
    expect(sent).toHaveLength(1);
    clock.advance(20_000);
    await courier.deliver();
    expect(sent).toHaveLength(2);
    expect(new Set(ids()).size).toBe(1);
    await close();
  });

  it("stops when another process took over while an endpoint was slow", async () => {
    const { courier, store, connect, refresh, close } = await open();
    await connect();
    await refresh(1);
    const [{ seq: first } = { seq: 0 }] = await store.events.list(0, 1);
    answer = async () => {
      clock.advance(20_000);
      answer = () => TAKEN;
      await courier.deliver();
      return TAKEN;
    };
    await courier.deliver();
    // The sibling told both; whoever stalled told the first, and no more.
    expect(sent).toHaveLength(3);
    expect(new Set(ids()).size).toBe(2);
    expect(await store.events.list(first, 9)).toHaveLength(1);
    await close();
  });

  it("stops between two events when the broker drains, and goes on at the next start", async () => {
    const first = await open();
    await first.connect();
    await first.refresh(1);
    answer = () => {
      first.desk.draining.begin();
      return TAKEN;
    };
    await first.courier.deliver();
    expect(sent).toHaveLength(1);
    await first.close();
    answer = () => TAKEN;
    const second = await open();
    expect(sent).toHaveLength(2);
    expect(new Set(ids()).size).toBe(2);
    await second.close();
  });

  it("takes an address that must not be called for a failure, and logs no more than the origin", async () => {
    const { courier, desk, logs, connect, close } = await open();
    await connect();
    answer = () => ({ ok: false, reason: "refused_address", sent: false });
    await courier.deliver();
    expect(desk.config.webhooks).toHaveLength(1);
    expect(logs.filter(({ event }) => event === "webhook.failed")).toMatchObject([
      { url: "https://hooks.example", reason: "refused_address", count: 1 },
    ]);
    expect(JSON.stringify(logs)).not.toContain("secret");
    await close();
  });

  it("goes on with one endpoint while another is slow", async () => {
    const other = { ...webhook, url: "https://other.example/" };
    const { courier, connect, close } = await open([webhook, other]);
    await connect();
    const { promise, resolve } = Promise.withResolvers<EgressAnswer>();
    answer = () => (sent.at(-1)?.url === webhook.url ? promise : TAKEN);
    const delivering = courier.deliver();
    await expect.poll(() => sent.length).toBe(2);
    resolve(TAKEN);
    await delivering;
    await courier.deliver();
    expect(sent).toHaveLength(2);
    await close();
  });
});
