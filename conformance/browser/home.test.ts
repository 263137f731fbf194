import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Page as Tab } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchChromium } from "./chromium.ts";
import { lowestContrast } from "./looks.ts";
import { type Scene, setScene } from "./scene.ts";

let browser: Browser;
let context: BrowserContext;
let scene: Scene;
/** Every request of every tab, and every complaint of their consoles. */
let asked: URL[];
let complaints: string[];

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

beforeEach(async () => {
  scene = await setScene({
    accounts: { connectors: [join(import.meta.dirname, "..", "support", "notes-connector")] },
  });
});
afterEach(async () => {
  await context.close();
  await scene.close();
});

/** The home page of somebody who has just signed in. */
async function openHome(options: BrowserContextOptions = {}): Promise<Tab> {
  context = await browser.newContext(options);
  asked = [];
  complaints = [];
  context.on("request", (request) => asked.push(new URL(request.url())));
  context.on("console", (message) => complaints.push(message.text()));
  const tab = await context.newPage();
  await tab.goto(await scene.signInLink("ada"));
  await press(tab, "Continue");
  await tab.waitForURL(`${scene.willcall}/home`);
  return tab;
}

const press = (tab: Tab, name: string): Promise<void> => tab.getByRole("button", { name }).first().click();
const said = (tab: Tab, text: string): Promise<void> => tab.getByText(text).first().waitFor();

/** What the page says of the attempt that it follows. */
const outcome = async (tab: Tab): Promise<string> => (await tab.locator("#attempt h2").textContent()) ?? "";

/** The window that opens by what `act` does. */
async function windowBy(act: () => Promise<unknown>): Promise<Tab> {
  const opened = context.waitForEvent("page");
  await act();
  return opened;
}

/** Connects an account: the window opens, asks, and closes. */
async function connect(tab: Tab): Promise<void> {
  const popup = await windowBy(() => press(tab, "Connect: Meadow ID"));
  const closed = popup.waitForEvent("close");
  await press(popup, "Allow");
  await closed;
  await said(tab, "Meadow ID is connected");
}

