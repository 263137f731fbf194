import { describe, expect, it } from "vitest";
import { App, PLUGIN } from "./support/app.ts";
import { send } from "./support/http.ts";
import { NativeApp } from "./support/native-app.ts";
import { freePort } from "./support/port.ts";
import { departed, isAt, raise } from "./support/stage.ts";
import { eventNames } from "./support/target.ts";
import { UserAgent } from "./support/user-agent.ts";

const fromPlugin = { referer: `${PLUGIN}/` };

describe("a launch", () => {
  it("S5: from the app that began it, within 120 seconds, is silent", async () => {
    await using stage = await raise();
    const { url } = await stage.app.begin();
    stage.broker.advance?.(119_000);
    const page = await new UserAgent().open(url, { ...fromPlugin, until: isAt(stage.provider) });
    expect(page.status).toBe(303);
    expect(page.location).toContain(stage.provider.origin);
  });

  it.each([
    ["a mail or a typed address", {}],
    ["a foreign page", { referer: "https://evil.com/" }],
    ["a page whose address begins like the app's", { referer: `${PLUGIN}.evil.com/` }],
    ["another version of the plugin", { referer: "https://abc123-v2.plugins.framercdn.com/" }],
    ["a referrer that is no URL", { referer: "abc123" }],
    ["a frame", { ...fromPlugin, headers: { "sec-fetch-dest": "iframe" } }],
    ["a script", { ...fromPlugin, headers: { "sec-fetch-dest": "empty" } }],
    ["an image", { ...fromPlugin, headers: { "sec-fetch-dest": "image" } }],
    ["a prefetch", { ...fromPlugin, headers: { "sec-purpose": "prefetch;prerender" } }],
    ["a link preview", { ...fromPlugin, headers: { purpose: "preview" } }],
  ])("S5: from %s is confirmed first", async (_, navigation) => {
    await using stage = await raise();
    const { url, readKey } = await stage.app.begin();
    const page = await new UserAgent().open(url, navigation);
    expect(page).toMatchObject({ status: 200, location: undefined, onward: undefined });
    expect(page.heading).toContain("Meadow");
    expect(page.forms[0]?.buttons.map(({ value }) => value)).toEqual(["cancel", "continue"]);
    expect(eventNames(stage.broker)).not.toContain("login.launched");
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 404 });
  });

  it("S5: after 120 seconds is confirmed also from the app", async () => {
    await using stage = await raise();
    const { url } = await stage.app.begin();
    stage.broker.advance?.(121_000);
    expect((await new UserAgent().open(url, fromPlugin)).forms).toHaveLength(1);
  });

  it("S5: of a login that began without an Origin, or with a null one, is confirmed", async () => {
    await using stage = await raise({ app: { origins: ["null"] } });
    for (const app of [new App(stage.broker.base, null), new App(stage.broker.base, "null")]) {
      const { url } = await app.begin();
      expect((await new UserAgent().open(url, { referer: "null" })).forms).toHaveLength(1);
      expect((await new UserAgent().open(url)).forms).toHaveLength(1);
    }
  });

  it("S5: is confirmed from everywhere where the app says confirm: always", async () => {
    await using stage = await raise({ app: { confirm: "always" } });
    const { url } = await stage.app.begin();
    expect((await new UserAgent().open(url, fromPlugin)).forms).toHaveLength(1);
  });

  it("S5: is silent from everywhere where the operator said confirm: never", async () => {
    await using stage = await raise({ app: { confirm: "never" } });
    const { url } = await stage.app.begin();
    const page = await new UserAgent().open(url, { until: isAt(stage.provider) });
    expect(page.location).toContain(stage.provider.origin);
  });

  it("A8: of an expired ticket says so, and leads nowhere", async () => {
    await using stage = await raise();
    const { url } = await stage.app.begin();
    stage.broker.advance?.(600_000);
    const page = await new UserAgent().open(url, fromPlugin);
    expect(page).toMatchObject({ status: 400, location: undefined, onward: undefined });
    expect(page.heading).toBe("This login took too long");
  });

  it("S3: of a ticket with any character changed is refused", async () => {
    await using stage = await raise();
    const { url } = await stage.app.begin();
    const at = url.indexOf("ticket=") + 7;
    for (let i = at; i < url.length; i += 11) {
      const changed = url.slice(0, i) + (url[i] === "A" ? "B" : "A") + url.slice(i + 1);
      expect(await send(changed)).toMatchObject({ status: 400 });
    }
  });

  it("S5: takes neither a cookie for a ticket nor a ticket for a cookie", async () => {
    await using stage = await raise();
    const { browser, callback } = await stage.launch();
    const { name, value: cookie } = browser.oldestCookie(stage.broker.base);
    expect(await send(`${stage.broker.base}/login?ticket=${cookie}`)).toMatchObject({ status: 400 });
    expect(await send(`${stage.broker.base}/login?hop=${cookie}`)).toMatchObject({ status: 400 });
    const { url } = await stage.app.begin();
    const other = new UserAgent();
    other.setCookie(stage.broker.base, name, new URL(url).searchParams.get("ticket") ?? "");
    expect(await other.open(callback())).toMatchObject({ status: 400 });
    expect(stage.provider.tokenRequests).toEqual([]);
  });
});

