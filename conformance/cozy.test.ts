import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Accounts, raiseAccounts } from "./support/accounts.ts";
import { type Answer, members, send } from "./support/http.ts";
import { limitedToken } from "./support/operator-token.ts";
import { APP, FROM_OUR_PAGE, sessionOf, signedIn } from "./support/owner.ts";
import { departed, isAt } from "./support/stage.ts";
import { type Page, UserAgent } from "./support/user-agent.ts";

const HOUR = 3_600_000;
const NOBODYS = "AAAAAAAAAAAAAAAAAAAAAA";

let stage: Accounts;
let ada: UserAgent;
beforeAll(async () => {
  stage = await raiseAccounts();
  ada = await signedIn(stage, "ada");
});
afterAll(() => stage[Symbol.asyncDispose]());

const at = (path: string): string => `${stage.broker.base}${path}`;
const isElsewhere = (url: string): boolean =>
  isAt(stage.provider)(url) || url.startsWith(APP) || url.startsWith(at("/home"));

/** Opens a page from one of our own, up to where it leads. */
const open = (browser: UserAgent, path: string, navigation: object = FROM_OUR_PAGE): Promise<Page> =>
  browser.open(at(path), { ...navigation, until: isElsewhere });

/** Allows access at the provider; where the browser is sent in the end. */
async function allow(browser: UserAgent, leaving: Page): Promise<URL> {
  const back = departed(stage.provider, browser, leaving).callback();
  return new URL((await browser.open(back, { until: isElsewhere })).location ?? "about:blank");
}

/** Asks the provider to answer every token request as if the refresh token were dead, while `work` runs. */
async function whileDead<T>(work: () => Promise<T>): Promise<T> {
  stage.provider.script((response) =>
    response.writeHead(400, { "content-type": "application/json" }).end('{"error":"invalid_grant"}'),
  );
  try {
    return await work();
  } finally {
    stage.provider.script(undefined);
  }
}

/** The headers of a connector that was started for an account. */
async function connectorOf(account: string): Promise<Record<string, string>> {
  const { token } = members(await stage.post(`/api/accounts/${account}/connector-tokens`));
  return { authorization: `Bearer ${String(token)}` };
}

const refresh = (path: string, headers: Record<string, string>): Promise<Answer> =>
  send(at(path), { method: "POST", headers });
const read = (account: string, headers: Record<string, string>): Promise<Answer> =>
  send(at(`/data/io.cozy.accounts/${account}`), { headers });
