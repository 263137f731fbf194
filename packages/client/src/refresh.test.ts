import { afterEach, describe, expect, test, vi } from "vitest";
import { createClient } from "./client.ts";
import { memoryStorage } from "./storage/memory.ts";
import type { ClientStorage } from "./storage/storage.ts";
import type { Asked, Reply } from "./testing/broker.ts";
import { type NativeOptions, type NativeScene, nativeScene, record, recordKey } from "./testing/scene.ts";

let scene: NativeScene;
const set = async (options: NativeOptions): Promise<NativeScene> => {
  scene = await nativeScene(options);
  return scene;
};
afterEach(async () => {
  vi.useRealTimers();
  await scene.close();
});

const failing = (code: string) => expect.objectContaining({ name: "WillcallError", code });
const hour = 3_600_000;
const stale = { at: Date.now() - 2 * hour };
const second = { access_token: "access-2", token_type: "bearer", expires_in: 3600, refresh_token: "wcr1.2" };
const dead = { status: 400, json: { error: "invalid_grant" } };

/** A token endpoint that rotates handles, and an API at `GET /api` that knows the newest token only. */
function rotating({ what, form, headers }: Asked): Reply | undefined {
  if (what === "POST /token") {
    return form.get("refresh_token") === "wcr1.1" ? { json: second } : dead;
  }
  if (what.endsWith("/api")) return { status: headers["authorization"] === "Bearer access-2" ? 200 : 401 };
  return undefined;
}
/** Another tab of the same app. */
const other = (storage: ClientStorage) =>
  createClient({ broker: scene.broker.url, storage, pendingStorage: memoryStorage() });
const api = () => `${scene.broker.url}/api`;
const seen = () => scene.broker.asked.filter(({ what }) => what.endsWith("/api"));
const refreshes = () => scene.broker.count("POST /token");

describe("getAccessToken", () => {
  test("gives a fresh token without asking anybody", async () => {
    const { client, broker } = await set({ kept: {} });
    expect(await client.getAccessToken()).toBe("access-1");
    expect(broker.asked).toEqual([]);
  });

  test("refreshes a stale one with its handle, once for everybody who asks", async () => {
    const { client, broker } = await set({
      kept: { ...stale, instance_url: "https://eu" },
      script: rotating,
    });
    const all = await Promise.all(Array.from({ length: 20 }, () => client.getAccessToken()));
    expect(new Set(all)).toEqual(new Set(["access-2"]));
    expect(refreshes()).toBe(1);
    expect(Object.fromEntries(broker.asked[0]?.form ?? [])).toEqual({
      grant_type: "refresh_token",
      refresh_token: "wcr1.1",
    });
    expect(await client.getTokens()).toMatchObject({ instance_url: "https://eu", refresh_token: "wcr1.2" });
  });

  test("keeps the handle where the answer has none, and no lifetime that it did not say", async () => {
    const { client } = await set({ kept: stale, script: () => ({ json: { access_token: "access-2" } }) });
    const { refresh_token, expires_in } = await client.getTokens();
    expect([refresh_token, expires_in]).toEqual(["wcr1.1", undefined]);
  });

  test("signs out when the handle is dead, and only then", async () => {
    const { client, broker } = await set({ kept: stale, script: () => dead });
    await expect(client.getAccessToken()).rejects.toEqual(failing("expired"));
    expect(client.state).toEqual({ status: "expired" });
    await expect(client.getAccessToken()).rejects.toEqual(failing("expired"));
    expect(broker.asked).toHaveLength(1);
  });

  test.each<[string, string, Reply]>([
    ["is unreachable", "broker_unreachable", { does: "drop" }],
    ["answers HTML", "broker_unreachable", { text: "<!doctype html>" }],
    ["answers HTML with a 400", "broker_unreachable", { status: 400, text: "<h1>Bad Request</h1>" }],
    ["is over its rate", "provider_error", { status: 429, json: { error: "temporarily_unavailable" } }],
    [
      "cannot reach the provider",
      "provider_error",
      { status: 503, json: { error: "temporarily_unavailable" } },
    ],
    ["is misconfigured", "provider_error", { status: 502, json: { error: "server_error" } }],
  ])("loses no token to a broker that %s", async (_, code, reply) => {
    let well = false;
    const { client } = await set({ kept: stale, script: (asked) => (well ? rotating(asked) : reply) });
    await expect(client.getAccessToken()).rejects.toEqual(failing(code));
    expect(client.state.status).toBe("signed-in");
    well = true;
    expect(await client.getAccessToken()).toBe("access-2");
  });

  test("gives the old token in its last minute when the broker cannot be reached", async () => {
    const { client } = await set({
      kept: { at: Date.now() - hour + 30_000 },
      script: () => ({ does: "drop" }),
    });
    expect(await client.getAccessToken()).toBe("access-1");
    expect(refreshes()).toBe(1);
  });

  test("says expired when there is nothing to refresh with", async () => {
    const { client, broker } = await set({ kept: { ...stale, refresh_token: "" } });
    expect(client.state.status).toBe("expired");
    await expect(client.getAccessToken()).rejects.toEqual(failing("expired"));
    expect(broker.asked).toEqual([]);
  });

  test("rejects at once for who gave up, and goes on for the others", async () => {
    const { client } = await set({ kept: stale, script: rotating });
    const others = client.getAccessToken();
    await expect(client.getAccessToken({ signal: AbortSignal.abort() })).rejects.toEqual(failing("aborted"));
    expect(await others).toBe("access-2");
  });

  test.each([-5 * hour, 5 * hour])(
    "asks once when the clock jumps by %d ms, and does not loop",
    async (jump) => {
      const { client } = await set({ kept: {}, script: rotating });
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + jump });
      for (let call = 0; call < 5; call++) expect(await client.getAccessToken()).toBe("access-2");
      expect(refreshes()).toBe(1);
    },
  );

  test("does not loop over tokens that are born stale", async () => {
    const { client } = await set({ kept: stale, script: () => ({ json: { ...second, expires_in: 0 } }) });
    expect(await client.getAccessToken()).toBe("access-2");
    expect(refreshes()).toBe(1);
  });
});

