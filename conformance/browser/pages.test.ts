import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page as Tab } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Page } from "../../packages/willcall/src/pages/page.ts";
import { renderPage } from "../../packages/willcall/src/pages/render.ts";
import { launchChromium } from "./chromium.ts";
import { lowestContrast } from "./looks.ts";

const address = "http://willcall.test/redirect";
const facts = { language: "en", app: "Fieldnotes", provider: "Meadow ID" };
const form = { action: "/login", fields: { ticket: "t1cket", nonce: "n0nce" } };
const confirm: Page = {
  ...facts,
  kind: "confirm",
  form,
  scopes: ["notes.read", "profile"],
  startedAt: 0,
  now: 130_000,
  startedBy: "https://plugin.example",
  startedNear: "203.0.113.9",
};
const pages: Page[] = [
  confirm,
  {
    ...confirm,
    userCode: "BCDF-GHJK",
    app: "W".repeat(200),
    scopes: Array.from({ length: 40 }, () => "x".repeat(300)),
  },
  { ...confirm, language: "fr" },
  { ...facts, kind: "device", form, entered: "", problem: null },
  { ...facts, kind: "device", form, entered: "BCDF-GHJK", problem: "wrong" },
  { ...facts, kind: "sign_in", form, owner: "ada" },
  { ...facts, kind: "sign_in_declined" },
  { ...facts, kind: "leaving", to: `${address}?left` },
  { ...facts, kind: "done" },
  { ...facts, kind: "finished" },
  { ...facts, kind: "cancelled" },
  { ...facts, kind: "denied" },
  { ...facts, kind: "failed", reason: "provider_down", retry: form },
  { ...facts, kind: "failed", reason: "misconfigured", retry: null },
  { ...facts, kind: "expired" },
  { ...facts, kind: "second_browser" },
  { ...facts, kind: "no_cookie" },
  { ...facts, kind: "error", code: "unknown_state" },
];

/** Those that stay where they are. */
const resting = pages.filter(({ kind }) => kind !== "leaving" && kind !== "done");

let browser: Browser;
/** To be looked at; overwritten by the next run. */
const screenshots = join(tmpdir(), "willcall-pages");

beforeAll(async () => {
  browser = await launchChromium();
  mkdirSync(screenshots, { recursive: true });
});
afterAll(() => browser.close());

/** Shows a page as the broker would serve it; whatever else the page asks for is answered with nothing and noted. */
async function show(tab: Tab, page: Page): Promise<{ asked: string[]; complaints: string[] }> {
  const { html, csp } = renderPage(page);
  const asked: string[] = [];
  const complaints: string[] = [];
  const headers = { "Content-Security-Policy": csp };
  tab.removeAllListeners("console");
  tab.on("console", (message) => complaints.push(message.text()));
  await tab.unroute("**/*");
  await tab.route("**/*", (route) => {
    const url = route.request().url();
    asked.push(url);
    return url.includes("?code=")
      ? route.fulfill({ body: html, contentType: "text/html; charset=utf-8", headers })
      : route.fulfill({ body: "elsewhere" });
  });
  await tab.goto(`${address}?code=c0de&state=st4te`, {
    waitUntil: page.kind === "leaving" ? "commit" : "load",
  });
  return { asked, complaints };
}

const looks = (["light", "dark"] as const).flatMap((colorScheme) =>
  [320, 480, 1200].map((width) => ({ colorScheme, width })),
);

describe.each(looks)("in $colorScheme, $width wide", ({ colorScheme, width }) => {
  let tab: Tab;
  beforeAll(async () => {
    tab = await browser.newPage({ colorScheme, viewport: { width, height: 760 } });
  });
  afterAll(() => tab.close());

  test.each(resting)(
    "the page $kind fits, is readable, loads nothing else and breaks no policy",
    async (page) => {
      const { asked, complaints } = await show(tab, page);
      expect(asked).toEqual([`${address}?code=c0de&state=st4te`]);
      expect(complaints).toEqual([]);
      expect(await tab.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      expect(await tab.evaluate(lowestContrast)).toBeGreaterThanOrEqual(4.5);
      const name = `${page.kind}-${pages.indexOf(page)}-${colorScheme}-${width}.png`;
      await tab.screenshot({ path: join(screenshots, name), fullPage: true });
    },
  );
});

describe("the pages' script and form", () => {
  let tab: Tab;
  beforeAll(async () => {
    tab = await browser.newPage();
  });
  afterAll(() => tab.close());

  test("S4: code and state leave the address bar and the history", async () => {
    await show(tab, { ...facts, kind: "finished" });
    expect(tab.url()).toBe(address);
  });

  test("leaving goes on by itself", async () => {
    await show(tab, { ...facts, kind: "leaving", to: `${address}?left` });
    await tab.waitForURL(`${address}?left`);
    expect(await tab.textContent("body")).toBe("elsewhere");
  });

  test.each(["cancel", "continue"] as const)("the keyboard alone can %s", async (action) => {
    await show(tab, confirm);
    await tab.keyboard.press("Tab");
    if (action === "continue") await tab.keyboard.press("Tab");
    const posted = tab.waitForRequest((request) => request.method() === "POST");
    await tab.keyboard.press("Enter");
    const sent = new URLSearchParams((await posted).postData() ?? "");
    expect(Object.fromEntries(sent)).toEqual({ ticket: "t1cket", nonce: "n0nce", action });
  });

  test("Enter alone presses nothing: no button has the focus at first", async () => {
    await show(tab, confirm);
    await tab.keyboard.press("Enter");
    expect(await tab.evaluate(() => document.activeElement === document.body)).toBe(true);
    expect(tab.url()).toBe(address);
  });

  test("a screen reader finds a main landmark, one heading and named buttons", async () => {
    await show(tab, confirm);
    const main = tab.getByRole("main");
    expect(await main.getByRole("heading", { level: 1 }).allTextContents()).toEqual(["Log in to Meadow ID?"]);
    expect(await main.getByRole("button").allTextContents()).toEqual(["Cancel", "Continue"]);
    expect(await main.getByRole("listitem").allTextContents()).toEqual(["notes.read", "profile"]);
  });

  test("Cancel and Continue are equally large", async () => {
    await show(tab, confirm);
    const [cancel, proceed] = await Promise.all(
      ["Cancel", "Continue"].map((name) => tab.getByRole("button", { name }).boundingBox()),
    );
    expect(cancel?.height).toBe(proceed?.height);
    expect(cancel?.width).toBeCloseTo(proceed?.width ?? 0, 0);
  });

  test("S8: no page of anybody may frame ours", async () => {
    const { html, csp } = renderPage(confirm);
    await tab.route("**/*", (route) =>
      route.request().url().endsWith("/framed")
        ? route.fulfill({ body: html, contentType: "text/html", headers: { "Content-Security-Policy": csp } })
        : route.fulfill({ body: `<iframe src="${address}/framed"></iframe>`, contentType: "text/html" }),
    );
    await tab.goto("http://evil.test/");
    expect(await tab.frames()[1]?.getByRole("button").count()).toBe(0);
  });
});
