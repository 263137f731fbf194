import type { Browser, BrowserContext, Frame, Page as Tab } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchChromium } from "./chromium.ts";
import { type Scene, type SceneOptions, setScene } from "./scene.ts";

let browser: Browser;
let context: BrowserContext;
let scene: Scene;
/** Every request of every tab. */
let asked: URL[];

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

beforeEach(async () => {
  context = await browser.newContext();
  asked = [];
  context.on("request", (request) => asked.push(new URL(request.url())));
});
afterEach(async () => {
  await context.close();
  await scene.close();
});

/** A page in an iframe of somebody's page, as an editor shows a plugin. */
async function inFrame(address: string, sandbox?: string): Promise<Frame> {
  const limits = sandbox === undefined ? "" : `sandbox="${sandbox}"`;
  const editor = await scene.page(`<iframe src="${address}" width="320" height="400" ${limits}></iframe>`);
  const tab = await context.newPage();
  await tab.goto(editor);
  const [, frame] = tab.frames();
  if (frame === undefined) throw new Error("the page shows no frame");
  return frame;
}

/** The demo's plugin in an iframe. */
async function openPlugin(options: SceneOptions = {}): Promise<Frame> {
  scene = await setScene(options);
  return inFrame(scene.plugin);
}

/** Presses the plugin's button; resolves to the window that opens. */
async function pressLogIn(plugin: Frame): Promise<Tab> {
  const opened = context.waitForEvent("page");
  await plugin.getByRole("button", { name: "Log in" }).click();
  return opened;
}

/** What an attacker does: begin a login, keep the read key, and send the link. */
async function lure(): Promise<{ url: string; readKey: string }> {
  const begun = await fetch(`${scene.willcall}/authorize`, { method: "POST" });
  return (await begun.json()) as { url: string; readKey: string };
}

const poll = (readKey: string) => fetch(`${scene.willcall}/poll?readKey=${readKey}`, { method: "POST" });
const providerWasAsked = (): boolean => asked.some(({ origin }) => origin === scene.provider);
const loggedIn = (plugin: Frame): Promise<unknown> => plugin.getByText("You are logged in.").waitFor();
const press = (tab: Tab, name: string): Promise<void> => tab.getByRole("button", { name }).click();
const heading = (tab: Tab): Promise<string | null> => tab.getByRole("heading", { level: 1 }).textContent();

describe("a plugin in an iframe", () => {
  test("S5, A6: logs in silently, and the window closes itself", async () => {
    const plugin = await openPlugin();
    const popup = await pressLogIn(plugin);
    const closed = popup.waitForEvent("close");
    await press(popup, "Allow");
    await loggedIn(plugin);
    await closed;
    expect(await plugin.locator("dt").allTextContents()).toContain("refresh_token");
    expect(scene.events).toContain("login.taken");
    expect(scene.events).not.toContain("login.confirm_shown");
  });

  test("A9: refreshes with its handle, and gets another", async () => {
    const plugin = await openPlugin();
    await press(await pressLogIn(plugin), "Allow");
    await loggedIn(plugin);
    const handle = () => plugin.locator("dt:text-is('refresh_token') + dd").textContent();
    const first = await handle();
    const answered = plugin.page().waitForResponse((response) => response.url().includes("/refresh"));
    await plugin.getByRole("button", { name: "Refresh" }).click();
    expect((await answered).status()).toBe(200);
    await loggedIn(plugin);
    await expect.poll(handle).not.toBe(first);
  });

  test("S4: the callback's code and state leave the address bar", async () => {
    const plugin = await openPlugin();
    const popup = await pressLogIn(plugin);
    await press(popup, "Refuse");
    await popup.getByText("No access was given").waitFor();
    expect(popup.url()).toBe(`${scene.willcall}/redirect`);
  });

  test("A8: learns that access was refused", async () => {
    const plugin = await openPlugin();
    await press(await pressLogIn(plugin), "Refuse");
    await plugin.getByText("Access was denied").waitFor();
    expect(scene.events).toContain("login.denied");
  });

  test("works with a provider that cuts the window off (COOP same-origin)", async () => {
    const plugin = await openPlugin({ providerHeaders: { "cross-origin-opener-policy": "same-origin" } });
    const popup = await pressLogIn(plugin);
    await press(popup, "Allow");
    await loggedIn(plugin);
    expect(scene.events).not.toContain("login.confirm_shown");
  });

  test("S8: nobody but the plugin, Willcall and the provider is asked for anything", async () => {
    const plugin = await openPlugin();
    await press(await pressLogIn(plugin), "Allow");
    await loggedIn(plugin);
    const editor = new URL(plugin.page().url()).origin;
    const origins = new Set(asked.map(({ origin }) => origin));
    expect([...origins].sort()).toEqual([editor, scene.plugin, scene.provider, scene.willcall].sort());
  });
});

