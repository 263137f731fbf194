import { describe, expect, it } from "vitest";
import { isJson, members, send } from "./support/http.ts";
import { raise } from "./support/stage.ts";
import { UserAgent } from "./support/user-agent.ts";

describe("what every published plugin relies on", () => {
  it("A1: GET / says that it runs", async () => {
    await using stage = await raise();
    const answer = await send(stage.broker.base);
    expect(answer).toMatchObject({
      status: 200,
      headers: { "content-type": expect.stringMatching(/^text\//) },
    });
  });

  it("A2: begin needs neither body nor headers, and answers 200 with a url and a readKey", async () => {
    await using stage = await raise();
    const answer = await send(`${stage.broker.base}/authorize`, { method: "POST" });
    expect(answer.status).toBe(200);
    expect(members(answer)).toMatchObject({ url: expect.any(String), readKey: expect.any(String) });
  });

  it("A2: a readKey goes into a URL without escaping, a url opens as it stands", async () => {
    await using stage = await raise();
    const { url, readKey } = await stage.app.begin();
    expect(encodeURIComponent(readKey)).toBe(readKey);
    expect(new URL(url).href).toBe(url);
  });

  it("A3: a callback without code or state is a page of 400, and nothing is sent", async () => {
    await using stage = await raise();
    const { callback, browser, state } = await stage.launch();
    for (const parameters of [{}, { code: "x" }, { state }]) {
      const page = await browser.open(callback(parameters));
      expect(page).toMatchObject({ status: 400, headers: { "content-type": "text/html; charset=utf-8" } });
    }
    expect(stage.provider.tokenRequests).toEqual([]);
  });

  it("A3: a good callback ends on a page that says so", async () => {
    await using stage = await raise();
    const { finish } = await stage.launch();
    const page = await finish();
    expect(page.status).toBe(200);
    expect(page.heading).toBe("You are logged in");
  });

  it("A4: a refused login ends there, and the app learns it", async () => {
    await using stage = await raise();
    const { callback, browser, state, readKey } = await stage.launch();
    const page = await browser.open(callback({ error: "access_denied", state }));
    expect(page.heading).toBe("No access was given");
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 410 });
    expect(stage.provider.tokenRequests).toEqual([]);
  });

  it.each(["server_error", "temporarily_unavailable", "invalid_scope", "something_of_their_own"])(
    "A4: a callback with error=%s gets a page, and no token call",
    async (error) => {
      await using stage = await raise();
      const { callback, browser, state } = await stage.launch();
      const page = await browser.open(callback({ error, state, error_description: "WORDS-OF-THE-PROVIDER" }));
      expect(page.headers["content-type"]).toContain("text/html");
      expect(page.text).not.toContain("WORDS-OF-THE-PROVIDER");
      expect(stage.provider.tokenRequests).toEqual([]);
    },
  );
});

