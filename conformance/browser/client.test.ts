import { join } from "node:path";
import { build } from "esbuild";
import type { Browser, BrowserContext, Frame, Page as Tab } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Client } from "../../packages/client/src/index.ts";
import { launchChromium } from "./chromium.ts";
import { type Scene, type SceneOptions, setScene } from "./scene.ts";

declare global {
  interface Window {
    client: Client;
    /** When each state came, in milliseconds since the epoch. */
    seen: { status: string; at: number }[];
  }
}

/** An API that knows every token but the first. */
const api = "https://api.meadow.example/";

/** A plugin made with the client: a button, the state, and the link that a host without windows needs. */
async function pluginPage(willcall: string): Promise<string> {
  const source = `
    import { createClient } from "./index.ts";
    window.seen = [];
    window.client = createClient({ broker: ${JSON.stringify(willcall)}, hosts: ["api.meadow.example"] });
    const show = (state) => {
      window.seen.push({ status: state.status, at: Date.now() });
      document.querySelector("output").textContent = JSON.stringify(state);
      document.querySelector("a").href = state.url ?? "";
    };
    window.client.subscribe(show);
    document.querySelector("button").onclick = () => void window.client.login();`;
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: join(import.meta.dirname, "../../packages/client/src") },
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    write: false,
  });
  const script = outputFiles[0]?.text ?? "";
  return `<!doctype html><title>Plugin</title><button>Log in</button><output></output><a target="_blank">link</a><script>${script}</script>`;
}

let browser: Browser;
let context: BrowserContext;
let scene: Scene;
let address: string;
/** Requests to the broker, as "POST /token". */
let asked: string[];

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

beforeEach(async () => {
  context = await browser.newContext();
  asked = [];
});
afterEach(async () => {
  await context.close();
  await scene.close();
});

/** Sets the scene and opens the plugin in a tab of its own. */
async function openPlugin(options: SceneOptions = {}, prepare?: () => void): Promise<Tab> {
  scene = await setScene(options);
  address = await scene.page(await pluginPage(scene.willcall));
  context.on("request", (request) => {
    const { origin, pathname } = new URL(request.url());
    if (origin === scene.willcall) asked.push(`${request.method()} ${pathname.replace(/[\w-]{22}$/, "…")}`);
  });
  if (prepare) await context.addInitScript(prepare);
  return openTab();
}

async function openTab(): Promise<Tab> {
  const tab = await context.newPage();
  await tab.goto(address);
  await tab.evaluate(() => window.client.ready);
  return tab;
}

const press = (tab: Tab, name: string): Promise<void> => tab.getByRole("button", { name }).click();
const state = async (tab: Tab | Frame): Promise<unknown> =>
  JSON.parse(await tab.evaluate(() => JSON.stringify(window.client.state)));
const token = (tab: Tab) => tab.evaluate(() => window.client.getAccessToken());
const count = (what: string) => asked.filter((one) => one === what).length;

/** Presses the plugin's button; resolves to the window that opens. */
async function pressLogIn(tab: Tab): Promise<Tab> {
  const opened = context.waitForEvent("page");
  await press(tab, "Log in");
  return opened;
}

/** A plugin whose user has logged in. */
async function loggedIn(options?: SceneOptions): Promise<Tab> {
  const tab = await openPlugin(options);
  await press(await pressLogIn(tab), "Allow");
  await expect.poll(() => state(tab)).toMatchObject({ status: "signed-in" });
  return tab;
}

/** Makes every stored record an hour older than it can be. */
const age = (tab: Tab) =>
  tab.evaluate(() => {
    for (const key of Object.keys(localStorage)) {
      const record = JSON.parse(localStorage.getItem(key) ?? "{}");
      localStorage.setItem(key, JSON.stringify({ ...record, at: record.at - 2 * 3_600_000 }));
    }
  });

