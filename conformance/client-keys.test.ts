import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { App, PLUGIN } from "./support/app.ts";
import { type Answer, isJson, members, send } from "./support/http.ts";
import { freePort } from "./support/port.ts";
import { type Stage, type StageOptions, raise } from "./support/stage.ts";
import { UserAgent } from "./support/user-agent.ts";

const key = (): string => randomBytes(24).toString("base64url");
const headers = { origin: PLUGIN, "content-type": "application/json" };

const raiseWithKeys = ({ app, ...options }: StageOptions = {}): Promise<Stage> =>
  raise({ ...options, app: { clientKeys: true, ...app } });

const authorize = ({ broker }: Stage, body: unknown): Promise<Answer> =>
  send(`${broker.base}/auth/authorize`, { method: "POST", headers, body: JSON.stringify(body) });

const read = ({ broker }: Stage, readKey: string): Promise<Answer> =>
  send(`${broker.base}/auth/authorize/${readKey}`, { headers: { origin: PLUGIN } });

/** The URL that the app itself opens at the provider, and the callback that comes of it. */
function leave({ provider, broker }: Stage, writeKey: string): string {
  const redirectUri = `${broker.base}/auth/authorize/callback`;
  const query = new URLSearchParams({ client_id: "client", redirect_uri: redirectUri, state: writeKey });
  const code = provider.authorize(`${provider.origin}/authorize?${query}`);
  return `${redirectUri}?${new URLSearchParams({ code, state: writeKey })}`;
}

/** No PKCE is possible where the app opens the provider itself. */
const withoutPkce = { registration: { pkce: "unsupported" } };

describe("keys that the app makes", () => {
  it("client keys: begin answers 200, the read key answers anything but 200 until there are tokens", async () => {
    await using stage = await raiseWithKeys();
    const [readKey, writeKey] = [key(), key()];
    expect((await read(stage, readKey)).status).not.toBe(200);
    expect(await authorize(stage, { readKey, writeKey })).toMatchObject({ status: 200 });
    expect((await read(stage, readKey)).status).not.toBe(200);
  });

  it("client keys, S5: the callback asks before the exchange; Continue delivers the tokens", async () => {
    await using stage = await raiseWithKeys(withoutPkce);
    const [readKey, writeKey] = [key(), key()];
    await authorize(stage, { readKey, writeKey });
    const browser = new UserAgent();
    const page = await browser.open(leave(stage, writeKey));
    expect(page.forms[0]?.buttons.map(({ value }) => value)).toEqual(["cancel", "continue"]);
    expect(stage.provider.tokenRequests).toEqual([]);
    const done = await browser.press(page, "continue");
    expect(done.heading).toBe("You are logged in");
    const answer = await read(stage, readKey);
    expect(answer.status).toBe(200);
    expect(members(answer)["token"]).toMatchObject({ access_token: expect.stringMatching(/^access-/) });
  });

  it("client keys: other logins of the app may come back to the same path", async () => {
    const base = `http://127.0.0.1:${await freePort()}`;
    await using stage = await raiseWithKeys({
      ...withoutPkce,
      app: { redirectUri: `${base}/auth/authorize/callback` },
      configuration: () => ({ publicUrl: base }),
    });
    const browser = new UserAgent({ [base]: stage.broker.base });
    const { readKey, finish } = await stage.launch(undefined, browser);
    await finish();
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
    const [ownReadKey, writeKey] = [key(), key()];
    await authorize(stage, { readKey: ownReadKey, writeKey });
    const asked = await browser.open(leave({ ...stage, broker: { ...stage.broker, base } }, writeKey));
    await browser.press(asked, "continue");
    expect(await read(stage, ownReadKey)).toMatchObject({ status: 200 });
  });

  it("client keys: with confirm: never the callback finishes by itself, and the tokens come out once", async () => {
    await using stage = await raiseWithKeys({ ...withoutPkce, app: { confirm: "never" } });
    const [readKey, writeKey] = [key(), key()];
    await authorize(stage, { readKey, writeKey });
    await new UserAgent().open(leave(stage, writeKey));
    expect(await read(stage, readKey)).toMatchObject({ status: 200 });
    expect((await read(stage, readKey)).status).not.toBe(200);
  });

  it("client keys, A8: Cancel ends the login, and the app learns it", async () => {
    await using stage = await raiseWithKeys(withoutPkce);
    const [readKey, writeKey] = [key(), key()];
    await authorize(stage, { readKey, writeKey });
    const browser = new UserAgent();
    await browser.press(await browser.open(leave(stage, writeKey)), "cancel");
    expect(stage.provider.tokenRequests).toEqual([]);
    expect(await read(stage, readKey)).toMatchObject({ status: 410 });
  });

  it("client keys, S5: the confirmation can't be pressed by a foreign page", async () => {
    await using stage = await raiseWithKeys(withoutPkce);
    const [readKey, writeKey] = [key(), key()];
    await authorize(stage, { readKey, writeKey });
    const url = leave(stage, writeKey);
    const page = await new UserAgent().open(url);
    const victim = new UserAgent();
    await victim.open(url);
    expect(await victim.press(page, "continue")).toMatchObject({ status: 403 });
    expect(stage.provider.tokenRequests).toEqual([]);
  });

  it("client keys, S4: the confirmation page holds no readable code", async () => {
    await using stage = await raiseWithKeys(withoutPkce);
    const writeKey = key();
    await authorize(stage, { readKey: key(), writeKey });
    const url = leave(stage, writeKey);
    const { text } = await new UserAgent().open(url);
    expect(text).not.toContain(new URL(url).searchParams.get("code"));
  });

  it("client keys, A8: a failure that cannot be tried again here is final for the app", async () => {
    await using stage = await raiseWithKeys({ ...withoutPkce, app: { confirm: "never" } });
    stage.provider.script((response) => response.writeHead(503).end());
    const [readKey, writeKey] = [key(), key()];
    await authorize(stage, { readKey, writeKey });
    const page = await new UserAgent().open(leave(stage, writeKey));
    expect(page.forms).toEqual([]);
    expect(await read(stage, readKey)).toMatchObject({ status: 410 });
  });

  it("client keys, S3: a callback played again makes no second call", async () => {
    await using stage = await raiseWithKeys({ ...withoutPkce, app: { confirm: "never" } });
    const writeKey = key();
    await authorize(stage, { readKey: key(), writeKey });
    const url = leave(stage, writeKey);
    await Promise.all(Array.from({ length: 10 }, () => new UserAgent().open(url)));
    expect(stage.provider.tokenRequests).toHaveLength(1);
  });

  it("client keys, S7: the login ends after 600 seconds", async () => {
    await using stage = await raiseWithKeys({ ...withoutPkce, app: { confirm: "never" } });
    const [readKey, writeKey] = [key(), key()];
    await authorize(stage, { readKey, writeKey });
    stage.broker.advance?.(600_000);
    expect(await new UserAgent().open(leave(stage, writeKey))).toMatchObject({ status: 400 });
    expect(await read(stage, readKey)).toMatchObject({ status: 410 });
    expect(stage.provider.tokenRequests).toEqual([]);
  });
});

