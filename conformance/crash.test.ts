import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { childProcess } from "./support/child-process.ts";
import { holding } from "./support/holding.ts";
import { members } from "./support/http.ts";
import { dial } from "./support/raw.ts";
import { type Stage, type StageOptions, departed, raise } from "./support/stage.ts";
import { until } from "./support/until.ts";
import { UserAgent } from "./support/user-agent.ts";

/** A broker in a process of its own, which can be killed. */
const raiseMortal = (options: StageOptions = {}): Promise<Stage> =>
  raise({ target: childProcess, provider: { rotates: true }, ...options });

/** `kill -9`, and a new start on the same store. */
async function crash({ broker }: Stage): Promise<void> {
  await broker.kill?.();
  await broker.restart();
}

/** Looks every second, for longer than any of the broker's deadlines. */
const patiently = { pause: 1_000, tries: 40 };

describe.concurrent("kill -9", { timeout: 90_000 }, () => {
  it("S11: after begin: the login goes on", async () => {
    await using stage = await raiseMortal();
    const { url, readKey } = await stage.app.begin();
    await crash(stage);
    const browser = new UserAgent();
    const leaving = await browser.press(await browser.open(url), "continue");
    await departed(stage.provider, browser, leaving).finish();
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("S11: between confirmation and Continue: the login goes on", async () => {
    await using stage = await raiseMortal();
    const { url, readKey } = await stage.app.begin();
    const browser = new UserAgent();
    const page = await browser.open(url);
    await crash(stage);
    await departed(stage.provider, browser, await browser.press(page, "continue")).finish();
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("S11: while the person is at the provider: the login goes on", async () => {
    await using stage = await raiseMortal();
    const { finish, readKey } = await stage.launch();
    await crash(stage);
    await finish();
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("S11, A8: during the exchange: the app and the page say that it must be repeated", async () => {
    await using stage = await raiseMortal();
    const { script, asked, release } = holding();
    stage.provider.script(script);
    const { callback, browser, readKey } = await stage.launch();
    const url = callback();
    const finishing = browser.open(url).catch(() => undefined);
    await asked;
    await crash(stage);
    release();
    await finishing;
    const polled = async (): Promise<number> => (await stage.app.poll(readKey)).status;
    expect(await polled()).toBe(404);
    expect(await until(polled, 410, patiently)).toBe(410);
    const page = await browser.open(url);
    expect(page.status).toBe(400);
    expect(page.text).toContain("interrupted while it was being finished");
    expect(stage.provider.tokenRequests).toHaveLength(1);
  });

  it("S11: between the end and the pick-up: the tokens are there", async () => {
    await using stage = await raiseMortal();
    const { finish, readKey } = await stage.launch();
    await finish();
    await crash(stage);
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("S11: between failure and Try again: the login goes on", async () => {
    await using stage = await raiseMortal();
    stage.provider.script((response) => response.writeHead(503).end());
    const { finish, browser, readKey } = await stage.launch();
    const page = await finish();
    stage.provider.script(undefined);
    await crash(stage);
    await departed(stage.provider, browser, await browser.press(page)).finish();
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it.each([0, 1, 2, 4])(
    "S11, S2: %i ms after a poll for tokens: they came out, are there, or the app is told to repeat",
    async (delay) => {
      await using stage = await raiseMortal();
      const { finish, readKey } = await stage.launch();
      await finish();
      await using wire = await dial(stage.broker.base);
      wire.write(`POST /poll?readKey=${readKey} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`);
      await sleep(delay);
      await stage.broker.kill?.();
      const { text } = await wire.closed(5_000);
      await stage.broker.restart();
      // Whoever has them gets them no second time; a delivery that nobody confirmed is called failed after a while.
      const polled = async (): Promise<number> => (await stage.app.poll(readKey)).status;
      const first = await polled();
      const end =
        text.includes("access_token") || first === 200 ? first : await until(polled, 410, patiently);
      expect([text.includes("access_token"), end]).toBeOneOf([
        [true, 404],
        [false, 200],
        [false, 410],
      ]);
    },
  );

  it("S11: after a refresh was answered: the answer is still there for who lost it, and its handle works", async () => {
    await using stage = await raiseMortal();
    const { refresh_token } = await stage.logIn();
    const first = members(await stage.app.refresh(String(refresh_token)));
    await crash(stage);
    const again = members(await stage.app.refresh(String(refresh_token)));
    expect(again["access_token"]).toBe(first["access_token"]);
    expect(await stage.app.refresh(String(again["refresh_token"]))).toMatchObject({ status: 200 });
  });

  it("S11: while the provider works on a refresh: the handle works again after the restart", async () => {
    await using stage = await raiseMortal();
    const { refresh_token } = await stage.logIn();
    const { script, asked, release } = holding();
    // Killed before the provider has rotated anything: it never does, however late it hears of that.
    stage.provider.script((response, request) => script(response, request, async () => {}));
    const refreshing = stage.app.refresh(String(refresh_token)).catch(() => undefined);
    await asked;
    await stage.broker.kill?.();
    release();
    await refreshing;
    stage.provider.script(undefined);
    await stage.broker.restart();
    const refreshed = async (): Promise<number> => (await stage.app.refresh(String(refresh_token))).status;
    expect(await until(refreshed, 200, patiently)).toBe(200);
  });

  it("B, S11: after a revocation: the grant stays ended", async () => {
    await using stage = await raiseMortal();
    const { refresh_token } = await stage.logIn();
    await stage.app.form("/revoke", { token: String(refresh_token) });
    await crash(stage);
    expect(await stage.app.refresh(String(refresh_token))).toMatchObject({ status: 401 });
  });
});
