import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Accounts, raiseAccounts } from "./support/accounts.ts";
import { members, send } from "./support/http.ts";
import { departed, isAt } from "./support/stage.ts";
import { eventsOf } from "./support/target.ts";
import { UserAgent } from "./support/user-agent.ts";

const HOUR = 3_600_000;
const RETURN_TO = "http://localhost:1/done?keep=1";

let stage: Accounts;
beforeAll(async () => {
  stage = await raiseAccounts();
});
afterAll(() => stage[Symbol.asyncDispose]());

const scope = (length: number): string => Array.from({ length }, (_, index) => `scope-${index}`).join(" ");
const begin = (more: object = {}) => stage.begin({ owner: "ada", provider: "meadow", ...more });
const stopsAtApp = (url: string): boolean =>
  isAt(stage.provider)(url) || url.startsWith("http://localhost:1/");

describe("a session", () => {
  it("E: connects an account, whose id is known from the beginning, and says so to the page it returns to", async () => {
    const { account, url } = await begin({ return_to: RETURN_TO, state: "a&b" });
    const browser = new UserAgent();
    expect(await stage.get(`/api/accounts/${account}`)).toMatchObject({ status: 404 });
    const leaving = await browser.press(await browser.open(url), "continue");
    const back = departed(stage.provider, browser, leaving).callback();
    const page = await browser.open(back, { until: stopsAtApp });
    const location = new URL(page.location ?? "about:blank");
    expect(location.href).toContain("http://localhost:1/done?keep=1&");
    expect(Object.fromEntries(location.searchParams)).toEqual({ keep: "1", account, state: "a&b" });
    expect(members(await stage.get(`/api/accounts/${account}`))).toMatchObject({
      id: account,
      owner: "ada",
      provider: "meadow",
      label: "ada@example.com",
      scope: "read",
      status: "connected",
      used_at: null,
    });
  });

  it("E: comes back at /accounts/<provider>/redirect", async () => {
    const { url } = await begin();
    const browser = new UserAgent();
    const leaving = await browser.press(await browser.open(url), "continue");
    const { searchParams } = new URL(departed(stage.provider, browser, leaving).authorizationUrl);
    expect(searchParams.get("redirect_uri")).toBe(`${stage.broker.base}/accounts/meadow/redirect`);
  });

  it("S5: asks first, unless the link is opened from the page that was named", async () => {
    const { url } = await begin({ origin: "https://fieldnotes.example" });
    const opened = (referer?: string) => new UserAgent().open(url, { referer, until: isAt(stage.provider) });
    expect((await opened()).text).toContain("Fieldnotes");
    expect((await opened("https://evil.example/")).status).toBe(200);
    expect(await opened("https://fieldnotes.example/")).toMatchObject({ status: 303 });
  });

  it("S5: works once, in one browser", async () => {
    const { url } = await begin();
    const [first, second] = [new UserAgent(), new UserAgent()];
    const forms = [await first.open(url), await second.open(url)] as const;
    await first.press(forms[0], "continue");
    expect((await second.press(forms[1], "continue")).heading).toBe("This login was ended to protect you");
  });

  it("says where it returns to that the person declined, and keeps nothing", async () => {
    const { account, url } = await begin({ return_to: RETURN_TO });
    const browser = new UserAgent();
    const leaving = await browser.press(await browser.open(url), "continue");
    const { callback, state } = departed(stage.provider, browser, leaving);
    const page = await browser.open(callback({ error: "access_denied", state }), { until: stopsAtApp });
    expect(page.location).toBe("http://localhost:1/done?keep=1&error=access_denied");
    expect(await stage.get(`/api/accounts/${account}`)).toMatchObject({ status: 404 });
  });

  it("S1: cannot be turned into a login that hands out tokens", async () => {
    const key = Buffer.alloc(65, 4).toString("base64url");
    const page = await new UserAgent().open(`${stage.broker.base}/accounts/login?key=${key}&provider=meadow`);
    expect(page.status).toBe(400);
    expect(await send(`${stage.broker.base}/accounts/authorize`, { method: "POST" })).toMatchObject({
      status: 404,
    });
  });
});

describe("a session's link", () => {
  it("leads to an account also when it carries much", async () => {
    const page = await stage.finish(await begin({ scope: scope(150), state: "s".repeat(200) }));
    expect(page.heading).toBe("You are logged in");
  });

  it("is refused when its login would not fit into a browser's cookie", async () => {
    const asked = { owner: "ü".repeat(128), provider: "meadow", scope: scope(200), state: "s".repeat(200) };
    const answer = await stage.post("/api/sessions", {
      ...asked,
      return_to: `https://a.example/${"p".repeat(480)}`,
    });
    expect(answer.status).toBe(400);
    expect(members(answer)["error"]).toBe("too_long");
  });
});

