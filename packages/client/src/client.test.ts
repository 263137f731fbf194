import { createHash } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { createClient } from "./client.ts";
import { memoryStorage } from "./storage/memory.ts";
import type { ClientStorage } from "./storage/storage.ts";
import { type NativeOptions, type NativeScene, nativeScene, record, recordKey } from "./testing/scene.ts";

let scene: NativeScene;
const set = async (options?: NativeOptions): Promise<NativeScene> => {
  scene = await nativeScene(options);
  return scene;
};
afterEach(() => scene.close());

const tokens = { access_token: "access-1", token_type: "bearer", expires_in: 3600, refresh_token: "wcr1.1" };
const statuses = () => scene.states.map(({ status }) => status);
const failing = (code: string) => expect.objectContaining({ name: "WillcallError", code });

describe("a login", () => {
  test("opens its page before login() returns, and brings the tokens with two requests", async () => {
    const { client, opened, broker, end } = await set();
    const login = client.login();
    expect(opened).toHaveLength(1);
    end({ ...tokens, scope: "read", provider: "meadow" });
    expect(await login).toMatchObject(tokens);
    await expect.poll(statuses).toEqual(["opening", "waiting", "signed-in"]);
    expect(client.state).toMatchObject({ status: "signed-in", scope: "read", provider: "meadow" });
    expect(broker.asked).toHaveLength(1);
  });

  test("names its key, its commitment and what was asked for in the launch URL, and nothing else", async () => {
    const { client, opened } = await set({ scope: "read", provider: "meadow", inputs: { shop: "a&b" } });
    void client.login({ scope: "read write" });
    const { pathname, searchParams } = opened[0] ?? new URL("about:blank");
    expect(pathname).toBe("/login");
    expect([...searchParams.keys()].sort()).toEqual(["abandon", "key", "provider", "scope", "shop"]);
    expect(searchParams.get("scope")).toBe("read write");
    expect(searchParams.get("shop")).toBe("a&b");
    expect(Buffer.from(searchParams.get("key") ?? "", "base64url")).toHaveLength(65);
  });

  test("waits at the mailbox that follows from its key", async () => {
    const { client, opened, broker } = await set();
    void client.login();
    const key = Buffer.from(opened[0]?.searchParams.get("key") ?? "", "base64url");
    const hash = createHash("sha256").update("willcall mailbox v1\0").update(key).digest();
    const mailbox = hash.subarray(0, 16).toString("base64url");
    await expect.poll(() => broker.asked[0]?.what).toBe(`GET /pickup/${mailbox}`);
    expect(broker.asked[0]?.query.get("wait")).toBe("25");
  });

  test("takes another key for the next one", async () => {
    const { client, opened, end } = await set();
    end({ error: "access_denied" });
    await client.login().catch(() => {});
    await client.login().catch(() => {});
    const keys = opened.map((url) => url.searchParams.get("key"));
    expect(new Set(keys).size).toBe(2);
  });

  test("is the same one when login() is called again, and its page opens again", async () => {
    const { client, opened, end } = await set();
    const first = client.login();
    expect(client.login()).toBe(first);
    expect(opened).toHaveLength(2);
    end(tokens);
    await first;
  });

  test("shows a link for hosts that open no window", async () => {
    const { client, opened, end } = await set();
    const login = client.login();
    await expect
      .poll(() => client.state)
      .toMatchObject({ status: "waiting", opened: false, url: opened[0]?.href });
    end(tokens);
    await login;
  });

  test("tells onStatus each state, until it has ended", async () => {
    const { client, end } = await set();
    const heard: string[] = [];
    end(tokens);
    await client.login({ onStatus: ({ status }) => heard.push(status) });
    await client.logout();
    expect(heard).toEqual(["opening", "waiting", "signed-in"]);
  });

  test.each([
    ["access_denied", "access_denied"],
    ["expired_token", "expired"],
    ["server_error", "provider_error"],
    ["misconfigured_origin", "misconfigured_origin"],
    ["something_new", "provider_error"],
  ])("that ends with %s rejects with %s and says so in its state", async (error, code) => {
    const { client, end } = await set();
    end({ error });
    await expect(client.login()).rejects.toEqual(failing(code));
    expect(client.state).toMatchObject({ status: "error", error: { code, reason: error } });
  });

  test("that fails may be ignored: no rejection goes unhandled", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", note);
    const { client, end } = await set();
    end({ error: "access_denied" });
    void client.login();
    await expect.poll(() => client.state.status).toBe("error");
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });

  test("for more leaves a person signed in who then refuses", async () => {
    const { client, end } = await set({ kept: {} });
    end({ error: "access_denied" });
    await expect(client.login({ scope: "more" })).rejects.toEqual(failing("access_denied"));
    expect(client.state).toMatchObject({ status: "signed-in", error: { code: "access_denied" } });
    expect(await client.getAccessToken()).toBe("access-1");
  });

  test("refuses a box that was sealed for another app or origin", async () => {
    const { client, end } = await set({ app: "other" });
    end(tokens);
    await expect(client.login()).rejects.toEqual(failing("provider_error"));
  });
});

