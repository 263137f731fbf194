import { Agent } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { PLUGIN } from "./support/app.ts";
import { isJson, members, send } from "./support/http.ts";
import { dial } from "./support/raw.ts";
import { type Stage, raise } from "./support/stage.ts";
import { eventNames } from "./support/target.ts";

/** A stage behind a proxy that says where requests come from, with three begins a minute. */
const behindProxy = (trustedProxies: readonly string[] = ["127.0.0.1"]): Promise<Stage> =>
  raise({ configuration: () => ({ trustedProxies, beginsPerMinute: 3 }) });

const beginFrom = ({ broker }: Stage, forwarded: string) =>
  send(`${broker.base}/authorize`, {
    method: "POST",
    headers: { origin: PLUGIN, "x-forwarded-for": forwarded },
  });

describe("begins", () => {
  it("S9: over the rate of an address are 429 in text, with CORS, until the minute is over", async () => {
    await using stage = await behindProxy();
    for (let count = 0; count < 3; count++)
      expect(await beginFrom(stage, "203.0.113.5")).toMatchObject({ status: 200 });
    const refused = await beginFrom(stage, "203.0.113.5");
    expect(refused).toMatchObject({
      status: 429,
      headers: { "retry-after": "60", "access-control-allow-origin": PLUGIN },
    });
    expect(isJson(refused.text)).toBe(false);
    expect(await beginFrom(stage, "203.0.113.6")).toMatchObject({ status: 200 });
    stage.broker.advance?.(60_000);
    expect(await beginFrom(stage, "203.0.113.5")).toMatchObject({ status: 200 });
  });

  it("S9: a client cannot choose its address: only what a trusted proxy adds counts", async () => {
    await using stage = await behindProxy();
    for (let count = 0; count < 3; count++) await beginFrom(stage, `198.51.100.${count}, 203.0.113.5`);
    expect(await beginFrom(stage, "198.51.100.9, 203.0.113.5")).toMatchObject({ status: 429 });
  });

  it("S9: an IPv6 client does not escape by using other addresses of its network", async () => {
    await using stage = await behindProxy();
    for (const address of ["2001:db8:1:2::1", "2001:db8:1:2:3::", "2001:DB8:0001:2:ffff:ffff:ffff:ffff"])
      expect(await beginFrom(stage, address)).toMatchObject({ status: 200 });
    expect(await beginFrom(stage, "2001:db8:1:2:a:b:c:d")).toMatchObject({ status: 429 });
    for (const address of ["2001:db8:1:3::1", "2001:db8::1:2", "::ffff:203.0.113.7", "::ffff:203.0.113.8"])
      expect(await beginFrom(stage, address)).toMatchObject({ status: 200 });
  });

  it("S9: nobody's X-Forwarded-For is believed unless a proxy is trusted", async () => {
    await using stage = await behindProxy([]);
    for (let count = 0; count < 6; count++)
      expect(await beginFrom(stage, "203.0.113.5")).toMatchObject({ status: 200 });
  });

  it("A13: polls have no address limit", async () => {
    await using stage = await behindProxy();
    const { readKey } = members(await beginFrom(stage, "203.0.113.5"));
    for (let count = 0; count < 30; count++) {
      const headers = { "x-forwarded-for": "203.0.113.5" };
      const url = `${stage.broker.base}/poll?readKey=${count % 2 ? String(readKey) : "x"}`;
      expect(await send(url, { method: "POST", headers })).toMatchObject({ status: 404 });
    }
  });

  it("S9: a native launch counts as a begin", async () => {
    await using stage = await behindProxy();
    for (let count = 0; count < 3; count++) await beginFrom(stage, "203.0.113.5");
    const url = `${stage.broker.base}/login?key=${"A".repeat(87)}`;
    const page = await send(url, { headers: { "x-forwarded-for": "203.0.113.5" } });
    expect(page.text).toContain("slow_down");
  });
});

describe("tokens that nobody here has seen", () => {
  it("S9, A10: are taken to the provider sixty times a minute for one address, and no more", async () => {
    await using stage = await raise({
      app: { refresh: "raw" },
      configuration: () => ({ trustedProxies: ["127.0.0.1"] }),
    });
    const present = (address: string, token: string) =>
      send(`${stage.broker.base}/refresh?code=${token}`, {
        method: "POST",
        headers: { origin: PLUGIN, "x-forwarded-for": address },
      });
    for (let count = 0; count < 60; count++)
      expect(await present("203.0.113.5", `garbage-${count}`)).toMatchObject({ status: 401 });
    expect(await present("203.0.113.5", "garbage")).toMatchObject({
      status: 503,
      headers: { "retry-after": "60" },
    });
    const revoked = await send(`${stage.broker.base}/revoke`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", "x-forwarded-for": "203.0.113.5" },
      body: "token=garbage&client_id=root",
    });
    expect(revoked).toMatchObject({ status: 503, headers: { "retry-after": "60" } });
    expect(stage.provider.tokenRequests).toHaveLength(60);
    expect(await present("203.0.113.6", "garbage")).toMatchObject({ status: 401 });
  });
});