describe("connecting again", () => {
  it("E: gives the same account new tokens and another scope", async () => {
    const { account } = await stage.connect("ada");
    const before = members(await stage.get(`/api/accounts/${account}/tokens`));
    await stage.finish(await stage.begin({ account, scope: "read write" }));
    const after = members(await stage.get(`/api/accounts/${account}/tokens`));
    expect(after["version"]).toBe(2);
    expect(after["access_token"]).not.toBe(before["access_token"]);
  });

  it("brings an account back whose refresh token died", async () => {
    const { account } = await stage.connect("ada");
    stage.provider.script((response) =>
      response.writeHead(400, { "content-type": "application/json" }).end('{"error":"invalid_grant"}'),
    );
    stage.broker.advance?.(HOUR);
    const dead = await stage.get(`/api/accounts/${account}/tokens`);
    stage.provider.script(undefined);
    expect(dead).toMatchObject({ status: 409 });
    expect(members(dead)["error"]).toBe("needs_reconnect");
    await stage.finish(await stage.begin({ account }));
    expect(await stage.get(`/api/accounts/${account}/tokens`)).toMatchObject({ status: 200 });
  });

  it("refuses somebody else's login, says so, and leaves the account as it was", async () => {
    const { account } = await stage.connect("ada");
    stage.person.id = "2";
    const page = await stage.finish(await stage.begin({ account }));
    stage.person.id = "1";
    expect(page.text).toContain("as somebody else than before");
    expect(members(await stage.get(`/api/accounts/${account}`))).toMatchObject({ version: 1 });
  });
});

describe("tokens", () => {
  it("are read without the refresh token, and renewed when they are about to end", async () => {
    const { account } = await stage.connect("ada");
    const first = await stage.get(`/api/accounts/${account}/tokens`);
    expect(members(first)).toMatchObject({ account, version: 1, token_type: "bearer", scope: "read" });
    expect(first.text).not.toContain("refresh");
    stage.broker.advance?.(HOUR - 200_000);
    const second = members(await stage.get(`/api/accounts/${account}/tokens`));
    expect(second["version"]).toBe(2);
    expect(second["expires_in"]).toBeGreaterThan(3_500);
  });

  it("are renewed on demand, for who names those that no longer work", async () => {
    const { account } = await stage.connect("ada");
    const refresh = (body?: object) => stage.post(`/api/accounts/${account}/refresh`, body);
    expect(members(await refresh())).toMatchObject({ version: 1 });
    expect(members(await refresh({ stale: 1 }))).toMatchObject({ version: 2 });
    expect(members(await refresh({ stale: 1 }))).toMatchObject({ version: 2 });
  });

  it("survive a provider that is down, and say when to try again", async () => {
    const { account } = await stage.connect("ada");
    stage.provider.script((response) => response.writeHead(503).end());
    stage.broker.advance?.(HOUR);
    const answer = await stage.get(`/api/accounts/${account}/tokens`);
    stage.provider.script(undefined);
    expect(answer).toMatchObject({ status: 503, headers: { "retry-after": "5" } });
    stage.broker.advance?.(5_000);
    expect(await stage.get(`/api/accounts/${account}/tokens`)).toMatchObject({ status: 200 });
  });
});

describe("accounts", () => {
  it("are listed in pages, by owner", async () => {
    const made = new Set([(await stage.connect("grace")).account, (await stage.connect("grace")).account]);
    const first = members(await stage.get("/api/accounts?owner=grace&limit=1"));
    const rest = members(await stage.get(`/api/accounts?owner=grace&limit=1&after=${String(first["next"])}`));
    const ids = [first, rest].flatMap(({ accounts }) => accounts as { id: string }[]).map(({ id }) => id);
    expect(new Set(ids)).toEqual(made);
    expect(rest["next"]).toBeNull();
  });

  it("are deleted here and revoked at the provider", async () => {
    const { account } = await stage.connect("ada");
    const before = stage.provider.revocations.length;
    expect(members(await stage.delete(`/api/accounts/${account}`))).toEqual({ provider: "revoked" });
    expect(stage.provider.revocations).toHaveLength(before + 1);
    expect(await stage.get(`/api/accounts/${account}`)).toMatchObject({ status: 404 });
  });

  it("of another owner are unknown, as is whatever is no id", async () => {
    const { account } = await stage.connect("ada");
    const [theirs, nobodys] = [`${account}?owner=eve`, "AAAAAAAAAAAAAAAAAAAAAA?owner=eve"];
    const answers = await Promise.all([
      ...[theirs, nobodys, "__proto__", "%00"].map((id) => stage.get(`/api/accounts/${id}`)),
      stage.get(`/api/accounts/${account}/tokens?owner=eve`),
      stage.delete(`/api/accounts/${account}?owner=eve`),
    ]);
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 404 });
  });

  it("appear in the log by their ids, and with nothing else of theirs (S4)", async () => {
    const { account } = await stage.connect("ada");
    const lines = eventsOf(stage.broker).filter((line) => line["account"] === account);
    expect(lines.map(({ event }) => event)).toEqual(["account.connected"]);
    expect(stage.broker.logs.join()).not.toMatch(/ada@example|access-|refresh-|wco1\./);
  });
});