describe("giving a login up", () => {
  test("rejects with aborted, forgets it, and abandons it with the secret that the launch URL commits to", async () => {
    const { client, broker, opened } = await set();
    const stop = new AbortController();
    const login = client.login({ signal: stop.signal });
    await expect.poll(() => broker.asked.length).toBe(1);
    stop.abort();
    await expect(login).rejects.toEqual(failing("aborted"));
    expect(client.state).toEqual({ status: "signed-out" });
    await expect.poll(() => broker.asked.at(-1)?.what).toMatch(/^DELETE \/pickup\//);
    const { secret } = JSON.parse(broker.asked.at(-1)?.body ?? "{}");
    const hash = createHash("sha256").update(Buffer.from(secret, "base64url")).digest("base64url");
    expect(hash).toBe(opened[0]?.searchParams.get("abandon"));
  });

  test("works before login() was called, too", async () => {
    const { client } = await set();
    await expect(client.login({ signal: AbortSignal.abort() })).rejects.toEqual(failing("aborted"));
  });
});

describe("a reload while waiting", () => {
  test("goes on with the same login, and opens nothing", async () => {
    const pendingStorage = memoryStorage();
    const { client, broker, opened, end } = await set({ pendingStorage });
    void client.login();
    await expect.poll(() => broker.asked.length).toBe(1);
    client.dispose();
    const pages: string[] = [];
    const reloaded = createClient({
      broker: broker.url,
      storage: memoryStorage(),
      pendingStorage,
      open: (url) => pages.push(url),
    });
    await expect.poll(() => reloaded.state).toMatchObject({ status: "waiting", url: opened[0]?.href });
    end(tokens);
    await expect.poll(() => reloaded.state.status).toBe("signed-in");
    expect(await reloaded.getAccessToken()).toBe("access-1");
    expect(pages).toEqual([]);
    expect(await pendingStorage.get(`${recordKey(broker.url)}:login`)).toBeNull();
    reloaded.dispose();
  });

  test("after the login has ended finds nothing to wait for", async () => {
    const pendingStorage = memoryStorage();
    const { client, broker, end } = await set({ pendingStorage });
    end({ error: "access_denied" });
    await client.login().catch(() => {});
    const reloaded = createClient({ broker: broker.url, storage: memoryStorage(), pendingStorage });
    await reloaded.ready;
    expect(reloaded.state.status).toBe("signed-out");
    reloaded.dispose();
  });

  test.each(["{", "null", '{"v":2}', '{"v":1,"readKey":"k"}', '{"v":1,"at":1,"url":"https://x","key":{}}'])(
    "ignores what it does not know: %s",
    async (text) => {
      const pendingStorage = { ...memoryStorage(), get: () => text };
      const { client, broker } = await set({ pendingStorage });
      expect(client.state.status).toBe("signed-out");
      expect(broker.asked).toEqual([]);
    },
  );
});

describe("a broker that", () => {
  test("restarts while a login waits loses nothing", async () => {
    let polls = 0;
    const { client, end } = await set({
      script: () => (++polls === 1 ? { does: "drop" } : undefined),
    });
    const login = client.login();
    await expect.poll(() => client.state).toMatchObject({ error: { code: "broker_unreachable" } });
    end(tokens);
    expect(await login).toMatchObject(tokens);
  });

  test.each([
    ["answers HTML", { status: 200, text: "<!doctype html>" }],
    ["answers another version's JSON", { status: 200, json: { hello: "world" } }],
    ["is broken", { status: 500, text: "Internal Server Error" }],
  ])("%s is named, while the login goes on", async (_, reply) => {
    const { client, broker } = await set({ script: () => reply });
    void client.login();
    await expect
      .poll(() => client.state)
      .toMatchObject({ status: "waiting", error: { code: "broker_unreachable" } });
    expect(broker.asked).toHaveLength(1);
  });
});

describe("logging out", () => {
  test("forgets the tokens and revokes the handle", async () => {
    const { client, broker } = await set({
      kept: {},
      script: ({ what }) => (what === "POST /revoke" ? { status: 200 } : undefined),
    });
    expect(await client.logout()).toBe(true);
    expect(client.state).toEqual({ status: "signed-out" });
    expect(broker.asked.at(-1)?.form.get("token")).toBe("wcr1.1");
    await expect(client.getAccessToken()).rejects.toEqual(failing("signed_out"));
  });

  test("works without the broker, and says that it did not confirm", async () => {
    const { client } = await set({ kept: {}, script: () => ({ does: "drop" }) });
    expect(await client.logout()).toBe(false);
    expect(client.state).toEqual({ status: "signed-out" });
  });
});

describe("two tabs", () => {
  test("one that logs in or out takes the other along", async () => {
    const shared = memoryStorage();
    const watchers: (() => void)[] = [];
    const storage: ClientStorage = {
      ...shared,
      watch: (_, changed) => {
        watchers.push(changed);
        return () => watchers.pop();
      },
    };
    const { client, broker } = await set({ storage });
    shared.set(recordKey(broker.url), JSON.stringify(record()));
    watchers[0]?.();
    await expect.poll(() => client.state.status).toBe("signed-in");
    shared.remove(recordKey(broker.url));
    watchers[0]?.();
    await expect.poll(() => client.state.status).toBe("signed-out");
  });
});

describe("listeners", () => {
  test("that unsubscribe hear no more", async () => {
    const { client, end } = await set();
    const heard: string[] = [];
    client.subscribe(({ status }) => heard.push(status))();
    end(tokens);
    await client.login();
    expect(heard).toEqual([]);
  });
});
