import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PLUGIN } from "./support/app.ts";
import { members, send } from "./support/http.ts";
import { exchange, flood, statusOf } from "./support/raw.ts";
import { type Stage, raise, registered } from "./support/stage.ts";
import { UserAgent } from "./support/user-agent.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await raise();
});
afterAll(() => stage[Symbol.asyncDispose]());

/** The status of a request that goes out byte by byte as written. */
const statusFor = async (line: string, ...headers: string[]): Promise<number> =>
  statusOf(await exchange(stage.broker.base, [line, "Connection: close", ...headers, "", ""].join("\r\n")));

/** A read key whose tokens wait, to be found untouched after whatever a case did. */
async function ready(): Promise<string> {
  const { finish, readKey } = await stage.launch();
  await finish();
  return readKey;
}

describe("paths and methods", () => {
  it.each([
    "/authorizeX",
    "/authorize/x",
    "//poll",
    "/%70oll",
    "/poll%2f",
    "/poll%2F",
    "/poll;a",
    "/poll//",
    "/POLL",
    "/poll%00",
    "/redirect/x",
    "/__proto__",
    "/constructor/poll",
    "/.well-known",
  ])("A5: %s is 404, and no route", async (path) => {
    const readKey = await ready();
    expect(await statusFor(`POST ${path}?readKey=${readKey} HTTP/1.1`, "Host: a", "Content-Length: 0")).toBe(
      404,
    );
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("A2, A6, A9: one trailing slash is allowed", async () => {
    expect(await send(`${stage.broker.base}/authorize/`, { method: "POST" })).toMatchObject({ status: 200 });
    const readKey = await ready();
    const url = `${stage.broker.base}/poll/?readKey=${readKey}`;
    expect(await send(url, { method: "POST" })).toMatchObject({ status: 200 });
    expect(await send(`${stage.broker.base}/refresh/`, { method: "POST" })).toMatchObject({ status: 400 });
  });

  it("A3: a redirect URI that is registered with a trailing slash is answered", async () => {
    await using other = await raise({
      configuration: (provider, base) => ({
        apps: { "": { provider: "meadow", origins: ["framer:abc123"], redirectUri: `${base}/redirect/` } },
        providers: { meadow: registered(provider) },
      }),
    });
    expect(await (await other.launch()).finish()).toMatchObject({ status: 200 });
  });

  it.each([
    ["/authorize", "POST"],
    ["/poll", "POST"],
    ["/refresh", "POST"],
    ["/token", "POST"],
    ["/revoke", "POST"],
    ["/", "GET"],
    ["/login", "GET"],
    ["/redirect", "GET"],
  ])("A1 to A9: a wrong method on %s is 405 and names %s in Allow", async (path, right) => {
    const headers = { origin: PLUGIN };
    for (const method of ["PUT", "PATCH", "TRACE", right === "GET" ? "DELETE" : "GET"]) {
      const answer = await send(`${stage.broker.base}${path}`, { method, headers });
      expect(answer.status).toBe(405);
      expect(answer.headers.allow?.split(", ")).toContain(right);
    }
  });

  it("S2: neither HEAD, GET, PUT nor a method override takes tokens", async () => {
    const readKey = await ready();
    const url = `${stage.broker.base}/poll?readKey=${readKey}`;
    for (const method of ["HEAD", "GET", "PUT", "DELETE", "OPTIONS"])
      expect((await send(url, { method })).status).not.toBe(200);
    const headers = { "x-http-method-override": "POST", "x-method-override": "POST" };
    expect(await send(`${url}&_method=POST`, { headers })).toMatchObject({ status: 405 });
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("A10, S6: GET, HEAD and PUT refresh nothing", async () => {
    const { refresh_token } = await stage.logIn();
    const before = stage.provider.tokenRequests.length;
    for (const method of ["GET", "HEAD", "PUT"]) {
      const url = `${stage.broker.base}/refresh?code=${String(refresh_token)}`;
      expect(await send(url, { method, headers: { origin: PLUGIN } })).toMatchObject({ status: 405 });
    }
    expect(stage.provider.tokenRequests).toHaveLength(before);
  });

  it("S3: HEAD on a callback or a launch starts nothing", async () => {
    const { callback, finish } = await stage.launch();
    expect(await send(callback(), { method: "HEAD" })).toMatchObject({ status: 405 });
    const { url } = await stage.app.begin();
    expect(await send(url, { method: "HEAD" })).toMatchObject({ status: 405 });
    expect(await finish()).toMatchObject({ status: 200 });
  });
});

describe("where a request says it went", () => {
  it("S3, S8: neither Host nor X-Forwarded-* changes any URL that comes back", async () => {
    const spoofed = {
      host: "evil.com",
      "x-forwarded-host": "evil.com",
      "x-forwarded-proto": "https",
      "x-forwarded-port": "1",
      "x-original-url": "/healthz",
      "x-rewrite-url": "/healthz",
      forwarded: "host=evil.com;proto=https",
    };
    const answer = await send(`${stage.broker.base}/authorize`, {
      method: "POST",
      headers: { origin: PLUGIN, ...spoofed },
    });
    const { url } = members(answer);
    expect(url).toEqual(expect.stringMatching(`^${stage.broker.base}/login`));
    const page = await send(String(url), {
      headers: { ...spoofed, referer: `${PLUGIN}/`, "sec-fetch-dest": "document" },
    });
    const to = new URL(page.headers.location ?? "");
    expect(to.origin).toBe(stage.provider.origin);
    expect(to.searchParams.get("redirect_uri")).toBe(`${stage.broker.base}/redirect`);
  });

  it("S9: odd Host headers and absolute forms are answered, and no worse than 4xx", async () => {
    const length = "Content-Length: 0";
    const statuses = [];
    for (const host of ["", "evil.com:99999", "a b", "[::1", "a/b", "a@b", "ä"])
      statuses.push(await statusFor("POST /poll HTTP/1.1", `Host: ${host}`, length));
    expect(statuses).toEqual(statuses.map(() => 400));
    expect(await statusFor("POST http://evil.com/poll HTTP/1.1", "Host: a", length)).toBe(400);
    expect(await statusFor("POST http://evil.com/nothing HTTP/1.1", "Host: a", length)).toBe(404);
    expect(await statusFor("OPTIONS * HTTP/1.1", "Host: a", length)).toBeLessThan(500);
    expect(await statusFor("CONNECT evil.com:443 HTTP/1.1", "Host: a", length)).not.toBe(200);
  });
});

describe("what is reflected", () => {
  it("S8: CR and LF in any value split no header", async () => {
    const evil = "%0d%0aSet-Cookie:%20evil=1%0d%0a%0d%0a<script>";
    const { callback, browser, state } = await stage.launch();
    const { url } = await stage.app.begin();
    const pages = [
      await send(`${stage.broker.base}/redirect?error=${evil}&state=${evil}`),
      await send(`${stage.broker.base}/login?ticket=${evil}`),
      await send(`${stage.broker.base}/login?hop=${evil}`),
      await send(`${stage.broker.base}/authorize?provider=${evil}`, { method: "POST" }),
      await send(url, { headers: { referer: PLUGIN, "sec-fetch-dest": "x", "accept-language": "fr-<x>" } }),
      await browser.open(`${callback({ error: "x", state })}&error_description=${evil}&error_uri=${evil}`),
      await new UserAgent().open(`${stage.broker.base}/redirect`, {
        form: { code: "\r\nX: y", state: "\r\n" },
      }),
    ];
    for (const { headers, text } of pages) {
      expect(JSON.stringify(headers)).not.toContain("evil=1");
      expect(text).not.toContain("evil=1");
      expect(text).not.toContain("<script>evil");
    }
  });
});

describe("sizes and slowness", () => {
  it("S9: a body over 16 KiB is 413, also when it comes in chunks without a length", async () => {
    const form = { grant_type: "refresh_token", refresh_token: "x".repeat(17_000) };
    expect(await stage.app.form("/token", form)).toMatchObject({ status: 413 });
    expect(await stage.app.form("/revoke", { token: "x".repeat(17_000) })).toMatchObject({ status: 413 });
    const page = await new UserAgent().open(`${stage.broker.base}/login`, {
      form: { ticket: "x".repeat(17_000) },
    });
    expect(page.status).toBe(413);
  });

  it.each(["/token", "/revoke", "/authorize", "/poll?readKey=x", "/login", "/redirect", "/nothing"])(
    "S9: a body without end to %s is cut off, and everybody else is served",
    async (path) => {
      const head = `POST ${path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n`;
      expect(await flood(stage.broker.base, head, 10_000)).toBe("cut off");
      expect(await send(stage.broker.base)).toMatchObject({ status: 200 });
    },
  );

  it("S9: headers over 16 KiB are 431", async () => {
    expect(await statusFor("GET / HTTP/1.1", "Host: a", `X: ${"x".repeat(17_000)}`)).toBe(431);
  });

  it("S9: a URL over 8 KiB is 414", async () => {
    for (const [method, path] of [
      ["POST", "/poll"],
      ["GET", "/redirect"],
      ["GET", "/login"],
    ] as const) {
      const url = `${stage.broker.base}${path}?x=${"x".repeat(8200)}`;
      expect(await send(url, { method })).toMatchObject({ status: 414 });
    }
  });
});

describe("headers", () => {
  const expected = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  };

  it("A12, S8: every API answer carries the ones that security.md names", async () => {
    for (const [method, path] of [
      ["GET", "/"],
      ["POST", "/authorize"],
      ["POST", "/poll"],
      ["POST", "/poll?readKey=x"],
      ["POST", "/refresh"],
      ["POST", "/token"],
      ["GET", "/healthz"],
      ["GET", "/nothing"],
    ] as const) {
      const { headers } = await send(`${stage.broker.base}${path}`, { method });
      expect(headers, `${method} ${path}`).toMatchObject({
        ...expected,
        vary: "Origin",
        "cross-origin-resource-policy": "cross-origin",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
      });
      expect(headers["set-cookie"]).toBeUndefined();
      expect(headers["x-powered-by"]).toBeUndefined();
    }
  });

  it("S8: every page and redirect carries the ones for pages", async () => {
    const { url } = await stage.app.begin();
    const launched = await send(url, { headers: { referer: `${PLUGIN}/`, "sec-fetch-dest": "document" } });
    expect(launched.headers).toMatchObject({ ...expected, "x-frame-options": "DENY" });
    const confirm = await send(url);
    expect(confirm.headers).toMatchObject({ ...expected, "x-frame-options": "DENY" });
  });

  it("A12: HSTS is there on https, and only there", async () => {
    expect((await send(stage.broker.base)).headers["strict-transport-security"]).toBeUndefined();
    await using secure = await raise({ configuration: () => ({ publicUrl: "https://localhost:8443" }) });
    const { headers } = await send(secure.broker.base);
    expect(headers["strict-transport-security"]).toMatch(/^max-age=\d{7,}/);
  });
});
