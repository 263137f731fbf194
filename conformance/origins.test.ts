import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { PLUGIN } from "./support/app.ts";
import { send } from "./support/http.ts";
import { exchange, statusOf } from "./support/raw.ts";
import { type Stage, raise } from "./support/stage.ts";

/** A broker that people reach by https under a name of its own. */
const inProduction = (origins: readonly string[]): Promise<Stage> =>
  raise({
    env: { WILLCALL_KEYS: randomBytes(32).toString("base64") },
    configuration: () => ({
      publicUrl: "https://login.example",
      keys: ["env:WILLCALL_KEYS"],
      providers: {
        meadow: {
          authorization_endpoint: "https://meadow.example/authorize",
          token_endpoint: "https://meadow.example/token",
          client_id: "client",
          client_secret: "env:CLIENT_SECRET_OF_MEADOW",
        },
      },
      apps: { "": { provider: "meadow", origins } },
    }),
  });

const begin = ({ broker }: Stage, origin: string | string[]) =>
  send(`${broker.base}/authorize`, { method: "POST", headers: { origin } });

const admitted = [
  "https://abc123.plugins.framercdn.com",
  "https://abc123-v1a2.plugins.framercdn.com",
  "https://abc123-XyZ9.plugins.framercdn.com",
];

const foreign = [
  "https://abc123evil.plugins.framercdn.com",
  "https://evil-abc123.plugins.framercdn.com",
  "https://evilabc123.plugins.framercdn.com",
  "https://abc123-.plugins.framercdn.com",
  "https://abc123-a-b.plugins.framercdn.com",
  "https://abc123-v1.evil.plugins.framercdn.com",
  "https://abc123.plugins.framercdn.com.evil.com",
  "https://abc123.evil.com/.plugins.framercdn.com",
  "https://abc123.plugins.framercdn.com:8443",
  "https://abc123.plugins.framercdn.com:443",
  "https://abc123.plugins.framercdn.com.",
  "https://abc123.plugins.framercdn.com/",
  "https://ABC123.plugins.framercdn.com",
  "https://abc123.PLUGINS.framercdn.com",
  "HTTPS://abc123.plugins.framercdn.com",
  "http://abc123.plugins.framercdn.com",
  "https://user@abc123.plugins.framercdn.com",
  "https://abc123.plugins.framercdn.com@evil.com",
  "https://abc123。plugins.framercdn.com",
  "https://abc123%2eplugins.framercdn.com",
  "https://plugins.framercdn.com",
  "https://.plugins.framercdn.com",
  "https://evil.com",
  "null",
  "undefined",
  "*",
  "",
  "garbage",
  "https://",
  " https://abc123.plugins.framercdn.com x",
  `https://${"a".repeat(10_000)}.com`,
];