describe("the client in Chromium", () => {
  test("logs in silently with two requests, and the window closes itself", async () => {
    const tab = await openPlugin();
    const popup = await pressLogIn(tab);
    const closed = popup.waitForEvent("close");
    await press(popup, "Allow");
    await expect.poll(() => state(tab)).toMatchObject({ status: "signed-in", provider: "meadow" });
    await closed;
    expect(await token(tab)).not.toBe("");
    expect(count("GET /login")).toBe(1);
    expect(count("GET /pickup/…")).toBe(1);
    expect(scene.events).not.toContain("login.confirm_shown");
  });

  test("is signed in as soon as the provider has approved", async () => {
    const tab = await openPlugin();
    const waits: number[] = [];
    for (let round = 0; round < 5; round++) {
      const popup = await pressLogIn(tab);
      const callback = context.waitForEvent("request", (request) => request.url().includes("/redirect?"));
      await press(popup, "Allow");
      const answered = await (await callback).response();
      const { startTime } = answered?.request().timing() ?? { startTime: 0 };
      await expect.poll(() => state(tab)).toMatchObject({ status: "signed-in" });
      const at = await tab.evaluate(
        () => window.seen.findLast(({ status }) => status === "signed-in")?.at ?? 0,
      );
      waits.push(at - startTime);
      await tab.evaluate(() => window.client.logout());
      // The provider forgets who this is, and asks again.
      await context.clearCookies();
    }
    const median = waits.sort((a, b) => a - b)[2] ?? Number.NaN;
    console.log(
      `from the provider's approval to signed-in: median ${median.toFixed(0)} ms, exchange included`,
    );
    expect(waits).toHaveLength(5);
  });

  test("learns of a refusal", async () => {
    const tab = await openPlugin();
    await press(await pressLogIn(tab), "Refuse");
    await expect.poll(() => state(tab)).toMatchObject({ status: "error", error: { code: "access_denied" } });
  });

  test("takes a closed window for a hint: the same login opens again", async () => {
    const tab = await openPlugin();
    const popup = await pressLogIn(tab);
    await popup.getByRole("button", { name: "Allow" }).waitFor();
    await popup.close();
    await expect
      .poll(async () => {
        await tab.evaluate(() => window.dispatchEvent(new Event("focus")));
        return state(tab);
      })
      .toMatchObject({ status: "waiting", closed: true });
    await press(await pressLogIn(tab), "Allow");
    await expect.poll(() => state(tab)).toMatchObject({ status: "signed-in" });
  });

  test("goes on after a reload", async () => {
    const tab = await openPlugin();
    const popup = await pressLogIn(tab);
    await popup.getByRole("button", { name: "Allow" }).waitFor();
    await tab.reload();
    await expect.poll(() => state(tab)).toMatchObject({ status: "waiting" });
    await press(popup, "Allow");
    await expect.poll(() => state(tab)).toMatchObject({ status: "signed-in" });
  });

  test("goes on after the network was gone", async () => {
    const tab = await openPlugin();
    const popup = await pressLogIn(tab);
    await popup.getByRole("button", { name: "Allow" }).waitFor();
    await context.setOffline(true);
    await tab.evaluate(() => window.dispatchEvent(new Event("online")));
    await expect.poll(() => state(tab)).toMatchObject({ status: "waiting", error: { code: "network" } });
    await context.setOffline(false);
    await press(popup, "Allow");
    await expect.poll(() => state(tab)).toMatchObject({ status: "signed-in" });
  });

  test("goes on after the broker restarted", async () => {
    const tab = await openPlugin();
    const popup = await pressLogIn(tab);
    await popup.getByRole("button", { name: "Allow" }).waitFor();
    await scene.restart();
    await press(popup, "Allow");
    await expect.poll(() => state(tab), { timeout: 10_000 }).toMatchObject({ status: "signed-in" });
  });

  test.each([-3, 3])("goes on after the clock jumped by %d hours in a sleep", async (hours) => {
    const tab = await openPlugin();
    const popup = await pressLogIn(tab);
    await popup.getByRole("button", { name: "Allow" }).waitFor();
    await tab.evaluate((jump) => {
      const { now } = Date;
      Date.now = () => now() + jump;
      window.dispatchEvent(new Event("focus"));
    }, hours * 3_600_000);
    await press(popup, "Allow");
    await expect.poll(() => state(tab)).toMatchObject({ status: "signed-in" });
    await token(tab);
    await token(tab);
    expect(count("POST /token")).toBeLessThanOrEqual(1);
  });

  test("works with a provider that cuts the window off (COOP same-origin)", async () => {
    const tab = await openPlugin({ providerHeaders: { "cross-origin-opener-policy": "same-origin" } });
    await press(await pressLogIn(tab), "Allow");
    await expect.poll(() => state(tab)).toMatchObject({ status: "signed-in" });
    expect(scene.events).not.toContain("login.confirm_shown");
  });

  test("opens its window while the click is being handled, where no pop-up blocker objects", async () => {
    const tab = await openPlugin({}, () => {
      const open = window.open.bind(window);
      window.open = (...given) => {
        document.title = `opened during ${window.event?.type}`;
        return open(...given);
      };
    });
    await pressLogIn(tab);
    expect(await tab.title()).toBe("opened during click");
  });

  test("gives a link where no window may open", async () => {
    const tab = await openPlugin({}, () => {
      window.open = () => null;
    });
    await press(tab, "Log in");
    await expect.poll(() => state(tab)).toMatchObject({ status: "waiting", opened: false });
    const opened = context.waitForEvent("page");
    await tab.getByRole("link").click();
    const page = await opened;
    await page.getByRole("button", { name: /Allow|Continue/ }).waitFor();
    if ((await page.getByRole("button", { name: "Continue" }).count()) > 0) await press(page, "Continue");
    await press(page, "Allow");
    await expect.poll(() => state(tab)).toMatchObject({ status: "signed-in" });
  });

  test("opens an empty window when a click comes before its key is made", async () => {
    const tab = await openPlugin({}, () => {
      const generate = crypto.subtle.generateKey.bind(crypto.subtle) as (...given: unknown[]) => unknown;
      let held = true;
      Object.defineProperty(crypto.subtle, "generateKey", {
        value: async (...given: unknown[]) => {
          if (held) await new Promise((resolve) => setTimeout(resolve, 300));
          held = false;
          return generate(...given);
        },
      });
    });
    await tab.reload();
    await press(await pressLogIn(tab), "Allow");
    await expect.poll(() => state(tab)).toMatchObject({ status: "signed-in" });
  });

  test("logs in where the browser blocks all storage", async () => {
    const tab = await openPlugin({}, () => {
      for (const name of ["localStorage", "sessionStorage"]) {
        Object.defineProperty(window, name, {
          get() {
            throw new DOMException("denied", "SecurityError");
          },
        });
      }
    });
    await press(await pressLogIn(tab), "Allow");
    await expect.poll(() => state(tab)).toMatchObject({ status: "signed-in" });
    expect(await token(tab)).not.toBe("");
  });

  test("A12: says that this page is not allowed, where the broker refuses its origin", async () => {
    await openPlugin();
    const editor = await scene.page(
      `<iframe src="${address}" sandbox="allow-scripts allow-popups"></iframe>`,
    );
    const tab = await context.newPage();
    await tab.goto(editor);
    const [, frame] = tab.frames();
    if (frame === undefined) throw new Error("the page shows no frame");
    await frame.getByRole("button", { name: "Log in" }).click();
    await expect
      .poll(() => state(frame))
      .toMatchObject({ status: "waiting", error: { code: "misconfigured_origin" } });
    const fails = { status: "error", error: { code: "misconfigured_origin" } };
    await expect.poll(() => state(frame), { timeout: 40_000 }).toMatchObject(fails);
  });

  test("says that the broker is unreachable, where nothing answers", async () => {
    const tab = await openPlugin();
    await context.route(`${scene.willcall}/**`, (route) => route.abort());
    await press(tab, "Log in");
    await expect
      .poll(() => state(tab))
      .toMatchObject({ status: "waiting", error: { code: "broker_unreachable" } });
  });

  test("refreshes once for twenty calls with an expired token", async () => {
    const tab = await loggedIn();
    const first = await token(tab);
    const headers = { "access-control-allow-origin": "*", "access-control-allow-headers": "authorization" };
    await tab.route(`${api}**`, (route) => {
      const old = route.request().headers()["authorization"] === `Bearer ${first}`;
      return route.fulfill({ status: old ? 401 : 200, headers });
    });
    const answers = await tab.evaluate(
      (url) => Promise.all(Array.from({ length: 20 }, async () => (await window.client.fetch(url)).status)),
      api,
    );
    expect(new Set(answers)).toEqual(new Set([200]));
    expect(count("POST /token")).toBe(1);
  });

  test("in two tabs: logs both in, refreshes once, logs both out", async () => {
    const tab = await openPlugin();
    const other = await openTab();
    await press(await pressLogIn(tab), "Allow");
    await expect.poll(() => state(other)).toMatchObject({ status: "signed-in" });
    await age(tab);
    await Promise.all([tab.reload(), other.reload()]);
    const [one, two] = await Promise.all([token(tab), token(other)]);
    expect(one).toBe(two);
    expect(count("POST /token")).toBe(1);
    await tab.evaluate(() => window.client.logout());
    await expect.poll(() => state(other)).toMatchObject({ status: "signed-out" });
    expect(count("POST /revoke")).toBe(1);
  });

  test("stays signed in over a reload", async () => {
    const tab = await loggedIn();
    const before = await token(tab);
    await tab.reload();
    await expect.poll(() => state(tab)).toMatchObject({ status: "signed-in" });
    expect(await token(tab)).toBe(before);
  });

  test("ends a login that is given up, so that nothing is exchanged for nobody", async () => {
    const tab = await openPlugin();
    const popup = await pressLogIn(tab);
    await popup.getByRole("button", { name: "Allow" }).waitFor();
    await tab.evaluate(() => window.client.logout());
    await expect.poll(() => state(tab)).toMatchObject({ status: "signed-out" });
    await expect.poll(() => scene.events).toContain("login.cancelled");
    await press(popup, "Allow");
    await popup.waitForURL(`${scene.willcall}/redirect`);
    expect(scene.events).not.toContain("login.ready");
  });
});
