import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Accounts, raiseAccounts } from "./support/accounts.ts";
import { members, send } from "./support/http.ts";
import { limitedToken } from "./support/operator-token.ts";
import { UserAgent } from "./support/user-agent.ts";

const APP = "https://fieldnotes.example";
const MINUTE = 60_000;

let stage: Accounts;
beforeAll(async () => {
  stage = await raiseAccounts();
});
afterAll(() => stage[Symbol.asyncDispose]());

/** A link that signs `owner` in. */
async function link(more: object = {}): Promise<string> {
  const answer = await stage.post("/api/owner-sessions", { owner: "ada", ...more });
  expect(answer).toMatchObject({ status: 201 });
  return String(members(answer)["url"]);
}

const isElsewhere = (url: string): boolean => !url.includes("/session");

/** Opens a link up to where it leads. */
const open = (url: string, browser = new UserAgent(), referer?: string, headers = {}) =>
  browser.open(url, { referer, headers, until: isElsewhere });

const isSignedIn = (browser: UserAgent): boolean => browser.cookies(stage.broker.base).has("wco");

describe("a link that signs a browser in", () => {
  it("E: is made by the operator, and works at once from the page that was named", async () => {
    const browser = new UserAgent();
    const page = await open(await link({ origin: APP, return_to: `${APP}/settings` }), browser, `${APP}/`);
    expect(page).toMatchObject({ status: 303, location: `${APP}/settings` });
    expect(isSignedIn(browser)).toBe(true);
  });

  it("leads to the home page unless it says otherwise", async () => {
    const page = await open(await link({ origin: APP }), new UserAgent(), `${APP}/`);
    expect(page.location).toBe(`${stage.broker.base}/home`);
  });

  it("S5: asks first from anywhere else, and says who would be signed in", async () => {
    for (const [referer, headers] of [
      ["https://evil.example/", { "sec-fetch-site": "cross-site" }],
      [undefined, { "sec-fetch-site": "none" }],
      [`${APP}/`, { "sec-purpose": "prefetch" }],
    ] as const) {
      const browser = new UserAgent();
      const page = await open(await link({ origin: APP }), browser, referer, headers);
      expect(page).toMatchObject({ status: 200, heading: "Use Fieldnotes in this browser?" });
      expect(page.text).toContain("ada");
      expect(isSignedIn(browser)).toBe(false);
    }
  });

  it("S5: asks a link that names no page, wherever it is opened, and after two minutes everywhere", async () => {
    expect(await open(await link(), new UserAgent(), `${APP}/`)).toMatchObject({ status: 200 });
    const late = await link({ origin: APP });
    stage.broker.advance?.(2 * MINUTE + 1);
    expect(await open(late, new UserAgent(), `${APP}/`)).toMatchObject({ status: 200 });
  });

  it("signs in after Continue", async () => {
    const browser = new UserAgent();
    const page = await browser.press(await open(await link(), browser), "continue", { until: isElsewhere });
    expect(page).toMatchObject({ status: 303, location: `${stage.broker.base}/home` });
    expect(isSignedIn(browser)).toBe(true);
  });

  it("leads elsewhere by a page after Continue, which no form-action can break", async () => {
    const browser = new UserAgent();
    const page = await browser.press(await open(await link({ return_to: `${APP}/x` }), browser), "continue");
    expect(page).toMatchObject({ status: 200, onward: `${APP}/x` });
  });

  it("works no more after Cancel", async () => {
    const browser = new UserAgent();
    const url = await link({ origin: APP });
    expect((await browser.press(await open(url, browser), "cancel")).heading).toBe("You are not signed in");
    expect(await open(url, browser, `${APP}/`)).toMatchObject({ status: 400 });
    expect(isSignedIn(browser)).toBe(false);
  });

  it("works once, in whichever browser it was opened", async () => {
    const url = await link({ origin: APP });
    const opened = [1, 2, 3].map(() => open(url, new UserAgent(), `${APP}/`));
    const statuses = (await Promise.all(opened)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 303)).toHaveLength(1);
    expect(statuses.filter((status) => status === 400)).toHaveLength(2);
  });

  it("S7: works for ten minutes", async () => {
    const url = await link();
    stage.broker.advance?.(10 * MINUTE);
    expect(await open(url)).toMatchObject({ status: 400 });
  });

  it("S3: is refused when it is forged, changed or missing, with one answer", async () => {
    const url = await link();
    const base = `${stage.broker.base}/session`;
    const wrong = [
      base,
      `${base}?code=`,
      `${base}?code=AAAA`,
      `${url}A`,
      `${base}?code=${"A".repeat(5_001)}`,
    ];
    const pages = await Promise.all(wrong.map((each) => open(each)));
    expect(new Set(pages.map(({ status, heading }) => `${status} ${heading}`)).size).toBe(1);
    expect(pages[0]?.status).toBe(400);
  });

  it("S5: cannot be confirmed by a foreign page's form, nor in another browser", async () => {
    const page = await open(await link());
    const foreign = await new UserAgent().press(page, "continue");
    expect(foreign.status).toBe(403);
  });

  it("S4: is in no log line", async () => {
    const url = await link({ origin: APP });
    await open(url, new UserAgent(), `${APP}/`);
    expect(stage.broker.logs.join()).not.toContain(new URL(url).searchParams.get("code"));
  });

  it("S1: is made by no token that may not sign people in: whoever is signed in reads tokens", async () => {
    const token = await limitedToken(stage.broker, "accounts:read", "accounts:write");
    const answer = await send(`${stage.broker.base}/api/owner-sessions`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: '{"owner":"ada"}',
    });
    expect(answer).toMatchObject({ status: 403 });
    expect(members(answer)).toMatchObject({ error: "insufficient_scope" });
  });

  it("names people and places within limits", async () => {
    for (const wrong of [
      { owner: "" },
      { owner: "x".repeat(129) },
      { return_to: "javascript:alert(1)" },
      { to: 1 },
    ])
      expect(await stage.post("/api/owner-sessions", { owner: "ada", ...wrong })).toMatchObject({
        status: 400,
      });
  });
});

describe("the cookie of a browser that is signed in", () => {
  it("S1: is for this host, this browser and a week, out of scripts' reach, and says nothing", async () => {
    const page = await open(await link({ origin: APP }), new UserAgent(), `${APP}/`);
    const cookie = String(page.headers["set-cookie"]);
    expect(cookie).toMatch(/^wco=[\w-]+; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax$/);
    expect(Buffer.from(cookie.slice(4, cookie.indexOf(";")), "base64url").toString("latin1")).not.toContain(
      "ada",
    );
  });
});
