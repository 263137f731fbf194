import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Accounts, raiseAccounts } from "./support/accounts.ts";
import { type Connectors, connectorsAt } from "./support/cozy.ts";
import { members, send } from "./support/http.ts";
import { APP, FROM_OUR_PAGE, sessionOf, signedIn } from "./support/owner.ts";
import { departed, isAt } from "./support/stage.ts";
import { type Page, UserAgent } from "./support/user-agent.ts";

const HOUR = 3_600_000;
const NOBODYS = "AAAAAAAAAAAAAAAAAAAAAA";

let stage: Accounts;
let connectors: Connectors;
let ada: UserAgent;
beforeAll(async () => {
  stage = await raiseAccounts();
  connectors = connectorsAt(stage);
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
    const connector = await connectors.startedFor(account);
    expect(members(await connectors.read(account, connector))).toMatchObject({ account_type: "field" });
    stage.broker.advance?.(HOUR / 4);
    const answer = await connectors.refresh(`field/${account}`, connector);
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
    const connector = await connectors.startedFor(account);
    const before = members(await connectors.read(account, connector));
    await connectors.write(account, connector, { ...before, data: { cursor: 7 } });
    const leaving = await open(ada, `/accounts/meadow/${account}/reconnect?state=r`);
    const home = await allow(ada, leaving);
    expect(Object.fromEntries(home.searchParams)).toEqual({ account, state: "r" });
    const after = members(await connectors.read(account, connector));
    expect(after).toMatchObject({ _id: account, data: { cursor: 7 } });
    expect(after["oauth"]).not.toEqual(before["oauth"]);
  });

  it("E: brings an account back whose refresh token died", async () => {
    const { account } = await stage.connect("ada");
    stage.broker.advance?.(HOUR);
    await connectors.whileDead(() => stage.get(`/api/accounts/${account}/tokens`));
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