const write = (account: string, headers: Record<string, string>, body: unknown): Promise<Answer> =>
  send(at(`/data/io.cozy.accounts/${account}`), {
    method: "PUT",
    headers,
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

/** The status of a refresh and of a read of an account. */
async function both(account: string, headers: Record<string, string>): Promise<number[]> {
  const refreshed = await refresh(`/accounts/meadow/${account}/refresh`, headers);
  return [refreshed.status, (await read(account, headers)).status];
}

/** Provisions an account type of this grant mode, as the documented command does. */
async function provision(type: string, grantMode: string): Promise<void> {
  const { origin } = stage.provider;
  const answer = await send(at(`/secrets%2Fio-cozy-account_types/${type}`), {
    method: "PUT",
    headers: { authorization: `Bearer ${stage.operatorToken}` },
    body: JSON.stringify({
      grant_mode: grantMode,
      client_id: "client",
      client_secret: "top-secret",
      auth_endpoint: `${origin}/authorize?tenant=7`,
      token_endpoint: `${origin}/token`,
      secret: "key",
    }),
  });
  expect(answer).toMatchObject({ status: 201 });
}

describe("GET /accounts/:type/start", () => {
  it("E: sends a signed-in browser on to the provider by 303, and back home with the account and its state", async () => {
    const leaving = await open(ada, "/accounts/meadow/start?scope=read&state=a%26b&nonce=n&slug=home");
    expect(leaving).toMatchObject({ status: 303 });
    const authorization = new URL(leaving.location ?? "about:blank");
    expect(authorization.origin).toBe(stage.provider.origin);
    expect(authorization.searchParams.get("redirect_uri")).toBe(at("/accounts/meadow/redirect"));
    const home = await allow(ada, leaving);
    expect(home.origin + home.pathname).toBe(at("/home"));
    const account = home.searchParams.get("account") ?? "";
    expect(Object.fromEntries(home.searchParams)).toEqual({ account, state: "a&b" });
    expect(members(await stage.get(`/api/accounts/${account}`))).toMatchObject({
      owner: "ada",
      provider: "meadow",
      status: "connected",
    });
  });

  it("E: needs a session", async () => {
    const page = await open(new UserAgent(), "/accounts/meadow/start?state=x");
    expect(page).toMatchObject({ status: 403, heading: "You are not signed in here" });
    const forged = new UserAgent();
    forged.setCookie(stage.broker.base, "wco", "A".repeat(80));
    expect(await open(forged, "/accounts/meadow/start")).toMatchObject({ status: 403 });
  });

  it("E: takes a session code instead, and returns to where that says", async () => {
    const browser = new UserAgent();
    const { code } = await sessionOf(stage, "grace", { return_to: `${APP}/settings?tab=1` });
    const start = `/accounts/meadow/start?state=s&session_code=${code}`;
    const leaving = await open(browser, start, { referer: `${APP}/` });
    expect(leaving).toMatchObject({ status: 303 });
    const back = await allow(browser, leaving);
    const account = back.searchParams.get("account") ?? "";
    expect(back.href).toBe(`${APP}/settings?tab=1&account=${account}&state=s`);
    expect(members(await stage.get(`/api/accounts/${account}`))).toMatchObject({ owner: "grace" });
    expect(browser.cookies(stage.broker.base).has("wco")).toBe(false);
  });

  it("E: takes a session code once, for one start or one session", async () => {
    const { code, url } = await sessionOf(stage, "grace");
    const start = `/accounts/meadow/start?session_code=${code}`;
    const first = new UserAgent();
    await allow(first, await open(first, start, { referer: `${APP}/` }));
    expect((await open(new UserAgent(), start, { referer: `${APP}/` })).status).not.toBe(303);
    expect(await new UserAgent().open(url, { referer: `${APP}/` })).toMatchObject({ status: 400 });
    const other = await sessionOf(stage, "grace");
    await new UserAgent().open(other.url, { referer: `${APP}/`, until: isElsewhere });
    const late = await open(new UserAgent(), `/accounts/meadow/start?session_code=${other.code}`, {
      referer: `${APP}/`,
    });
    expect(late.status).not.toBe(303);
  });

  it("E: refuses a session code that is forged or too old", async () => {
    const { code } = await sessionOf(stage, "grace");
    const forged = `/accounts/meadow/start?session_code=${code.slice(0, -1)}${code.endsWith("A") ? "B" : "A"}`;
    expect(await open(ada, forged)).toMatchObject({ status: 400 });
    stage.broker.advance?.(600_000);
    expect(await open(ada, `/accounts/meadow/start?session_code=${code}`)).toMatchObject({ status: 400 });
  });

  it.each([
    ["another site", { "sec-fetch-site": "cross-site" }],
    ["a sibling host", { "sec-fetch-site": "same-site" }],
    ["a mail or a bookmark", { "sec-fetch-site": "none" }],
    ["nowhere that it says", {}],
    ["a prefetch of ours", { "sec-fetch-site": "same-origin", "sec-purpose": "prefetch" }],
  ])("S5: asks a signed-in browser first that comes from %s", async (_where, headers) => {
    const page = await open(ada, "/accounts/meadow/start?state=x", { headers });
    expect(page).toMatchObject({ status: 200, heading: "Log in to Meadow?" });
    const leaving = await ada.press(page, "continue");
    expect((await allow(ada, leaving)).searchParams.get("state")).toBe("x");
  });

  it("S5: keeps nothing of a start that its owner cancels, and says so to the home page", async () => {
    const page = await open(ada, "/accounts/meadow/start?state=x", { headers: {} });
    const cancelled = await ada.press(page, "cancel");
    const home = new URL(cancelled.onward ?? "about:blank");
    expect(Object.fromEntries(home.searchParams)).toEqual({ error: "access_denied", state: "x" });
  });

  it.each([
    ["access_denied", "access_denied"],
    ["login_required", "access_denied"],
    ["invalid_scope", "invalid_scope"],
    ["temporarily_unavailable", "temporarily_unavailable"],
    ["invalid_request", "server_error"],
    ["a word of its own", "server_error"],
  ])("E: says at home, in an OAuth code, that the provider answered %s", async (word, error) => {
    const leaving = await open(ada, "/accounts/meadow/start?state=x");
    const { callback, state } = departed(stage.provider, ada, leaving);
    const page = await ada.open(callback({ error: word, state }), { until: isElsewhere });
    const { pathname, searchParams } = new URL(page.location ?? "about:blank");
    expect(pathname).toBe("/home");
    expect(Object.fromEntries(searchParams)).toEqual({ error, state: "x" });
  });

  it.each([
    ["one", "scope=read", "read"],
    ["none", "", "read"],
    ["an empty one", "scope=", "read"],
    ["a manifest's false", "scope=false", "read"],
    ["the same one twice, with a plus", "scope=read%2Bread", "read"],
  ])("E: asks for the scope that a manifest means by %s", async (_what, query, scope) => {
    const leaving = await open(ada, `/accounts/meadow/start?${query}`);
    expect(new URL(leaving.location ?? "about:blank").searchParams.get("scope")).toBe(scope);
  });

  it.each([
    ["more than the operator allows", "scope=read+write"],
    ["a list as text", "scope=%5B%22read%22%5D"],
    ["an object as text", "scope=%5Bobject%20Object%5D"],
    ["two of them", "scope=read&scope=read"],
    ["quotes", "scope=%22read%22"],
    ["control characters", "scope=read%00"],
  ])("E: refuses a scope that is %s, and asks nobody", async (_what, query) => {
    const page = await open(ada, `/accounts/meadow/start?${query}`);
    expect(page).toMatchObject({ status: 400 });
    expect(page.text).toContain("invalid_scope");
  });

  it.each(["other", "__proto__", "constructor", "%6deadow", "meadow%2F..", "MEADOW"])(
    "E: knows no account type called %s",
    async (type) => {
      expect((await open(ada, `/accounts/${type}/start`)).status).toBe(404);
    },
  );

  it("E: refuses a state that no cookie could carry", async () => {
    const page = await open(ada, `/accounts/meadow/start?state=${"s".repeat(4_000)}`);
    expect(page).toMatchObject({ status: 400 });
    expect(page.text).toContain("too_long");
  });
});

describe("an account type", () => {
  it("E: is started with the scope of the connector's manifest, and ends as an account that connectors use", async () => {
    await provision("field", "authorization_code");
    const leaving = await open(ada, "/accounts/field/start?scope=read%2Bwrite&state=x");
    const { searchParams } = new URL(leaving.location ?? "about:blank");
    expect(searchParams.get("scope")).toBe("read write");
    expect(searchParams.get("tenant")).toBe("7");
    expect(searchParams.get("redirect_uri")).toBe(at("/accounts/field/redirect"));
    const account = (await allow(ada, leaving)).searchParams.get("account") ?? "";
    const connector = await connectorOf(account);
    expect(members(await read(account, connector))).toMatchObject({ account_type: "field" });
    stage.broker.advance?.(HOUR / 4);
    const answer = await refresh(`/accounts/field/${account}/refresh`, connector);
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.text).not.toMatch(/top-secret|refresh-/);
  });

  it("E: is connected again with what it was granted, or with more where the connector asks for more", async () => {
    await provision("hedge", "authorization_code");
    const home = await allow(ada, await open(ada, "/accounts/hedge/start?scope=read"));
    const path = `/accounts/hedge/${home.searchParams.get("account")}/reconnect`;
    const scopeAt = async (query: string): Promise<string | null> => {
      const { location } = await open(ada, `${path}${query}`);
      return new URL(location ?? "about:blank").searchParams.get("scope");
    };
    expect(await scopeAt("")).toBe("read");
    expect(await scopeAt("?scope=read+write")).toBe("read write");
  });

  it.each(["refresh_token", "secret"])(
    "E: of grant mode %s is told that nobody logs in there",
    async (mode) => {
      const type = mode.replace("_", "-");
      await provision(type, mode);
      const page = await open(ada, `/accounts/${type}/start`);
      expect(page).toMatchObject({ status: 400, heading: "Accounts of this kind can’t be connected here" });
    },
  );
});

describe("GET /accounts/:type/:id/reconnect", () => {
  it("E: gives the same account new tokens, and leaves what its connector kept", async () => {
    const { account } = await stage.connect("ada");
    const connector = await connectorOf(account);
    const before = members(await read(account, connector));
    await write(account, connector, { ...before, data: { cursor: 7 } });
    const leaving = await open(ada, `/accounts/meadow/${account}/reconnect?state=r`);
    const home = await allow(ada, leaving);
    expect(Object.fromEntries(home.searchParams)).toEqual({ account, state: "r" });
    const after = members(await read(account, connector));
    expect(after).toMatchObject({ _id: account, data: { cursor: 7 } });
    expect(after["oauth"]).not.toEqual(before["oauth"]);
  });

  it("E: brings an account back whose refresh token died", async () => {
    const { account } = await stage.connect("ada");
    stage.broker.advance?.(HOUR);
    await whileDead(() => stage.get(`/api/accounts/${account}/tokens`));
    ada = await signedIn(stage, "ada");
    await allow(ada, await open(ada, `/accounts/meadow/${account}/reconnect`));
    expect(members(await stage.get(`/api/accounts/${account}`))).toMatchObject({ status: "connected" });
  });

  it("E: is one answer for another owner's account, one of another type, one that is not, and what is no id", async () => {
    const { account } = await stage.connect("eve");
    const own = await stage.connect("ada");
    const paths = [
      `meadow/${account}`,
      `other/${own.account}`,
      `meadow/${NOBODYS}`,
      "meadow/__proto__",
      "meadow/%00",
    ];
    const pages = await Promise.all(paths.map((path) => open(ada, `/accounts/${path}/reconnect`)));
    expect(pages[0]).toMatchObject({ status: 404 });
    expect(new Set(pages.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  });

  it("S5: needs a session, and asks a browser that comes from another site", async () => {
    const { account } = await stage.connect("ada");
    const path = `/accounts/meadow/${account}/reconnect`;
    expect(await open(new UserAgent(), path)).toMatchObject({ status: 403 });
    const foreign = await open(ada, path, { headers: { "sec-fetch-site": "cross-site" } });
    expect(foreign).toMatchObject({ status: 200, heading: "Log in to Meadow?" });
  });
});

describe("POST /accounts/:type/:id/refresh", () => {
  it("E: answers the account in JSON:API's form, with a fresh access token and no secret", async () => {
    const { account } = await stage.connect("ada");
    const connector = await connectorOf(account);
    const before = members(await read(account, connector));
    stage.broker.advance?.(HOUR / 4);
    const answer = await refresh(`/accounts/meadow/${account}/refresh`, connector);
    expect(answer).toMatchObject({ status: 200, headers: { "content-type": "application/vnd.api+json" } });
    expect(members(answer)).toEqual({
      data: {
        type: "io.cozy.accounts",
        id: account,
        attributes: {
          account_type: "meadow",
          name: "ada@example.com",
          oauth: {
            access_token: expect.stringMatching(/^access-/),
            token_type: "bearer",
            refresh_token: "kept-by-willcall",
            expires_at: expect.stringMatching(/^\d{4}-.*Z$/),
            client_id: "client",
          },
          oauth_callback_results: { scope: "read" },
        },
        meta: { rev: expect.stringMatching(/^1-[0-9a-f]{32}$/) },
        links: { self: `/data/io.cozy.accounts/${account}` },
      },
    });
    expect(answer.text).not.toMatch(/top-secret|refresh-/);
    expect(answer.text).not.toContain((before["oauth"] as Record<string, string>)["access_token"]);
  });

  it("E: tells a connector whose refresh token is dead, in the words that it looks for", async () => {
    const { account } = await stage.connect("ada");
    const connector = await connectorOf(account);
    stage.broker.advance?.(HOUR / 4);
    const answer = await whileDead(() => refresh(`/accounts/meadow/${account}/refresh`, connector));
    expect(answer).toMatchObject({ status: 401, headers: { "content-type": "application/vnd.api+json" } });
    expect(members(answer)).toEqual({
      errors: [
        {
          status: "401",
          title: "Unauthorized",
          code: "oauth_refresh_invalid_token",
          detail: "OAuth refresh token is invalid or expired; reconnect account.",
        },
      ],
    });
  });

  it("E: loses nothing while the provider is down, and says when to try again", async () => {
    const { account } = await stage.connect("ada");
    const connector = await connectorOf(account);
    stage.broker.advance?.(HOUR / 4);
    stage.provider.script((response) => response.writeHead(503).end());
    const answer = await refresh(`/accounts/meadow/${account}/refresh`, connector);
    stage.provider.script(undefined);
    expect(answer).toMatchObject({ status: 503, headers: { "retry-after": "5" } });
    expect(members(await stage.get(`/api/accounts/${account}`))["status"]).not.toBe("needs_reconnect");
  });

  it("E: is one answer for another owner's account, one of another type, one that is not, and what is no id", async () => {
    const [own, theirs] = [await stage.connect("ada"), await stage.connect("eve")];
    const connector = await connectorOf(own.account);
    const paths = [
      `meadow/${theirs.account}`,
      `other/${own.account}`,
      `__proto__/${own.account}`,
      `meadow/${NOBODYS}`,
      "meadow/__proto__",
    ];
    const answers = await Promise.all(paths.map((path) => refresh(`/accounts/${path}/refresh`, connector)));
    expect(answers[0]).toMatchObject({ status: 404 });
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  });
});

describe("GET /data/io.cozy.accounts/:id", () => {
  it("E: is the account as CouchDB and a connector know it, with tokens that are fresh", async () => {
    const { account } = await stage.connect("ada");
    const answer = await read(account, await connectorOf(account));
    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toContain("json");
    const document = members(answer);
    expect(document).toMatchObject({
      _id: account,
      _type: "io.cozy.accounts",
      account_type: "meadow",
      oauth: { access_token: expect.any(String), client_id: "client" },
    });
    expect(answer.headers.etag).toBe(`"${String(document["_rev"])}"`);
    expect(answer.text).not.toMatch(/top-secret|refresh-/);
    stage.broker.advance?.(HOUR);
    const later = members(await read(account, await connectorOf(account)));
    expect(later["oauth"]).not.toEqual(document["oauth"]);
  });

  it("E: is there when its refresh token is dead: the connector learns that when it refreshes", async () => {
    const { account } = await stage.connect("ada");
    stage.broker.advance?.(HOUR);
    const connector = await connectorOf(account);
    const [document, refreshed] = await whileDead(async () => [
      await read(account, connector),
      await refresh(`/accounts/meadow/${account}/refresh`, connector),
    ]);
    expect(document).toMatchObject({ status: 200 });
    expect(refreshed).toMatchObject({ status: 401 });
  });

  it("E: tells a client of Cozy's that this is no old Cozy", async () => {
    const answer = await send(at("/status/"));
    expect(answer.status).toBe(200);
    expect(members(answer)).not.toHaveProperty("datasystem");
  });
});

describe("PUT /data/io.cozy.accounts/:id", () => {
  it("E: keeps what is the connector's, and answers as Cozy's data system", async () => {
    const { account } = await stage.connect("ada");
    const connector = await connectorOf(account);
    const document = members(await read(account, connector));
    const changes = { data: { cursor: 1 }, state: "LOGIN_SUCCESS", auth: { login: "ada" } };
    const answer = await write(account, connector, { ...document, ...changes });
    expect(answer.status).toBe(200);
    const said = members(answer);
    expect(said).toMatchObject({ id: account, type: "io.cozy.accounts", ok: true });
    expect(said["rev"]).toMatch(/^2-[0-9a-f]{32}$/);
    expect(said["data"]).toEqual(members(await read(account, connector)));
    expect(said["data"]).toMatchObject({ ...changes, _rev: said["rev"], _id: account });
  });

  it("E: lets no connector change tokens, type or name", async () => {
    const { account } = await stage.connect("ada");
    const connector = await connectorOf(account);
    const document = members(await read(account, connector));
    const forged = {
      ...document,
      oauth: { access_token: "forged", refresh_token: "forged" },
      oauth_callback_results: { forged: 1 },
      account_type: "forged",
      name: "forged",
    };
    expect(await write(account, connector, forged)).toMatchObject({ status: 200 });
    const after = await read(account, connector);
    expect(after.text).not.toContain("forged");
    expect(members(after)["oauth"]).toEqual(document["oauth"]);
  });

  it("E: is 409 without the rev that was read, and changes nothing then", async () => {
    const { account } = await stage.connect("ada");
    const connector = await connectorOf(account);
    const { _rev: rev, ...document } = members(await read(account, connector));
    expect(await write(account, connector, document)).toMatchObject({ status: 409 });
    expect(await write(account, connector, { ...document, _rev: rev, data: 1 })).toMatchObject({
      status: 200,
    });
    const stale = await write(account, connector, { ...document, _rev: rev, data: 2 });
    expect(stale).toMatchObject({ status: 409 });
    expect(members(stale)).toMatchObject({ error: "conflict" });
    expect(members(await read(account, connector))).toMatchObject({ data: 1 });
  });

  it("E: takes one of ten writes that have seen the same", async () => {
    const { account } = await stage.connect("ada");
    const connector = await connectorOf(account);
    const document = members(await read(account, connector));
    const writes = Array.from({ length: 10 }, (_, data) => write(account, connector, { ...document, data }));
    const statuses = (await Promise.all(writes)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(9);
  });

  it("E: is no conflict with a refresh in between, which no connector can undo", async () => {
    const { account } = await stage.connect("ada");
    const connector = await connectorOf(account);
    const document = members(await read(account, connector));
    stage.broker.advance?.(HOUR / 4);
    await refresh(`/accounts/meadow/${account}/refresh`, connector);
    expect(await write(account, connector, { ...document, data: 1 })).toMatchObject({ status: 200 });
    expect(members(await read(account, connector))["oauth"]).not.toEqual(document["oauth"]);
  });

  it.each([
    ["no JSON", "{", 400],
    ["a list", "[]", 400],
    ["null", "null", 400],
    ["another document's id", JSON.stringify({ _id: NOBODYS }), 400],
    ["more than 16 KiB", JSON.stringify({ data: "x".repeat(17_000) }), 413],
  ])("E: refuses %s", async (_what, body, status) => {
    const { account } = await stage.connect("ada");
    expect(await write(account, await connectorOf(account), body)).toMatchObject({ status });
  });

  it("E: keeps a member called __proto__ as a member", async () => {
    const { account } = await stage.connect("ada");
    const connector = await connectorOf(account);
    const { _rev: rev } = members(await read(account, connector));
    const body = `{"_rev":"${String(rev)}","data":{"__proto__":{"polluted":1}},"__proto__":{"a":1}}`;
    expect(await write(account, connector, body)).toMatchObject({ status: 200 });
    const { text } = await read(account, connector);
    expect(text).toContain('"data":{"__proto__":{"polluted":1}}');
  });
});

describe("who may refresh and read", () => {
  it("E: nobody without credentials, and nobody with wrong ones", async () => {
    const { account } = await stage.connect("ada");
    const { authorization = "" } = await connectorOf(account);
    const wrong = [
      "Bearer x",
      "Basic YTpi",
      "Bearer",
      `${authorization}A`,
      authorization.replace("wcc1.", "wco1."),
    ];
    expect(await both(account, {})).toEqual([401, 401]);
    for (const presented of wrong)
      expect(await both(account, { authorization: presented })).toEqual([401, 401]);
  });

  it("E: a connector, for its one account and thirty minutes", async () => {
    const [own, theirs] = [await stage.connect("ada"), await stage.connect("ada")];
    const connector = await connectorOf(own.account);
    expect(await both(own.account, connector)).toEqual([200, 200]);
    expect(await both(theirs.account, connector)).toEqual([404, 404]);
    stage.broker.advance?.(HOUR / 2);
    expect(await both(own.account, connector)).toEqual([401, 401]);
  });

  it("E: the operator's server, as far as its token allows", async () => {
    const { account } = await stage.connect("ada");
    const operator = { authorization: `Bearer ${stage.operatorToken}` };
    expect(await both(account, operator)).toEqual([200, 200]);
    const limited = { authorization: `Bearer ${await limitedToken(stage.broker, "tokens:read")}` };
    expect(await both(account, limited)).toEqual([200, 200]);
    expect(await write(account, limited, members(await read(account, limited)))).toMatchObject({
      status: 403,
    });
    const writer = { authorization: `Bearer ${await limitedToken(stage.broker, "accounts:write")}` };
    expect(await both(account, writer)).toEqual([403, 403]);
  });

  it("E: an owner's browser, from our own pages alone, and for no other owner's account", async () => {
    const [own, theirs] = [await stage.connect("ada"), await stage.connect("eve")];
    const browser = await signedIn(stage, "ada");
    const [name, value] = [...browser.cookies(stage.broker.base)].find(([key]) => key === "wco") ?? [];
    const cookie = `${name}=${value}`;
    const same = { cookie, "sec-fetch-site": "same-origin", origin: stage.broker.base };
    expect(await both(own.account, same)).toEqual([200, 200]);
    expect(await both(own.account, { cookie, origin: stage.broker.base })).toEqual([200, 200]);
    expect(await both(theirs.account, same)).toEqual([404, 404]);
    for (const foreign of [
      { cookie },
      { cookie, origin: "https://evil.example" },
      { cookie, "sec-fetch-site": "cross-site" },
      { cookie, "sec-fetch-site": "same-site", origin: stage.broker.base },
      { cookie, "sec-fetch-site": "none" },
    ])
      expect(await both(own.account, foreign)).toEqual([401, 401]);
  });
});

describe("what a connector keeps", () => {
  it("S1, S4: stands nowhere in the clear, neither in the store nor in the log", async () => {
    const { account } = await stage.connect("ada");
    const connector = await connectorOf(account);
    const document = members(await read(account, connector));
    await write(account, connector, { ...document, auth: { password: "CANARY-1" }, data: ["CANARY-2"] });
    const { dataDir = "" } = stage.broker;
    const files = (await readdir(dataDir)).map((name) => readFile(join(dataDir, name)));
    const texts = (await Promise.all(files)).map((bytes) => bytes.toString("latin1"));
    expect(texts.join().length).toBeGreaterThan(0);
    expect([...texts, ...stage.broker.logs].join()).not.toContain("CANARY");
  });
});