/** Holds the store's write lock while `work` runs, as a backup or another program might. */
async function whileLocked<T>({ broker }: Stage, work: () => Promise<T>): Promise<T> {
  const store = new DatabaseSync(join(broker.dataDir ?? "", "willcall.db"));
  store.exec("BEGIN IMMEDIATE");
  try {
    return await work();
  } finally {
    store.exec("ROLLBACK");
    store.close();
  }
}

/** Locks the store when the provider is asked, until the broker has met the lock; then its answer is stored. */
async function metByLock<T>({ broker, provider }: Stage, work: () => Promise<T>): Promise<T> {
  const store = new DatabaseSync(join(broker.dataDir ?? "", "willcall.db"));
  provider.script(async (_response, _request, normally) => {
    store.exec("BEGIN IMMEDIATE");
    await normally();
  });
  const working = work();
  await expect.poll(() => eventNames(broker)).toContain("store.unavailable");
  store.exec("ROLLBACK");
  store.close();
  return working;
}

describe("a store that cannot be written", () => {
  it("S11, S3: burns no code: the callback is 503, and works when it is played again", async () => {
    await using stage = await raise();
    const { callback, browser, readKey } = await stage.launch();
    const url = callback();
    const page = await whileLocked(stage, () => browser.open(url));
    expect(page.status).toBe(503);
    expect(stage.provider.tokenRequests).toEqual([]);
    expect(await browser.open(url)).toMatchObject({ status: 200 });
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("S11, A12: loses no tokens: the poll is 503 with CORS, and a later one gets them", async () => {
    await using stage = await raise();
    const { finish, readKey } = await stage.launch();
    await finish();
    const refused = await whileLocked(stage, () => stage.app.poll(readKey));
    expect(refused).toMatchObject({ status: 503, headers: { "access-control-allow-origin": PLUGIN } });
    expect(isJson(refused.text)).toBe(false);
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("S11: refreshes nothing that it could not store", async () => {
    await using stage = await raise({ provider: { rotates: true } });
    const { refresh_token } = await stage.logIn();
    const before = stage.provider.tokenRequests.length;
    const refused = await whileLocked(stage, () => stage.app.refresh(String(refresh_token)));
    expect(refused.status).toBe(503);
    expect(isJson(refused.text)).toBe(false);
    expect(stage.provider.tokenRequests).toHaveLength(before);
    expect(await stage.app.refresh(String(refresh_token))).toMatchObject({ status: 200 });
  });

  it("S11: loses no login that the provider has answered", async () => {
    await using stage = await raise();
    const { finish, readKey } = await stage.launch();
    expect(await metByLock(stage, finish)).toMatchObject({ status: 200 });
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("S11: loses no rotated token that the provider has answered", async () => {
    await using stage = await raise({ provider: { rotates: true } });
    const { refresh_token } = await stage.logIn();
    const refreshed = await metByLock(stage, () => stage.app.refresh(String(refresh_token)));
    expect(refreshed).toMatchObject({ status: 200 });
  });

  it("A1, A2, A5: begins and pending polls go on; health says what is wrong", async () => {
    await using stage = await raise();
    const { readKey } = await stage.launch();
    await whileLocked(stage, async () => {
      expect(await send(`${stage.broker.base}/authorize`, { method: "POST" })).toMatchObject({ status: 200 });
      expect(await stage.app.poll(readKey)).toMatchObject({ status: 404 });
      expect(await send(`${stage.broker.base}/healthz`)).toMatchObject({ status: 503 });
    });
    expect(await send(`${stage.broker.base}/healthz`)).toMatchObject({ status: 200 });
    expect(eventNames(stage.broker)).toContain("unexpected");
  });
});

describe("rows that a stranger can make by beginning", () => {
  it("S9, A2: are capped: beyond ten thousand a direct begin is 503 in text, and other apps go on", async () => {
    await using stage = await raise({
      configuration: () => ({
        apps: {
          "": { provider: "meadow", launch: "direct", confirm: "never", origins: ["framer:abc123"] },
          notes: { provider: "meadow", launch: "direct", confirm: "never", origins: ["framer:abc123"] },
        },
      }),
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 100 });
    const begin = (path: string) => send(`${stage.broker.base}${path}`, { method: "POST", agent });
    const answers = await Promise.all(Array.from({ length: 10_050 }, () => begin("/authorize")));
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused).toHaveLength(50);
    expect(refused[0]).toMatchObject({ status: 503, headers: { "retry-after": expect.any(String) } });
    expect(await begin("/notes/authorize")).toMatchObject({ status: 200 });
    stage.broker.advance?.(600_000);
    expect(await begin("/authorize")).toMatchObject({ status: 200 });
    agent.destroy();
  });
});

describe("slow clients", () => {
  it.concurrent.each([
    ["headers that never end", "POST /poll HTTP/1.1\r\nHost: a\r\n"],
    ["a body that never comes", "POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\ngrant"],
  ])("S9: %s: the connection is cut", async (_, start) => {
    await using stage = await raise();
    await using wire = await dial(stage.broker.base);
    wire.write(start);
    expect(await wire.closed(25_000)).toMatchObject({ closed: true });
  });
});
