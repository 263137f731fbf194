import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { launchChromium } from "./chromium.ts";
import { type Scene, setScene } from "./scene.ts";

/**
 * What Framer's guide tells plugin authors to write, step by step: ask for a link, open it, poll every 2.5 seconds
 * with POST, keep the tokens in localStorage, refresh with the old token in the query.
 */
const pluginOfTheGuide = (backend: string): string => `<!doctype html><button id="login">Log in</button>
<button id="refresh">Refresh</button><output></output><script>
  const backend = "${backend}";
  const output = document.querySelector("output");
  let timer;
  const show = () => { output.textContent = localStorage.getItem("tokens") ? "signed in" : "signed out"; };
  document.querySelector("#login").onclick = async () => {
    const begun = await fetch(backend + "/authorize", { method: "POST" });
    if (begun.status !== 200) return;
    const { url, readKey } = await begun.json();
    window.open(url);
    timer = setInterval(async () => {
      const answer = await fetch(backend + "/poll?readKey=" + readKey, { method: "POST" });
      if (answer.status !== 200) return;
      clearInterval(timer);
      localStorage.setItem("tokens", JSON.stringify(await answer.json()));
      show();
    }, 2500);
  };
  document.querySelector("#refresh").onclick = async () => {
    const { refresh_token } = JSON.parse(localStorage.getItem("tokens"));
    const answer = await fetch(backend + "/refresh?code=" + refresh_token, { method: "POST" });
    localStorage.setItem("tokens", JSON.stringify(await answer.json()));
    output.textContent = "refreshed";
  };
  show();
</script>`;

let browser: Browser;
let context: BrowserContext;
let scene: Scene;

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());
beforeEach(async () => {
  context = await browser.newContext();
  scene = await setScene();
});
afterEach(async () => {
  await context.close();
  await scene.close();
});

test("A2, A5, A6, A9: a plugin as Framer's guide documents it logs in, stays so, and refreshes", async () => {
  const tab = await context.newPage();
  await tab.goto(await scene.page(pluginOfTheGuide(scene.willcall)));
  const opened = context.waitForEvent("page");
  await tab.getByRole("button", { name: "Log in" }).click();
  await (await opened).getByRole("button", { name: "Allow" }).click();
  await tab.getByText("signed in").waitFor();
  await tab.reload();
  await tab.getByText("signed in").waitFor();
  const before = await tab.evaluate(() => localStorage.getItem("tokens"));
  await tab.getByRole("button", { name: "Refresh" }).click();
  await tab.getByText("refreshed").waitFor();
  const after = await tab.evaluate(() => localStorage.getItem("tokens"));
  expect(JSON.parse(after ?? "{}")).toMatchObject({
    token_type: "Bearer",
    refresh_token: expect.any(String),
  });
  expect(after).not.toBe(before);
  expect(scene.events).not.toContain("login.confirm_shown");
});
