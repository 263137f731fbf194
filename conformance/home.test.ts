import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Accounts, raiseAccounts } from "./support/accounts.ts";
import { members, send } from "./support/http.ts";
import { departed, isAt } from "./support/stage.ts";
import { type Navigation, type Page, UserAgent } from "./support/user-agent.ts";

const MINUTE = 60_000;
const evil = `<script>alert(1)</script>"><img src=x onerror=alert(1)>\u202e`;

const space = { title: "Space", pattern: "[a-z]{1,20}", example: "acme" };

let stage: Accounts;
beforeAll(async () => {
  stage = await raiseAccounts();
});
afterEach(() => stage.provider.script(undefined));
afterAll(() => stage[Symbol.asyncDispose]());

const home = (query = ""): string => `${stage.broker.base}/home${query}`;

/** A browser that is signed in as `owner`. */
async function signedIn(owner: string): Promise<UserAgent> {
  const browser = new UserAgent();
  const answer = await stage.post("/api/owner-sessions", { owner });
  await browser.press(await browser.open(String(members(answer)["url"])), "continue");
  return browser;
}

/** The fields of the first form of a page that posts to a path which ends like that. */
function fieldsOf(page: Page, path: string): Readonly<Record<string, string>> {
  const form = page.forms.find(({ action }) => action.endsWith(path));
  if (form === undefined) throw new Error(`no form to ${path}: ${page.status} ${page.heading}`);
  return form.fields;
}

/** Presses that form's button. */
function press(browser: UserAgent, page: Page, path: string, navigation: Navigation = {}): Promise<Page> {
  const form = page.forms.find(({ action }) => action.endsWith(path));
  const to = new URL(form?.action ?? path, page.url).href;
  return browser.open(to, { form: { ...fieldsOf(page, path), ...navigation.form }, ...navigation });
}

/** Where the home page says that the login's window opens. */
function windowOf(page: Page): string {
  const [, url = ""] = / href="([^"]*\/accounts\/login\?ticket=[^"]*)"/.exec(page.text) ?? [];
  return url;
}

/** Opens the window of an attempt in the same browser, up to the provider. */
async function openWindow(browser: UserAgent, page: Page) {
  const leaving = await browser.open(windowOf(page), {
    headers: { "sec-fetch-site": "same-origin" },
    until: isAt(stage.provider),
  });
  return departed(stage.provider, browser, leaving);
}

/** Connects an account from the home page; resolves to the page that the attempt is followed on. */
async function connected(browser: UserAgent): Promise<Page> {
  const page = await press(browser, await browser.open(home()), "/home/connect");
  await (await openWindow(browser, page)).finish();
  return browser.open(page.url);
}

/** The paths of the accounts on a page. */
const accountsOn = ({ text }: Page): string[] =>
  Array.from(text.matchAll(/href="(\/home\/accounts\/[\w-]{22})\/disconnect"/g), ([, path = ""]) => path);