describe("confirming", () => {
  it("S5: Continue goes on to the provider, and the login ends well", async () => {
    await using stage = await raise();
    const { url, readKey } = await stage.app.begin();
    const browser = new UserAgent();
    const leaving = await browser.press(await browser.open(url), "continue");
    await departed(stage.provider, browser, leaving).finish();
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("S5, A8: Cancel ends the login, tells the app, and sends nothing", async () => {
    await using stage = await raise();
    const { url, readKey } = await stage.app.begin();
    const browser = new UserAgent();
    const page = await browser.press(await browser.open(url), "cancel");
    expect(page.heading).toBe("Login cancelled");
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 410 });
    expect((await browser.open(url, fromPlugin)).heading).toBe("Login cancelled");
    expect(stage.provider.visits).toEqual([]);
  });

  it("S5: Continue and Cancel pressed by a foreign page do nothing", async () => {
    await using stage = await raise();
    const { url, readKey } = await stage.app.begin();
    const [victim, attacker] = [new UserAgent(), new UserAgent()];
    await victim.open(url);
    const page = await attacker.open(url);
    for (const button of ["continue", "cancel"]) {
      // The attacker's own nonce, in the victim's browser: with and without the victim's cookie.
      for (const crossSite of [true, false])
        expect(await victim.press(page, button, { crossSite })).toMatchObject({ status: 403 });
    }
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 404 });
    expect(eventNames(stage.broker)).not.toContain("login.launched");
  });

  it("S5: a nonce is for its own ticket alone", async () => {
    await using stage = await raise();
    const browser = new UserAgent();
    const [mine, theirs] = [await stage.app.begin(), await stage.app.begin()];
    const page = await browser.open(mine.url);
    const ticket = new URL(theirs.url).searchParams.get("ticket") ?? "";
    const [form] = page.forms;
    const answer = await browser.open(`${stage.broker.base}/login`, {
      form: { ...form?.fields, ticket, action: "continue" },
    });
    expect(answer).toMatchObject({ status: 403 });
  });

  it("S5: a form without nonce, subject or cookie is refused", async () => {
    await using stage = await raise();
    for (const form of [{ action: "continue" }, { ticket: "x", nonce: "y" }, { nonce: "", again: "z" }])
      expect(await new UserAgent().open(`${stage.broker.base}/login`, { form })).toMatchObject({
        status: 403,
      });
  });
});

describe("the same ticket again", () => {
  it("S5: in the same browser goes on to the same provider with the same state", async () => {
    await using stage = await raise();
    const { url, readKey } = await stage.app.begin();
    const browser = new UserAgent();
    const open = () => browser.open(url, { ...fromPlugin, until: isAt(stage.provider) });
    const [first, second] = [await open(), await open()];
    expect(second.location).toBe(first.location);
    await departed(stage.provider, browser, first).finish();
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it.each([
    ["silently", fromPlugin, false],
    ["through the confirmation", {}, true],
  ])("S5: in a second browser, %s, ends the login for both, and is logged", async (_, how, asks) => {
    await using stage = await raise();
    const { url, readKey } = await stage.app.begin();
    const [first, second] = [new UserAgent(), new UserAgent()];
    const left = await first.open(url, { ...fromPlugin, until: isAt(stage.provider) });
    const opened = await second.open(url, { ...how, until: isAt(stage.provider) });
    const page = asks ? await second.press(opened, "continue") : opened;
    expect(page.heading).toBe("This login was ended to protect you");
    expect(eventNames(stage.broker)).toContain("login.second_browser");
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 410 });
    expect(await departed(stage.provider, first, left).finish()).toMatchObject({ status: 400 });
    expect(stage.provider.tokenRequests).toEqual([]);
  });

  it("S5: nine logins at once in one browser: the oldest is forgotten, eight end well", async () => {
    await using stage = await raise();
    const browser = new UserAgent();
    const launched = [];
    for (let count = 0; count < 9; count++) launched.push(await stage.launch(undefined, browser));
    expect(browser.cookies(stage.broker.base).size).toBe(8);
    const [oldest, ...others] = launched;
    expect(await oldest?.finish()).toMatchObject({ status: 400 });
    for (const { finish } of others) expect(await finish()).toMatchObject({ status: 200 });
    expect(browser.cookies(stage.broker.base).size).toBe(0);
  });
});