/** A plugin for a frame without an origin, where there are no modules and no storage. */
const plainPlugin = (willcall: string): string => `<button>Log in</button><output></output><script>
  const say = (text) => { document.querySelector("output").textContent = text; };
  async function logIn() {
    const { url, readKey } = await (await fetch("${willcall}/authorize", { method: "POST" })).json();
    open(url);
    for (;;) {
      const answer = await fetch("${willcall}/poll?wait=25&readKey=" + readKey, { method: "POST" });
      if (answer.status === 200) return say((await answer.json()).token_type);
    }
  }
  document.querySelector("button").onclick = () => logIn().catch(() => say("refused"));
</script>`;

async function openSandboxed(app: object): Promise<Frame> {
  scene = await setScene({ app });
  const sandbox = "allow-scripts allow-popups allow-popups-to-escape-sandbox";
  return inFrame(await scene.page(plainPlugin(scene.willcall)), sandbox);
}

describe("a sandboxed plugin without an origin", () => {
  test("A12, S5: may log in where the app allows it, after a confirmation", async () => {
    const plugin = await openSandboxed({ origins: ["null"] });
    const popup = await pressLogIn(plugin);
    expect(await heading(popup)).toBe("Log in to Meadow ID?");
    await press(popup, "Continue");
    await press(popup, "Allow");
    await plugin.getByText("Bearer").waitFor();
    expect(scene.events).toContain("login.taken");
  });

  test("A12: is refused where the app does not", async () => {
    const plugin = await openSandboxed({});
    await plugin.getByRole("button", { name: "Log in" }).click();
    await plugin.getByText("refused").waitFor();
    const outside = await fetch(`${scene.willcall}/authorize`, {
      method: "POST",
      headers: { origin: "null" },
    });
    expect(outside.status).toBe(403);
  });
});

describe("S5: a link that somebody sent", () => {
  beforeEach(async () => {
    scene = await setScene();
  });

  test("asks before anything happens, and Cancel ends the login for whoever sent it", async () => {
    const { url, readKey } = await lure();
    const tab = await context.newPage();
    await tab.goto(await scene.page(`<a href="${url}">Look at this!</a>`));
    await tab.getByRole("link").click();
    expect(await heading(tab)).toBe("Log in to Meadow ID?");
    expect(await tab.getByText("Continue only if you started this yourself").count()).toBe(1);
    await press(tab, "Cancel");
    await tab.getByText("Login cancelled").waitFor();
    expect((await poll(readKey)).status).toBe(410);
    expect(providerWasAsked()).toBe(false);
  });

  test("asks when it is typed or comes from a mail program", async () => {
    const { url } = await lure();
    const tab = await context.newPage();
    await tab.goto(url);
    expect(await heading(tab)).toBe("Log in to Meadow ID?");
    expect(providerWasAsked()).toBe(false);
  });

  test("asks when the attacker's page opens it as a window", async () => {
    const { url } = await lure();
    const tab = await context.newPage();
    await tab.goto(await scene.page(`<button onclick="window.open('${url}')">Play</button>`));
    const opened = context.waitForEvent("page");
    await press(tab, "Play");
    expect(await heading(await opened)).toBe("Log in to Meadow ID?");
  });

  test("can't be confirmed by a foreign page", async () => {
    const { url } = await lure();
    const ticket = new URL(url).searchParams.get("ticket");
    const tab = await context.newPage();
    const form = `<form method="post" action="${scene.willcall}/login"><input name="ticket" value="${ticket}"><input name="nonce" value="guess"><input name="action" value="continue"></form><script>document.forms[0].submit()</script>`;
    await tab.goto(url);
    await tab.goto(await scene.page(form));
    await tab.getByText("This button can’t be used").waitFor();
    expect(providerWasAsked()).toBe(false);
  });

  test("is confirmed with the keyboard alone, and then works", async () => {
    const { url, readKey } = await lure();
    const tab = await context.newPage();
    await tab.goto(url);
    await tab.keyboard.press("Tab");
    await tab.keyboard.press("Tab");
    await tab.keyboard.press("Enter");
    await press(tab, "Allow");
    await tab.getByText("You are logged in").first().waitFor();
    expect((await poll(readKey)).status).toBe(200);
  });
});

describe("Try again", () => {
  test("repeats a failed login while the plugin keeps waiting", async () => {
    const plugin = await openPlugin({ failures: 1 });
    const popup = await pressLogIn(plugin);
    await press(popup, "Allow");
    await popup.getByText("Meadow ID could not log you in").waitFor();
    await press(popup, "Try again");
    await loggedIn(plugin);
    expect(scene.events.filter((event) => event === "login.retry")).toHaveLength(1);
    expect(scene.events.filter((event) => event === "login.taken")).toHaveLength(1);
  });
});