describe("who may call", () => {
  it.each(admitted)("A12: admits %s, and says so in every answer", async (origin) => {
    await using stage = await inProduction(["framer:abc123"]);
    for (const [method, path] of [
      ["POST", "/authorize"],
      ["POST", "/poll"],
      ["POST", "/poll?readKey=x"],
      ["POST", "/refresh"],
      ["POST", "/refresh?code=x"],
      ["POST", "/token"],
      ["POST", "/revoke"],
      ["GET", "/"],
      ["PUT", "/poll"],
      ["OPTIONS", "/poll"],
      ["GET", `/pickup/${"A".repeat(22)}`],
      ["GET", "/pickup/x"],
      ["POST", `/poll?readKey=${"x".repeat(9000)}`],
    ] as const) {
      const { headers } = await send(`${stage.broker.base}${path}`, { method, headers: { origin } });
      expect(headers["access-control-allow-origin"], `${method} ${path}`).toBe(origin);
      expect(headers.vary).toContain("Origin");
    }
  });

  it.each(foreign)("A12: refuses %s with 403 before any work", async (origin) => {
    await using stage = await inProduction(["framer:abc123"]);
    const { status, headers } = await begin(stage, Buffer.from(origin).toString("latin1"));
    expect(status).toBe(403);
    expect(headers["access-control-allow-origin"]).toBeUndefined();
  });

  it("A12: refuses two Origin headers", async () => {
    await using stage = await inProduction(["framer:abc123"]);
    expect(await begin(stage, [PLUGIN, PLUGIN])).toMatchObject({ status: 403 });
    const twice = await exchange(
      stage.broker.base,
      `POST /authorize HTTP/1.1\r\nHost: a\r\nConnection: close\r\nOrigin: ${PLUGIN}\r\norigin: https://evil.com\r\n\r\n`,
    );
    expect(statusOf(twice)).toBe(403);
  });

  it("A12: a preflight is 204, and allows what clients send", async () => {
    await using stage = await inProduction(["framer:abc123"]);
    const headers = {
      origin: PLUGIN,
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type",
    };
    const answer = await send(`${stage.broker.base}/poll?readKey=x`, { method: "OPTIONS", headers });
    expect(answer).toMatchObject({ status: 204, text: "" });
    expect(answer.headers["access-control-allow-methods"]).toContain("POST");
    expect(answer.headers["access-control-allow-headers"]?.toLowerCase()).toContain("content-type");
  });

  it("A12: a foreign preflight is 403", async () => {
    await using stage = await inProduction(["framer:abc123"]);
    const headers = { origin: "https://evil.com", "access-control-request-method": "POST" };
    const answer = await send(`${stage.broker.base}/poll`, { method: "OPTIONS", headers });
    expect(answer.status).toBe(403);
  });

  it("A12: another parent domain is admitted where it is configured, and Framer's then is not", async () => {
    await using stage = await inProduction(["framer:abc123@plugins.example"]);
    expect(await begin(stage, "https://abc123-7.plugins.example")).toMatchObject({ status: 200 });
    expect(await begin(stage, PLUGIN)).toMatchObject({ status: 403 });
  });

  it("A12: localhost is admitted in development alone", async () => {
    await using development = await raise();
    await using production = await inProduction(["framer:abc123"]);
    for (const origin of ["http://localhost:5173", "https://localhost", "http://127.0.0.1:80"]) {
      expect(await begin(development, origin)).toMatchObject({ status: 200 });
      expect(await begin(production, origin)).toMatchObject({ status: 403 });
    }
    for (const origin of ["http://localhost.evil.com", "http://localhost:", "http://localhost:0x1"])
      expect(await begin(development, origin)).toMatchObject({ status: 403 });
  });

  it("A12: Origin: null works where the app allows it, and nowhere else", async () => {
    await using refusing = await raise();
    expect(await begin(refusing, "null")).toMatchObject({ status: 403 });
    await using allowing = await raise({ app: { origins: ["null"] } });
    expect(await begin(allowing, "null")).toMatchObject({
      status: 200,
      headers: { "access-control-allow-origin": "null" },
    });
  });

  it("A12: an empty PLUGIN_ID admits nobody but localhost in development", async () => {
    await using stage = await raise({ app: { origins: [] } });
    for (const origin of [PLUGIN, "https://.plugins.framercdn.com", "https://-a.plugins.framercdn.com"])
      expect(await begin(stage, origin)).toMatchObject({ status: 403 });
    expect(await begin(stage, "http://localhost:3000")).toMatchObject({ status: 200 });
  });
});

describe("a foreign origin", () => {
  it("A12, S2: with a valid read key gets 403, and the tokens stay for the real app", async () => {
    await using stage = await raise();
    const { finish, readKey } = await stage.launch();
    await finish();
    const stolen = await send(`${stage.broker.base}/poll?readKey=${readKey}`, {
      method: "POST",
      headers: { origin: "https://evil.com" },
    });
    expect(stolen).toMatchObject({ status: 403 });
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("A3, A12: that posts a callback, as Apple does, is led round to where the login's cookie is seen", async () => {
    await using stage = await raise();
    const { callback, browser, readKey } = await stage.launch();
    const { origin, pathname, searchParams } = new URL(callback());
    const form = { ...Object.fromEntries(searchParams), id_token: "a.b.c", user: '{"name":"Ada"}' };
    const page = await browser.open(origin + pathname, { form, crossSite: true });
    expect(page).toMatchObject({ status: 200, heading: "You are logged in" });
    expect(page.url).not.toContain("id_token");
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("A12: does not stop pages and callbacks, which are no API routes", async () => {
    await using stage = await raise();
    const { callback, browser, readKey } = await stage.launch();
    const page = await browser.open(callback(), { headers: { origin: "null" } });
    expect(page.status).toBe(200);
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });
});