describe("a browser with many large logins", () => {
  it("S5: forgets the oldest, and is never refused for what it carries", async () => {
    const scope = Array.from(
      { length: 30 },
      (_, index) => `https://meadow.example/auth/some.long.scope.${index}`,
    );
    await using stage = await raise({ app: { scope } });
    const browser = new UserAgent();
    const asked = scope.slice(1).join(" ");
    const until = isAt(stage.provider);
    for (let count = 0; count < 12; count++) {
      const url = new NativeApp(stage.broker.base).loginUrl({ scope: asked });
      const page = await browser.open(url, { ...fromPlugin, until });
      expect(page.status).toBe(303);
    }
    const { finish } = await stage.launch(undefined, browser);
    expect(await finish()).toMatchObject({ status: 200 });
  });
});

describe("hosts and schemes", () => {
  it("S5: on https the login's cookie has the __Host- prefix, and the login ends well", async () => {
    const address = `https://localhost:${await freePort()}`;
    await using stage = await raise({ configuration: () => ({ publicUrl: address }) });
    const browser = new UserAgent({ [address]: stage.broker.base });
    const { finish, readKey } = await stage.launch(undefined, browser);
    expect([...browser.cookies(address).keys()]).toEqual([expect.stringMatching(/^__Host-wc-/)]);
    await finish();
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("S5: where the redirect URI is on another host, the browser goes there before it leaves", async () => {
    const other = `http://localhost:${await freePort()}`;
    await using stage = await raise({ app: { redirectUri: `${other}/redirect` } });
    const browser = new UserAgent({ [other]: stage.broker.base });
    const { finish, readKey } = await stage.launch(undefined, browser);
    expect(browser.cookies(stage.broker.base).size).toBe(0);
    expect(browser.cookies(other).size).toBe(1);
    await finish();
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it.each([
    ["silently", fromPlugin],
    ["after being asked", {}],
  ])("S5: a hop reached %s confirms nothing in another browser: it asks, and goes on", async (_, how) => {
    const other = `http://localhost:${await freePort()}`;
    await using stage = await raise({ app: { redirectUri: `${other}/redirect` } });
    const { url, readKey } = await stage.app.begin();
    const toHop = (next: string): boolean => next.startsWith(other);
    const hop = (await new UserAgent().open(url, { ...how, until: toHop })).location ?? "";
    const browser = new UserAgent({ [other]: stage.broker.base });
    const page = await browser.open(hop);
    expect(page).toMatchObject({ status: 200, location: undefined });
    expect(eventNames(stage.broker)).toContain("login.confirm_shown");
    await departed(stage.provider, browser, await browser.press(page, "continue")).finish();
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("S5: the way to that host tells it where the person comes from, and nobody else", async () => {
    const other = `http://localhost:${await freePort()}`;
    await using stage = await raise({ app: { redirectUri: `${other}/redirect` } });
    const { url } = await stage.app.begin();
    expect(await new UserAgent().open(url, { ...fromPlugin, until: () => true })).toMatchObject({
      status: 303,
      headers: { "referrer-policy": "origin" },
    });
  });
});

describe("a person who presses twice", () => {
  it("S5: Continue, at once: it is one launch, and the login ends well", async () => {
    await using stage = await raise();
    const { url, readKey } = await stage.app.begin();
    const browser = new UserAgent();
    const page = await browser.open(url);
    const [first, second] = await Promise.all([
      browser.press(page, "continue"),
      browser.press(page, "continue"),
    ]);
    expect(second.onward).toBe(first.onward);
    await departed(stage.provider, browser, first).finish();
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("S5: Cancel on a page that was left behind says how the login really ended", async () => {
    await using stage = await raise();
    const { url, readKey } = await stage.app.begin();
    const browser = new UserAgent();
    const page = await browser.open(url);
    await departed(stage.provider, browser, await browser.press(page, "continue")).finish();
    const late = await browser.press(page, "cancel");
    expect(late.heading).toBe("This login is already finished");
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });
});

const asked = (scopes: readonly string[]): string => `?${new URLSearchParams({ scope: scopes.join(" ") })}`;

describe("what an app asks for", () => {
  it("S5, A3: a scope that no cookie could carry is refused at once; repeats are dropped", async () => {
    const scope = Array.from(
      { length: 60 },
      (_, index) => `https://meadow.example/auth/a.long.scope.${index}`,
    );
    await using stage = await raise({ app: { scope } });
    const begun = (query: string) => send(`${stage.broker.base}/authorize${query}`, { method: "POST" });
    expect(await begun(asked(scope.slice(1)))).toMatchObject({ status: 400 });
    expect(await begun(asked(scope))).toMatchObject({ status: 200 });
    const [first = ""] = scope;
    const { authorizationUrl } = await stage.launch(undefined, undefined, asked([first, first]));
    expect(new URL(authorizationUrl).searchParams.get("scope")).toBe(first);
  });
});
