import { randomBytes } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { Agent } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { members, send } from "./support/http.ts";
import { NativeApp } from "./support/native-app.ts";
import { type Stage, departed, raise } from "./support/stage.ts";
import { UserAgent } from "./support/user-agent.ts";

const CANARY = "CANARY";
const rootKey = (): string => randomBytes(32).toString("base64");

/** Everything that the broker has written: its data directory with the WAL, and its log. */
async function written({ broker }: Stage): Promise<Map<string, Buffer>> {
  const texts = new Map([["log", Buffer.from(broker.logs.join(""))]]);
  const { dataDir } = broker;
  if (dataDir === undefined) return texts;
  for (const name of await readdir(dataDir)) texts.set(name, await readFile(join(dataDir, name)));
  return texts;
}

/** How a secret may be spelt in a file. */
const spellings = (secret: string): string[] => [
  secret,
  Buffer.from(secret).toString("base64").slice(0, -4),
  encodeURIComponent(secret),
];

/** Where any of `secrets` was written. */
async function leaks(stage: Stage, secrets: readonly string[]): Promise<string[]> {
  const found = [];
  for (const [name, bytes] of await written(stage)) {
    for (const secret of secrets)
      if (spellings(secret).some((spelt) => bytes.includes(spelt))) found.push(`${secret} in ${name}`);
  }
  return found;
}

const canaries = {
  provider: {
    rotates: true,
    mark: CANARY,
    clientSecret: `${CANARY}-secret+/=`,
    tokens: { id_token: `${CANARY}.id.token`, note: CANARY },
  },
} as const;

describe("what is stored and logged", () => {
  it("S1, S4: holds no token, code, key or secret, whatever was done", async () => {
    await using stage = await raise({ ...canaries, app: { clientKeys: true } });
    const { finish, readKey, state, browser } = await stage.launch();
    const cookies = [...browser.cookies(stage.broker.base).values()];
    await finish();
    const waiting = await stage.launch();
    await waiting.finish();
    const tokens = members(await stage.app.poll(readKey));
    const handle = String(tokens["refresh_token"]);
    const refreshed = members(await stage.app.refresh(handle));
    await stage.app.form("/token", { grant_type: "refresh_token", refresh_token: handle });
    await stage.app.refresh(`${CANARY}-raw-token`);
    await stage.app.poll(`${CANARY}-read-key`);
    await stage.app.form("/revoke", { token: `${CANARY}-unknown` });
    stage.provider.script((response) => response.writeHead(400).end(`{"error":"${CANARY}"}`));
    await (await stage.launch()).finish();
    stage.provider.script(undefined);
    const { url } = await stage.app.begin();
    await send(`${stage.broker.base}/redirect?code=${CANARY}&state=${CANARY}&error=${CANARY}`);
    await send(`${stage.broker.base}/${CANARY}?${CANARY}=${CANARY}`, { headers: { "x-canary": CANARY } });
    const keys = {
      readKey: `${CANARY}${randomBytes(16).toString("hex")}`,
      writeKey: randomBytes(16).toString("hex"),
    };
    await send(`${stage.broker.base}/auth/authorize`, { method: "POST", body: JSON.stringify(keys) });
    const native = new NativeApp(stage.broker.base);
    const page = await browser.press(await browser.open(native.loginUrl()), "continue");
    await departed(stage.provider, browser, page).finish();
    const opened = await native.open(await native.read());
    await stage.app.form("/revoke", { token: String(refreshed["refresh_token"]) });

    const secrets = [
      CANARY,
      "top-secret",
      readKey,
      waiting.readKey,
      state,
      handle,
      String(refreshed["refresh_token"]),
      String(opened.tokens["access_token"]),
      String(opened.tokens["refresh_token"]),
      new URL(url).searchParams.get("ticket") ?? "",
      keys.writeKey,
      ...cookies,
    ];
    expect(await leaks(stage, secrets)).toEqual([]);
  });

  it("S1: still holds none after the broker has stopped and started again", async () => {
    await using stage = await raise(canaries);
    await stage.logIn();
    await stage.broker.restart();
    await stage.logIn();
    await stage.broker.stop();
    expect(await leaks(stage, [CANARY])).toEqual([]);
  });

  it("S1: is not logged when the store breaks in the middle of it", async () => {
    await using stage = await raise(canaries);
    const { callback, browser } = await stage.launch();
    const lock = new DatabaseSync(join(stage.broker.dataDir ?? "", "willcall.db"));
    lock.exec("BEGIN IMMEDIATE");
    const page = await browser.open(callback());
    expect(page.status).toBe(503);
    lock.exec("ROLLBACK");
    lock.close();
    expect(await leaks(stage, [CANARY])).toEqual([]);
  });
});