describe("the home page in a browser", () => {
  test("S8: connects in a window that opens by itself and closes, and asks nobody else for anything", async () => {
    const tab = await openHome();
    const popup = await windowBy(() => press(tab, "Connect: Meadow ID"));
    await said(tab, "Log in to Meadow ID");
    await popup.getByRole("button", { name: "Allow" }).waitFor();
    expect(await popup.evaluate("window.opener")).toBe(null);
    const closed = popup.waitForEvent("close");
    await press(popup, "Allow");
    await said(tab, "Meadow ID is connected");
    await closed;
    await tab.getByRole("heading", { name: "Ada Lovelace" }).waitFor();
    expect(new Set(asked.map(({ origin }) => origin))).toEqual(new Set([scene.willcall, scene.provider]));
    expect(complaints).toEqual([]);
    expect(scene.events).toContain("account.connected");
    expect(scene.events).not.toContain("login.confirm_shown");
  });

  test("disconnects after a question, and connects again", async () => {
    const tab = await openHome();
    await connect(tab);
    // The provider knows her by now, and asks no more.
    await press(tab, "Reconnect: Ada Lovelace, Meadow ID");
    await said(tab, "Meadow ID is connected again");
    await tab.getByRole("link", { name: "Disconnect: Ada Lovelace, Meadow ID" }).click();
    await tab.getByRole("heading", { name: "Disconnect Meadow ID?" }).waitFor();
    await press(tab, "Disconnect");
    await said(tab, "its access has ended at the provider, too");
    await said(tab, "Nothing is connected yet");
    await connect(tab);
    expect(await outcome(tab)).toBe("Meadow ID is connected");
  });

  test("gives a link where the browser blocks the window", async () => {
    const tab = await openHome();
    await tab.evaluate("window.open = () => null");
    await press(tab, "Connect: Meadow ID");
    const popup = await windowBy(() => tab.getByRole("link", { name: "Open the window" }).click());
    await press(popup, "Allow");
    await expect.poll(() => outcome(tab)).toBe("Meadow ID is connected");
  });

  test("opens the window again when it was closed", async () => {
    const tab = await openHome();
    const closed = await windowBy(() => press(tab, "Connect: Meadow ID"));
    await said(tab, "Log in to Meadow ID");
    await closed.close();
    const popup = await windowBy(() => tab.getByRole("link", { name: "Open the window" }).click());
    await press(popup, "Allow");
    await expect.poll(() => outcome(tab)).toBe("Meadow ID is connected");
  });

  test("says that access was refused", async () => {
    const tab = await openHome();
    const popup = await windowBy(() => press(tab, "Connect: Meadow ID"));
    await press(popup, "Refuse");
    await expect.poll(() => outcome(tab)).toBe("No access was given");
    await said(tab, "Nothing is connected yet");
  });

  test("works without scripts", async () => {
    const tab = await openHome({ javaScriptEnabled: false });
    await press(tab, "Connect: Meadow ID");
    const popup = await windowBy(() => tab.getByRole("link", { name: "Open the window" }).click());
    await press(popup, "Allow");
    await said(popup, "You are logged in");
    await said(tab, "Meadow ID is connected");
    expect(await outcome(tab)).toBe("Meadow ID is connected");
    await tab.getByRole("link", { name: "Disconnect: Ada Lovelace, Meadow ID" }).click();
    await press(tab, "Disconnect");
    await said(tab, "Nothing is connected yet");
  });

  test("works by the keyboard alone, and keeps the focus while it goes on", async () => {
    const tab = await openHome();
    await tab.getByRole("button", { name: "Connect: Meadow ID" }).focus();
    const popup = await windowBy(() => tab.keyboard.press("Enter"));
    const link = tab.getByRole("link", { name: "Open the window" });
    await link.waitFor();
    await tab.bringToFront();
    await link.focus();
    await press(popup, "Refuse");
    await said(tab, "No access was given");
    await tab.keyboard.press("Tab");
    expect(await tab.evaluate("document.activeElement.matches('a[href], button, summary')")).toBe(true);
  });

  test("runs a connector, and shows what it says while it runs", async () => {
    const tab = await openHome();
    await connect(tab);
    await press(tab, "Run now: Meadow notes");
    await said(tab, "Looking for notes");
    await said(tab, "Running");
    await said(tab, "One note is empty");
    await said(tab, "Succeeded");
    await tab.getByRole("button", { name: "Run now" }).waitFor();
    await tab.getByRole("link", { name: "Back to your accounts" }).click();
    await said(tab, "Reconnect");
    expect(await tab.getByRole("link", { name: "Log: Meadow notes" }).count()).toBe(1);
  });

  test("signed out elsewhere, it says so instead of going on", async () => {
    const tab = await openHome();
    await context.clearCookies();
    await press(tab, "Connect: Meadow ID");
    await expect.poll(() => tab.getByRole("heading").textContent()).toBe("You are not signed in here");
  });
});

const looks = (["light", "dark"] as const).flatMap((colorScheme) =>
  [320, 1100].map((width) => ({ colorScheme, width })),
);

describe.each(looks)("in $colorScheme, $width wide", ({ colorScheme, width }) => {
  /** To be looked at; overwritten by the next run. */
  const screenshots = join(tmpdir(), "willcall-pages");

  test("every page of it fits, is readable, and breaks no policy", async () => {
    mkdirSync(screenshots, { recursive: true });
    const tab = await openHome({ colorScheme, viewport: { width, height: 800 }, reducedMotion: "reduce" });
    const look = async (name: string): Promise<void> => {
      expect(await tab.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      expect(await tab.evaluate(lowestContrast)).toBeGreaterThanOrEqual(4.5);
      const path = join(screenshots, `home-${name}-${colorScheme}-${width}.png`);
      await tab.screenshot({ path, fullPage: true });
    };
    await look("empty");
    const popup = await windowBy(() => press(tab, "Connect: Meadow ID"));
    await said(tab, "Log in to Meadow ID");
    await look("waiting");
    await press(popup, "Allow");
    await said(tab, "Meadow ID is connected");
    await look("connected");
    await press(tab, "Run now: Meadow notes");
    await said(tab, "Succeeded");
    await look("run");
    await tab.goto(`${scene.willcall}/home`);
    await tab.getByRole("link", { name: "Disconnect: Ada Lovelace, Meadow ID" }).click();
    await look("disconnect");
    expect(complaints).toEqual([]);
  });
});