describe("the home page", () => {
  it("says how to get in to whoever is not signed in, whatever they ask for", async () => {
    const browser = new UserAgent();
    for (const path of ["", "/accounts/AAAAAAAAAAAAAAAAAAAAAA/disconnect"]) {
      expect(await browser.open(home(path))).toMatchObject({
        status: 403,
        heading: "You are not signed in here",
      });
    }
    const posted = await browser.open(home("/connect"), { form: { provider: "meadow" } });
    expect(posted).toMatchObject({ status: 403, heading: "You are not signed in here" });
    expect((await browser.open(home())).text).toContain("willcall home");
  });

  it("offers the providers, and says whose page it is", async () => {
    const page = await (await signedIn("newcomer")).open(home());
    expect(page).toMatchObject({ status: 200, heading: "Your accounts" });
    expect(page.text).toContain("newcomer");
    expect(page.text).toContain("Nothing is connected yet");
    expect(fieldsOf(page, "/home/connect")["provider"]).toBe("meadow");
  });

  it("S8: lets nothing from elsewhere in, may not be framed, and is kept by no cache", async () => {
    const { headers } = await (await signedIn("newcomer")).open(home());
    const policy = headers["content-security-policy"] ?? "";
    for (const part of [
      "default-src 'none'",
      "connect-src 'self'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ])
      expect(policy).toContain(part);
    expect(policy).not.toContain("unsafe");
    expect(headers["x-frame-options"]).toBe("DENY");
    expect(headers["cache-control"]).toBe("no-store");
  });

  it("S8: shows nothing of its address unescaped, and no code that it does not know", async () => {
    const browser = await signedIn("newcomer");
    const plain = await browser.open(home());
    for (const name of ["attempt", "notice", "at", "after", "seen"]) {
      const page = await browser.open(home(`?${new URLSearchParams({ [name]: evil, wait: "1" })}`));
      expect(page.status).toBe(200);
      expect(page.text).not.toContain("alert(1)");
      expect(page.text.length).toBeLessThanOrEqual(plain.text.length);
    }
  });

  it("speaks French to those who read it", async () => {
    const browser = await signedIn("newcomer");
    const page = await browser.open(home(), { headers: { "accept-language": "fr" } });
    expect(page.heading).toBe("Vos comptes");
  });

  it("signs out: what the page showed cannot be pressed any more", async () => {
    const browser = await signedIn("ada");
    const page = await browser.open(home());
    expect(await press(browser, page, "/home/sign-out")).toMatchObject({ status: 403 });
    expect(await press(browser, page, "/home/connect")).toMatchObject({
      status: 403,
      heading: "You are not signed in here",
    });
  });

  it("S7: asks to sign in again after a week, also in the middle", async () => {
    await using other = await raiseAccounts();
    const browser = new UserAgent();
    const answer = await other.post("/api/owner-sessions", { owner: "ada" });
    await browser.press(await browser.open(String(members(answer)["url"])), "continue");
    const page = await browser.open(`${other.broker.base}/home`);
    other.broker.advance?.(7 * 24 * 60 * MINUTE);
    expect(await press(browser, page, "/home/connect")).toMatchObject({ status: 403 });
  });
});

describe("connecting from the home page", () => {
  it("S5: goes to the provider without a question, and the page then shows the account", async () => {
    const browser = await signedIn("connects");
    const page = await press(browser, await browser.open(home()), "/home/connect");
    expect(page.text).toContain("Log in to");
    expect(page.text).toContain('data-live="waiting"');
    const { finish } = await openWindow(browser, page);
    expect((await finish()).heading).toBe("You are logged in");
    const after = await browser.open(page.url);
    expect(after.text).toContain("Meadow</bdi> is connected");
    expect(after.text).not.toContain("data-live=");
    expect(after.text).toContain("ada@example.com");
    expect(accountsOn(after)).toHaveLength(1);
  });

  it("S5: asks first when somebody sends the window's link elsewhere", async () => {
    const browser = await signedIn("connects");
    const page = await press(browser, await browser.open(home()), "/home/connect");
    const elsewhere = { headers: { "sec-fetch-site": "cross-site" } };
    const opened = await new UserAgent().open(windowOf(page), {
      referer: "https://evil.example/",
      ...elsewhere,
    });
    expect(opened.heading).toBe("Log in to Meadow?");
  });

  it("waits for what comes, and says it at once", async () => {
    const browser = await signedIn("waits");
    const page = await press(browser, await browser.open(home()), "/home/connect");
    const { finish } = await openWindow(browser, page);
    const waiting = browser.open(`${page.url}&seen=waiting&wait=25`);
    await finish();
    expect((await waiting).text).toContain("is connected");
  });

  it.each([
    ["refused", "No access was given"],
    ["cancelled", "Cancelled"],
    ["too late", "This took too long"],
  ])("says that it was %s, and keeps nothing", async (how, heading) => {
    await using own = await raiseAccounts();
    const browser = new UserAgent();
    const answer = await own.post("/api/owner-sessions", { owner: "ada" });
    await browser.press(await browser.open(String(members(answer)["url"])), "continue");
    const page = await press(browser, await browser.open(`${own.broker.base}/home`), "/home/connect");
    if (how === "refused") {
      const leaving = await browser.open(windowOf(page), {
        headers: { "sec-fetch-site": "same-origin" },
        until: isAt(own.provider),
      });
      const { callback, state } = departed(own.provider, browser, leaving);
      await browser.open(callback({ error: "access_denied", state }));
    }
    if (how === "cancelled") await press(browser, page, "/home/cancel");
    if (how === "too late") own.broker.advance?.(10 * MINUTE);
    const after = await browser.open(page.url);
    expect(after.text).toContain(`<h2>${heading}</h2>`);
    expect(accountsOn(after)).toEqual([]);
  });

  it("says why it failed, and leaves the window to try again", async () => {
    const browser = await signedIn("retries");
    const page = await press(browser, await browser.open(home()), "/home/connect");
    stage.provider.script((response) => response.writeHead(503).end(evil));
    const { finish } = await openWindow(browser, page);
    await finish();
    const after = await browser.open(page.url);
    expect(after.text).toContain("did not finish the login");
    expect(after.text).toContain('data-live="retry"');
    expect(windowOf(after)).toBe(windowOf(page));
    stage.provider.script(undefined);
    await (await openWindow(browser, after)).finish();
    expect((await browser.open(page.url)).text).toContain("is connected");
  });

  it("says that a login which came back here by itself connected nothing", async () => {
    const page = await (await signedIn("connects")).open(home("?error=access_denied&state=x"));
    expect(page.text).toContain("Nothing was connected");
  });

  it("shows an attempt to nobody but its owner", async () => {
    const browser = await signedIn("connects");
    const page = await press(browser, await browser.open(home()), "/home/connect");
    const other = await (await signedIn("eve")).open(page.url);
    expect(other.status).toBe(200);
    expect(windowOf(other)).toBe("");
  });

  it("refuses a provider that is not on offer, and says so", async () => {
    const browser = await signedIn("connects");
    for (const provider of ["nowhere", "__proto__", ""]) {
      const page = await press(browser, await browser.open(home()), "/home/connect", {
        form: { ...fieldsOf(await browser.open(home()), "/home/connect"), provider },
      });
      expect(windowOf(page)).toBe("");
      expect(page.text).toContain("This cannot be connected here any more.");
    }
  });
});

describe("a provider that must know something first", () => {
  it.each([
    ["", "Fill this in first."],
    ["no such place", "That does not look right."],
  ])("given %j, says at its field what is wrong", async (value, said) => {
    await using own = await raiseAccounts(undefined, {}, { registration: { inputs: { space } } });
    const browser = new UserAgent();
    const answer = await own.post("/api/owner-sessions", { owner: "ada" });
    await browser.press(await browser.open(String(members(answer)["url"])), "continue");
    const page = await browser.open(`${own.broker.base}/home`);
    expect(page.text).toContain("For example: <bdi>acme</bdi>");
    const form = { ...fieldsOf(page, "/home/connect"), "input.space": value };
    const wrong = await press(browser, page, "/home/connect", { form });
    expect(wrong.text).toContain(`role="alert">${said}`);
    const right = await press(browser, page, "/home/connect", { form: { ...form, "input.space": "acme" } });
    expect(windowOf(right)).toContain("/accounts/login?ticket=");
  });
});

describe("many accounts", () => {
  it("are shown fifty at a time, each once", async () => {
    for (let count = 0; count < 51; count += 1) await stage.connect("many");
    const browser = await signedIn("many");
    const first = await browser.open(home());
    const [, more = ""] = / href="(\/home\?after=[\w-]{22})"/.exec(first.text) ?? [];
    const second = await browser.open(`${stage.broker.base}${more}`);
    expect(accountsOn(first)).toHaveLength(50);
    expect(new Set([...accountsOn(first), ...accountsOn(second)]).size).toBe(51);
    expect(second.text).not.toContain("/home?after=");
  });
});

describe("an account on the home page", () => {
  it("says when it was used last", async () => {
    const browser = await signedIn("uses");
    const page = await connected(browser);
    expect(page.text).toContain("Not used yet");
    const [path = ""] = accountsOn(page);
    await stage.get(`/api/accounts/${path.split("/").at(-1)}/tokens`);
    await expect
      .poll(async () => (await browser.open(home())).text, { timeout: 10_000 })
      .toContain("Last used");
  });

  it("is disconnected after a question: here and at the provider", async () => {
    const browser = await signedIn("leaves");
    const [path = ""] = accountsOn(await connected(browser));
    const question = await browser.open(`${stage.broker.base}${path}/disconnect`);
    expect(question.heading).toBe("Disconnect Meadow?");
    expect(accountsOn(await browser.open(home()))).toHaveLength(1);
    const after = await press(browser, question, "/disconnect");
    expect(after.text).toContain("Disconnected");
    expect(accountsOn(after)).toEqual([]);
    expect(await stage.get(`/api/accounts/${path.split("/").at(-1)}`)).toMatchObject({ status: 404 });
  });

  it("is connected again in place, and keeps its id", async () => {
    const browser = await signedIn("returns");
    const [path = ""] = accountsOn(await connected(browser));
    stage.provider.script((response) =>
      response.writeHead(400, { "content-type": "application/json" }).end('{"error":"invalid_grant"}'),
    );
    await stage.post(`/api/accounts/${path.split("/").at(-1)}/refresh`, { stale: 1 });
    stage.provider.script(undefined);
    const dead = await browser.open(home());
    expect(dead.text).toContain("Needs you");
    const page = await press(browser, dead, "/reconnect");
    await (await openWindow(browser, page)).finish();
    const after = await browser.open(page.url);
    expect(after.text).toContain("is connected again");
    expect(after.text).not.toContain("Needs you");
    expect(accountsOn(after)).toEqual([path]);
  });

  it("of another owner is as unknown as one that nobody has", async () => {
    const [path = ""] = accountsOn(await connected(await signedIn("ada")));
    const eve = await signedIn("eve");
    const own = await connected(eve);
    const nobodys = "/home/accounts/AAAAAAAAAAAAAAAAAAAAAA";
    for (const [account, rest] of [
      [path, "/disconnect"],
      [nobodys, "/disconnect"],
      ["/home/accounts/__proto__", "/disconnect"],
    ]) {
      const page = await eve.open(`${stage.broker.base}${account}${rest}`);
      expect(page).toMatchObject({ status: 404, heading: "This account is not here" });
    }
    for (const act of ["/disconnect", "/reconnect", "/runs/photos"]) {
      const form = fieldsOf(own, "/reconnect");
      expect(await eve.open(`${stage.broker.base}${path}${act}`, { form })).toMatchObject({ status: 404 });
    }
    expect(await stage.get(`/api/accounts/${path.split("/").at(-1)}`)).toMatchObject({ status: 200 });
  });
});

describe("a connector on the home page", () => {
  const connectors = [join(import.meta.dirname, "support", "notes-connector")];

  /** A stage with a connector, and somebody with an account there. */
  async function raiseConnector() {
    const own = await raiseAccounts(undefined, {}, { accounts: { connectors } });
    const { account } = await own.connect("ada");
    const browser = new UserAgent();
    const answer = await own.post("/api/owner-sessions", { owner: "ada" });
    const page = await browser.press(await browser.open(String(members(answer)["url"])), "continue");
    return { own, browser, page, path: `${own.broker.base}/home/accounts/${account}/runs` };
  }

  it("is on offer, is run, and its page shows what it said", async () => {
    const { own, browser, page, path } = await raiseConnector();
    await using _ = own;
    expect(page.text).toContain("Uses <bdi>Meadow</bdi>");
    expect(page.text).toContain("Has not run yet");
    const running = await press(browser, page, "/runs/meadow-notes");
    expect(running).toMatchObject({ url: `${path}/meadow-notes`, heading: "Meadow notes" });
    expect(running.text).toContain('data-live="running"');
    await expect
      .poll(async () => (await browser.open(running.url)).text, { timeout: 20_000 })
      .toContain("Succeeded");
    const ended = await browser.open(running.url);
    expect(ended.text).toContain("<bdi>Looking for notes</bdi>");
    expect(ended.text).toContain("<b>Warning:</b> <bdi>One note is empty</bdi>");
    expect((await browser.open(`${own.broker.base}/home`)).text).toContain("Succeeded");
  });

  it("begins an account with the scope that it needs", async () => {
    const { own, browser, page } = await raiseConnector();
    await using _ = own;
    const { nonce = "" } = fieldsOf(page, "/home/connect");
    const form = { connector: "meadow-notes", nonce };
    const waiting = await browser.open(`${own.broker.base}/home/connect`, { form });
    const leaving = await browser.open(windowOf(waiting), {
      headers: { "sec-fetch-site": "same-origin" },
      until: isAt(own.provider),
    });
    expect(new URL(leaving.location ?? "").searchParams.get("scope")).toBe("openid profile");
  });

  it("that nobody put on offer is not run, nor connected", async () => {
    const { own, browser, page, path } = await raiseConnector();
    await using _ = own;
    const { nonce = "" } = fieldsOf(page, "/home/connect");
    for (const slug of ["nothing", "__proto__", "..%2f"]) {
      expect(await browser.open(`${path}/${slug}`, { form: { nonce } })).toMatchObject({ status: 404 });
      const form = { connector: slug, nonce };
      const refused = await browser.open(`${own.broker.base}/home/connect`, { form });
      expect(refused.text).toContain("This cannot be connected here any more.");
    }
  });
});

describe("a form of the home page", () => {
  const acts = ["/connect", "/cancel", "/sign-out"];

  it("S5: cannot be pressed by another site, nor without its nonce, nor with another person's", async () => {
    const browser = await signedIn("ada");
    const page = await connected(browser);
    const [path = ""] = accountsOn(page);
    const { nonce = "" } = fieldsOf(page, "/home/connect");
    const foreign = fieldsOf(await (await signedIn("eve")).open(home()), "/home/connect")["nonce"] ?? "";
    for (const act of [...acts, `${path.slice(5)}/disconnect`, `${path.slice(5)}/reconnect`]) {
      for (const proof of ["", "x", foreign]) {
        const pressed = await browser.open(home(act), { form: { provider: "meadow", nonce: proof } });
        expect(pressed).toMatchObject({ status: 403, heading: "This button can’t be used" });
      }
      const crossSite = await browser.open(home(act), {
        form: { provider: "meadow", nonce },
        crossSite: true,
      });
      expect(crossSite).toMatchObject({ status: 403, heading: "You are not signed in here" });
    }
    expect(accountsOn(await browser.open(home()))).toContain(path);
  });

  it("is posted: a link changes nothing", async () => {
    for (const act of acts) expect(await send(home(act))).toMatchObject({ status: 405 });
  });

  it("S9: is refused when it is huge", async () => {
    const browser = await signedIn("ada");
    const form = {
      ...fieldsOf(await browser.open(home()), "/home/connect"),
      "input.shop": "x".repeat(20_000),
    };
    expect(await browser.open(home("/connect"), { form })).toMatchObject({ status: 413 });
  });
});