/** Two logins whose boxes wait, and the store opened for mischief. */
async function twoBoxes(stage: Stage) {
  const [one, two] = [await stage.launch(), await stage.launch()];
  await one.finish();
  await two.finish();
  const store = new DatabaseSync(join(stage.broker.dataDir ?? "", "willcall.db"));
  return { one, two, store, [Symbol.dispose]: () => store.close() };
}

describe("a store that somebody changed", () => {
  it("S1: two boxes that were swapped open for nobody", async () => {
    await using stage = await raise();
    using scene = await twoBoxes(stage);
    const [first, second] = scene.store.prepare("SELECT id, box FROM logins").all();
    const put = scene.store.prepare("UPDATE logins SET box = ? WHERE id = ?");
    put.run(second?.["box"] ?? null, first?.["id"] ?? null);
    put.run(first?.["box"] ?? null, second?.["id"] ?? null);
    for (const { readKey } of [scene.one, scene.two])
      expect(await stage.app.poll(readKey)).toMatchObject({ status: 410 });
  });

  it("S1: a box with any byte flipped opens for nobody", async () => {
    await using stage = await raise();
    const { finish, readKey } = await stage.launch();
    await finish();
    using store = disposable(new DatabaseSync(join(stage.broker.dataDir ?? "", "willcall.db")));
    const box = Buffer.from(store.db.prepare("SELECT box FROM logins").get()?.["box"] as Uint8Array);
    const put = store.db.prepare("UPDATE logins SET box = ?, status = 'ready'");
    const statuses = new Set<number>();
    for (let at = 0; at < box.length; at++) {
      const flipped = Buffer.from(box);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      put.run(flipped);
      statuses.add((await stage.app.poll(readKey)).status);
      stage.broker.advance?.(400);
    }
    expect(statuses).toEqual(new Set([410]));
    put.run(box);
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("S1: a box under another root key opens for nobody, and the app learns it", async () => {
    await using stage = await raise({
      env: { WILLCALL_KEYS: rootKey() },
      configuration: () => ({ keys: ["env:WILLCALL_KEYS"] }),
    });
    const { finish, readKey } = await stage.launch();
    await finish();
    await stage.broker.restart({ WILLCALL_KEYS: rootKey() });
    expect((await stage.app.poll(readKey)).status).toBe(404);
  });
});

describe("memory of the dead", () => {
  it("S7: what is past its time is deleted, though nobody ever asks for it again", async () => {
    await using stage = await raise({ app: { launch: "direct" } });
    for (const _ of [1, 2, 3]) await stage.app.begin();
    stage.broker.advance?.(3_600_000);
    await stage.broker.restart();
    await expect.poll(() => stage.broker.logs.join("")).toContain('"event":"sweep"');
    const store = new DatabaseSync(join(stage.broker.dataDir ?? "", "willcall.db"));
    expect(store.prepare("SELECT count(*) AS count FROM logins").get()).toEqual({ count: 0 });
    store.close();
  });

  it("S7: thousands of logins that nobody opens leave nothing behind", async () => {
    await using stage = await raise();
    const agent = new Agent({ keepAlive: true, maxSockets: 50 });
    const url = `${stage.broker.base}/authorize`;
    const begins = Array.from({ length: 5_000 }, () => send(url, { method: "POST", agent }));
    expect(new Set((await Promise.all(begins)).map(({ status }) => status))).toEqual(new Set([200]));
    agent.destroy();
    await new UserAgent().open((await stage.app.begin()).url);
    const store = new DatabaseSync(join(stage.broker.dataDir ?? "", "willcall.db"));
    expect(store.prepare("SELECT count(*) AS count FROM logins").get()).toEqual({ count: 0 });
    store.close();
  });
});

function disposable(db: DatabaseSync) {
  return { db, [Symbol.dispose]: () => db.close() };
}