describe("several tabs on one storage", () => {
  test("refresh once between them", async () => {
    const storage = memoryStorage();
    const { client } = await set({ storage, kept: stale, script: rotating });
    const tab = other(storage);
    expect(await Promise.all([client.getAccessToken(), tab.getAccessToken()])).toEqual([
      "access-2",
      "access-2",
    ]);
    expect(refreshes()).toBe(1);
    tab.dispose();
  });

  test("take over what another one got, when their own handle turns out to be dead", async () => {
    const storage = memoryStorage();
    const { client, broker } = await set({
      storage,
      kept: stale,
      script: async () => {
        // The other tab is ahead by an answer, and has no locks to say so.
        await storage.set(
          recordKey(broker.url),
          JSON.stringify(record({ access_token: "theirs", refresh_token: "wcr1.9" })),
        );
        return dead;
      },
    });
    expect(await client.getAccessToken()).toBe("theirs");
    expect(client.state.status).toBe("signed-in");
  });

  test("don't undo a log-out that happened during the refresh", async () => {
    const storage = memoryStorage();
    const { client, broker } = await set({
      storage,
      kept: stale,
      script: async () => {
        await storage.remove(recordKey(broker.url));
        return { json: second };
      },
    });
    await expect(client.getAccessToken()).rejects.toEqual(failing("aborted"));
    expect(client.state.status).toBe("signed-out");
    expect(await storage.get(recordKey(broker.url))).toBeNull();
  });

  test("a storage that stops writing loses nothing while the page lives", async () => {
    const storage = memoryStorage();
    const full: ClientStorage = { ...storage, set: () => Promise.reject(new Error("quota")) };
    const { client, broker } = await set({ storage, script: rotating });
    await storage.set(recordKey(broker.url), JSON.stringify(record(stale)));
    const tab = other(full);
    expect(await tab.getAccessToken()).toBe("access-2");
    expect(await tab.getAccessToken()).toBe("access-2");
    expect(refreshes()).toBe(1);
    tab.dispose();
    client.dispose();
  });
});

/** The API is on the scripted broker, whose port is known once it listens. */
const allowing = async (options: NativeOptions) => {
  const allowed: string[] = [];
  const made = await set({ hosts: allowed, ...options });
  allowed.push(new URL(made.broker.url).host);
  return made;
};

describe("fetch", () => {
  test("adds the token for an allowed host", async () => {
    const { client } = await allowing({ kept: {}, script: () => ({ status: 204 }) });
    await client.fetch(api(), { headers: { "x-own": "1" } });
    expect(seen()[0]?.headers).toMatchObject({ authorization: "Bearer access-1", "x-own": "1" });
  });

  test.each([
    ["another host", ["api.example.com"]],
    ["a host that only ends alike", ["*.0.0.1.example"]],
    ["no host at all", []],
  ])("tells the token to nobody when it is allowed for %s", async (_, allowed) => {
    const { client } = await set({ kept: {}, hosts: allowed, script: () => ({ status: 204 }) });
    await client.fetch(api());
    expect(seen()[0]?.headers["authorization"]).toBeUndefined();
  });

  test("refreshes once for twenty calls at once, and repeats each with its body", async () => {
    const { client } = await allowing({ kept: {}, script: rotating });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        client.fetch(api(), { method: "POST", body: `body ${index}` }),
      ),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(refreshes()).toBe(1);
    const accepted = seen().filter(({ headers }) => headers["authorization"] === "Bearer access-2");
    expect(accepted.map(({ body }) => body).sort()).toEqual(
      Array.from({ length: 20 }, (_, i) => `body ${i}`).sort(),
    );
  });

  test("hands a second 401 back", async () => {
    const { client } = await allowing({
      kept: {},
      script: ({ what }) => (what === "POST /token" ? { json: second } : { status: 401 }),
    });
    expect((await client.fetch(api())).status).toBe(401);
    expect(refreshes()).toBe(1);
    expect(seen()).toHaveLength(2);
  });

  test("hands a 401 back when there is nothing to refresh with", async () => {
    const { client } = await allowing({ kept: { refresh_token: "" }, script: () => ({ status: 401 }) });
    expect((await client.fetch(api())).status).toBe(401);
    expect(refreshes()).toBe(0);
  });

  test("rejects with signed_out when nobody is logged in", async () => {
    const { client } = await allowing({});
    await expect(client.fetch(api())).rejects.toEqual(failing("signed_out"));
  });
});