describe("what is not as documented", () => {
  it.each([
    ["no owner", { provider: "meadow" }, "owner and provider, or account"],
    ["an unknown provider", { owner: "ada", provider: "other" }, "cannot be connected there"],
    ["a member that nobody knows", { owner: "ada", provider: "meadow", redirect: "x" }, "nobody knows"],
    [
      "a script as return_to",
      { owner: "ada", provider: "meadow", return_to: "javascript:alert(1)" },
      "return_to",
    ],
    ["http elsewhere", { owner: "ada", provider: "meadow", return_to: "http://a.example/" }, "return_to"],
    ["an account that is none", { account: "AAAAAAAAAAAAAAAAAAAAAA" }, "no such account"],
  ])("is refused: %s", async (_what, body, sentence) => {
    const answer = await stage.post("/api/sessions", body);
    expect(answer.status).toBeOneOf([400, 404]);
    expect(members(answer)["error_description"]).toContain(sentence);
  });

  it("is refused: a body that is no JSON, or too large", async () => {
    expect(await stage.raw("/api/sessions", "{")).toMatchObject({ status: 400 });
    expect(await stage.raw("/api/sessions", `{"owner":"${"x".repeat(17_000)}"}`)).toMatchObject({
      status: 413,
    });
  });
});

describe("operator tokens", () => {
  it.each([
    ["none", {}],
    [
      "an unknown one",
      { authorization: "Bearer wco1.AAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" },
    ],
    ["another scheme", { authorization: "Basic YTpi" }],
  ])("are needed everywhere: %s", async (_what, headers) => {
    const id = "AAAAAAAAAAAAAAAAAAAAAA";
    const paths = ["/api/accounts", `/api/accounts/${id}`, `/api/accounts/${id}/tokens`];
    for (const path of paths) {
      const answer = await send(`${stage.broker.base}${path}`, { headers });
      expect(answer.status).toBe(401);
      expect(answer.headers["www-authenticate"]).toMatch(/^Bearer/);
    }
  });

  it("keep browsers of other origins out before anything is looked at", async () => {
    const headers = { origin: "https://evil.example", authorization: `Bearer ${stage.operatorToken}` };
    expect(await send(`${stage.broker.base}/api/accounts`, { headers })).toMatchObject({ status: 403 });
  });
});

describe("a connector token", () => {
  it("E: is made for one account that is there", async () => {
    const { account } = await stage.connect("ada");
    const made = await stage.post(`/api/accounts/${account}/connector-tokens`);
    const { token } = members(made);
    expect(made.status).toBe(201);
    expect(token).toMatch(/^wcc1\.[\w-]+$/);
    for (const path of ["nobody", `${account}?owner=eve`]) {
      const [id, query = ""] = path.split("?");
      const refused = await stage.post(`/api/accounts/${id}/connector-tokens?${query}`);
      expect(refused).toMatchObject({ status: 404 });
    }
  });

  it("E: is no operator token", async () => {
    const { account } = await stage.connect("ada");
    const { token } = members(await stage.post(`/api/accounts/${account}/connector-tokens`));
    const headers = { authorization: `Bearer ${String(token)}` };
    for (const path of ["", `/${account}`, `/${account}/tokens`]) {
      expect(await send(`${stage.broker.base}/api/accounts${path}`, { headers })).toMatchObject({
        status: 401,
      });
    }
  });
});

describe("the OpenAPI document", () => {
  it("is OpenAPI 3.1, and every answer is as it says", async () => {
    const document = members(await send(`${stage.broker.base}/api/openapi.json`));
    expect(document["openapi"]).toBe("3.1.0");
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(document, "api");
    const { account } = await stage.connect("ada");
    const answers = [
      ["Session", await stage.post("/api/sessions", { owner: "ada", provider: "meadow" })],
      ["Session", await stage.post("/api/sessions", { owner: "ada", provider: "meadow", code: true })],
      ["OwnerSession", await stage.post("/api/owner-sessions", { owner: "ada" })],
      ["Account", await stage.get(`/api/accounts/${account}`)],
      ["AccountList", await stage.get("/api/accounts?limit=2")],
      ["Tokens", await stage.get(`/api/accounts/${account}/tokens`)],
      ["Tokens", await stage.post(`/api/accounts/${account}/refresh`, { stale: 1 })],
      ["ConnectorToken", await stage.post(`/api/accounts/${account}/connector-tokens`)],
      ["Problem", await stage.get("/api/accounts/nobody")],
      ["Problem", await send(`${stage.broker.base}/api/accounts`)],
      ["Deletion", await stage.delete(`/api/accounts/${account}`)],
    ] as const;
    for (const [name, answer] of answers) {
      const validate = ajv.getSchema(`api#/components/schemas/${name}`);
      void validate?.(members(answer));
      expect([name, validate?.errors]).toEqual([name, null]);
    }
  });

  it("has every path that is answered, with its methods", async () => {
    const { paths } = members(await send(`${stage.broker.base}/api/openapi.json`)) as { paths: object };
    for (const [path, item] of Object.entries(paths)) {
      const answer = await send(`${stage.broker.base}${path.replace("{id}", "x")}`, { method: "PATCH" });
      const methods = Object.keys(item).filter((key) => key !== "parameters");
      expect(answer.headers.allow?.toLowerCase().split(", ")).toEqual([...methods, "options"]);
    }
  });
});
