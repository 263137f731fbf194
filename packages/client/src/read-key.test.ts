import { afterEach, describe, expect, test } from "vitest";
import { createClient } from "./client.ts";
import { framerPlugins, migrating } from "./migrations.ts";
import { memoryStorage } from "./storage/memory.ts";
import { type Asked, type Reply, type ScriptedBroker, startBroker } from "./testing/broker.ts";
import { recordKey } from "./testing/scene.ts";

let broker: ScriptedBroker;
afterEach(() => broker.close());

const tokens = { access_token: "access-1", token_type: "bearer", expires_in: "3600", refresh_token: "a+b/c" };
const failing = (code: string) => expect.objectContaining({ name: "WillcallError", code });

/** Framer's example worker: one login, ready at the poll of that number. */
const worker = (ready = 1) => {
  let polls = 0;
  return ({ what, query }: Asked): Reply => {
    if (what === "POST /authorize") return { json: { url: "https://provider.example/auth", readKey: "k_1" } };
    if (what === "POST /poll")
      return query.get("readKey") === "k_1" && ++polls >= ready ? { json: tokens } : { status: 404 };
    if (what === "POST /refresh" && query.get("code") === "a+b/c")
      return { json: { ...tokens, access_token: "access-2" } };
    return { status: 404 };
  };
};

async function clientOf(script: (asked: Asked) => Reply) {
  broker = await startBroker(script);
  const opened: string[] = [];
  const client = createClient({
    broker: broker.url,
    dialect: "read-key",
    storage: memoryStorage(),
    pendingStorage: memoryStorage(),
    open: (url) => opened.push(url),
  });
  await client.ready;
  return { client, opened };
}

describe("against Framer's example worker", () => {
  test("logs in, and reads a lifetime that came as text", async () => {
    const { client, opened } = await clientOf(worker(2));
    expect(await client.login()).toMatchObject({ access_token: "access-1", expires_in: 3600 });
    expect(opened).toEqual(["https://provider.example/auth"]);
    expect(client.state.status).toBe("signed-in");
  });

  test.each([
    ["Access was denied. Log in again to allow it.", "access_denied"],
    ["The login was cancelled.", "access_denied"],
    ["This login has expired. Log in again.", "expired"],
    ["The login failed. Log in again.", "provider_error"],
  ])("A8: reads the outcome “%s”", async (text, code) => {
    const { client } = await clientOf(({ what }) =>
      what === "POST /poll" ? { status: 410, text } : worker()({ what } as Asked),
    );
    await expect(client.login()).rejects.toEqual(failing(code));
  });

  test("says so when nothing is there", async () => {
    const { client } = await clientOf(() => ({ text: "<!doctype html>" }));
    await expect(client.login()).rejects.toEqual(failing("broker_unreachable"));
    expect(client.state.status).toBe("error");
  });

  test("does not claim to have revoked what it can't", async () => {
    const { client } = await clientOf(worker());
    await client.login();
    expect(await client.logout()).toBe(false);
    expect(client.state.status).toBe("signed-out");
  });
});

const hour = 3_600_000;
const spelt = (at: number) =>
  JSON.stringify({ createdAt: at, expiredIn: 3600, accessToken: "old", refreshToken: "provider+1" });

async function migrated(
  old: keyof typeof framerPlugins,
  value: string,
  script: (asked: Asked) => Reply = worker(),
) {
  broker = await startBroker(script);
  const area = memoryStorage();
  await area.set(framerPlugins[old].key, value);
  const storage = migrating(framerPlugins[old], memoryStorage(), area);
  const client = createClient({ broker: broker.url, storage, pendingStorage: memoryStorage() });
  await client.ready;
  return { client, area, storage };
}

describe("the tokens of a published Framer plugin", () => {
  test.each(["airtable", "googleSheets", "hubspot"] as const)(
    "of %s are good until they end",
    async (name) => {
      const { client } = await migrated(name, spelt(Date.now()));
      expect(client.state.status).toBe("signed-in");
      expect(await client.getAccessToken()).toBe("old");
      expect(broker.asked).toEqual([]);
    },
  );

  test("are swapped for a handle at the first refresh, which the native dialect then uses", async () => {
    const handle = { access_token: "new", token_type: "bearer", expires_in: 3600, refresh_token: "wcr1.1" };
    const { client, area } = await migrated("airtable", spelt(Date.now() - 2 * hour), ({ what }) =>
      what === "POST /refresh" ? { json: handle } : { status: 200 },
    );
    expect(await client.getAccessToken()).toBe("new");
    expect(broker.asked.map(({ what, query }) => [what, query.get("code")])).toEqual([
      ["POST /refresh", "provider+1"],
    ]);
    expect(await area.get("airtableTokens")).toBeNull();
    expect(await client.getTokens()).not.toHaveProperty("raw");
    expect(await client.logout()).toBe(true);
    expect(broker.asked.at(-1)?.what).toBe("POST /revoke");
  });

  test("of Search Console, whose age nobody knows, are refreshed first", async () => {
    const value = JSON.stringify({ ...tokens, expires_in: 3599, scope: "webmasters", id_token: "e30" });
    const { client } = await migrated("googleSearchConsole", value);
    expect(await client.getAccessToken()).toBe("access-2");
  });

  test("of Notion are a bare token that does not end", async () => {
    const { client } = await migrated("notion", "secret_1");
    expect(await client.getAccessToken()).toBe("secret_1");
  });

  test("don't come back after a log-out", async () => {
    const { client, area, storage } = await migrated("hubspot", spelt(Date.now()));
    await client.logout();
    expect(await area.get("hubspotTokens")).toBeNull();
    expect(await storage.get(recordKey(broker.url))).toBeNull();
  });

  test.each(["", "null", "{", "[]", '{"accessToken":7}'])("that read %j are nobody's", async (value) => {
    const { client } = await migrated("airtable", value);
    expect(client.state.status).toBe("signed-out");
  });
});