describe("how it is asked", () => {
  it("client keys, A12: a preflight for JSON is 204", async () => {
    await using stage = await raiseWithKeys();
    const answer = await send(`${stage.broker.base}/auth/authorize`, {
      method: "OPTIONS",
      headers: {
        origin: PLUGIN,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
      },
    });
    expect(answer).toMatchObject({ status: 204, headers: { "access-control-allow-origin": PLUGIN } });
    expect(answer.headers["access-control-allow-headers"]?.toLowerCase()).toContain("content-type");
  });

  it("client keys: one trailing slash is allowed", async () => {
    await using stage = await raiseWithKeys({ ...withoutPkce, app: { confirm: "never" } });
    const [readKey, writeKey] = [key(), key()];
    await authorize(stage, { readKey, writeKey });
    await new UserAgent().open(leave(stage, writeKey));
    expect(await read(stage, `${readKey}/`)).toMatchObject({ status: 200 });
  });
});

describe("keys that are none", () => {
  it.each([
    ["no JSON", "{"],
    ["null", null],
    ["a list", []],
    ["no write key", { readKey: key() }],
    ["21 characters", { readKey: "a".repeat(21), writeKey: key() }],
    ["257 characters", { readKey: "a".repeat(257), writeKey: key() }],
    ["a number", { readKey: 1, writeKey: key() }],
    ["a slash", { readKey: `${key()}/x`, writeKey: key() }],
    ["the same key twice", { readKey: "a".repeat(32), writeKey: "a".repeat(32) }],
  ])("client keys: %s is 400 in text", async (_, body) => {
    await using stage = await raiseWithKeys();
    const answer = await authorize(stage, body);
    expect(answer.status).toBe(400);
    expect(isJson(answer.text)).toBe(false);
  });

  it("client keys: no key is ever overwritten", async () => {
    await using stage = await raiseWithKeys({ ...withoutPkce, app: { confirm: "never" } });
    const [readKey, writeKey] = [key(), key()];
    await authorize(stage, { readKey, writeKey });
    expect((await authorize(stage, { readKey, writeKey: key() })).status).not.toBe(200);
    expect((await authorize(stage, { readKey: key(), writeKey })).status).not.toBe(200);
    await new UserAgent().open(leave(stage, writeKey));
    expect(await read(stage, readKey)).toMatchObject({ status: 200 });
  });

  it("client keys, S3: a write key that nobody announced is refused, and nothing is sent", async () => {
    await using stage = await raiseWithKeys({ app: { confirm: "never" } });
    expect(await new UserAgent().open(leave(stage, key()))).toMatchObject({ status: 400 });
    expect(stage.provider.tokenRequests).toEqual([]);
  });

  it("client keys, S2: a write key does not read, and a read key does not write", async () => {
    await using stage = await raiseWithKeys({ ...withoutPkce, app: { confirm: "never" } });
    const [readKey, writeKey] = [key(), key()];
    await authorize(stage, { readKey, writeKey });
    expect(await new UserAgent().open(leave(stage, readKey))).toMatchObject({ status: 400 });
    await new UserAgent().open(leave(stage, writeKey));
    expect((await read(stage, writeKey)).status).not.toBe(200);
    expect((await new App(stage.broker.base).poll(readKey)).status).toBe(404);
    expect(await read(stage, readKey)).toMatchObject({ status: 200 });
  });

  it("client keys: 20 KB of body are 413", async () => {
    await using stage = await raiseWithKeys();
    expect(await authorize(stage, { readKey: "a".repeat(20_000) })).toMatchObject({ status: 413 });
  });

  it("client keys: a HEAD takes nothing", async () => {
    await using stage = await raiseWithKeys({ ...withoutPkce, app: { confirm: "never" } });
    const [readKey, writeKey] = [key(), key()];
    await authorize(stage, { readKey, writeKey });
    await new UserAgent().open(leave(stage, writeKey));
    await send(`${stage.broker.base}/auth/authorize/${readKey}`, { method: "HEAD", headers });
    expect(await read(stage, readKey)).toMatchObject({ status: 200 });
  });

  it("client keys: an app without them has no such routes", async () => {
    await using stage = await raise();
    expect(await authorize(stage, { readKey: key(), writeKey: key() })).toMatchObject({ status: 404 });
  });
});