describe("polling", () => {
  it("A5: a poll before the launch, and one before the end, is exactly 404 with an empty body", async () => {
    await using stage = await raise();
    const { readKey } = await stage.app.begin();
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 404, text: "" });
    const launched = await stage.launch();
    expect(await stage.app.poll(launched.readKey)).toMatchObject({ status: 404, text: "" });
  });

  it.each(["x", "a".repeat(52), "_".repeat(52), "%00", "wcr1.x"])(
    "A5: an unknown key (%s) is exactly 404 with an empty body",
    async (key) => {
      await using stage = await raise();
      expect(await stage.app.poll(key)).toMatchObject({ status: 404, text: "" });
    },
  );

  it("A7: a poll without or with an empty readKey is 400 in text", async () => {
    await using stage = await raise();
    for (const query of ["", "?", "?readKey", "?readKey=", "?other=1"]) {
      const answer = await send(`${stage.broker.base}/poll${query}`, { method: "POST" });
      expect(answer.status).toBe(400);
      expect(answer.headers["content-type"]).toContain("text/plain");
      expect(isJson(answer.text)).toBe(false);
    }
  });

  it("A8: a denied login is 410 with a short text, again and again", async () => {
    await using stage = await raise();
    const { callback, browser, state, readKey } = await stage.launch();
    await browser.open(callback({ error: "access_denied", state }));
    for (const _ of [1, 2]) {
      const { status, text } = await stage.app.poll(readKey);
      expect(status).toBe(410);
      expect(text).toMatch(/^.{10,100}$/);
      expect(isJson(text)).toBe(false);
    }
  });

  it("A8: a login that failed for good is 410 in text", async () => {
    await using stage = await raise();
    stage.provider.script((response) => void response.writeHead(200).end("<html>"));
    const { finish, readKey } = await stage.launch();
    await finish();
    const { status, text } = await stage.app.poll(readKey);
    expect(status).toBe(410);
    expect(isJson(text)).toBe(false);
  });

  it("A8: a login that nobody finished in time is 410", async () => {
    await using stage = await raise();
    const { readKey } = await stage.launch();
    stage.broker.advance?.(600_000);
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 410 });
  });

  it("A8: a login that nobody launched is 404 until its key has expired, then 410", async () => {
    await using stage = await raise();
    const { readKey } = await stage.app.begin();
    stage.broker.advance?.(734_000);
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 404 });
    stage.broker.advance?.(1_000);
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 410 });
  });

  it("A8, S2: a key that was taken answers 404, and that is recorded", async () => {
    await using stage = await raise();
    const { finish, readKey } = await stage.launch();
    await finish();
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 404, text: "" });
    expect(stage.broker.logs.join("")).toContain('"event":"pickup.refused"');
  });

  it("A13: over the rate a poll is 404, never 429, and the tokens stay", async () => {
    await using stage = await raise();
    const { finish, readKey } = await stage.launch();
    const answers = await Promise.all(Array.from({ length: 40 }, () => stage.app.poll(readKey)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]));
    await finish();
    stage.broker.advance?.(1_000);
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });
});

describe("waiting", () => {
  it.each([
    ["Prefer: wait=25", { prefer: "wait=25" }, ""],
    ["Prefer among others", { prefer: "respond-async, wait=25" }, ""],
    ["wait=25", {}, "&wait=25"],
  ])("A14: with %s a poll answers as soon as there is something to say", async (_, headers, query) => {
    await using stage = await raise();
    const { finish, readKey } = await stage.launch();
    const waiting = send(`${stage.broker.base}/poll?readKey=${readKey}${query}`, { method: "POST", headers });
    await finish();
    expect(await waiting).toMatchObject({ status: 200 });
  });

  it("A14: a poll that waits since before the launch is answered when the login ends", async () => {
    await using stage = await raise();
    const { url, readKey } = await stage.app.begin();
    const waiting = stage.app.poll(readKey, { wait: 25 });
    const browser = new UserAgent();
    await browser.press(await browser.open(url), "cancel");
    expect(await waiting).toMatchObject({ status: 410 });
  });

  it("A14: who waited long enough gets 404", async () => {
    await using stage = await raise();
    const { readKey } = await stage.launch();
    expect(await stage.app.poll(readKey, { wait: 1 })).toMatchObject({ status: 404, text: "" });
  });

  it("A14, A8: a wait ends when the person refuses", async () => {
    await using stage = await raise();
    const { callback, browser, state, readKey } = await stage.launch();
    const waiting = stage.app.poll(readKey, { wait: 25 });
    await browser.open(callback({ error: "access_denied", state }));
    expect(await waiting).toMatchObject({ status: 410 });
  });

  it.each(["-1", "1e9", "x", "", "99999999999", "25&wait=25"])("A14: wait=%s is no wait", async (wait) => {
    await using stage = await raise();
    const { readKey } = await stage.launch();
    const url = `${stage.broker.base}/poll?readKey=${readKey}&wait=${wait}`;
    expect(await send(url, { method: "POST" })).toMatchObject({ status: 404 });
  });
});
