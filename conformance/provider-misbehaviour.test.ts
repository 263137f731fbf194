import { describe, expect, it } from "vitest";
import { members } from "./support/http.ts";
import { WORDS, misbehaviour, slowness, trouble } from "./support/misbehaviour.ts";
import type { Script } from "./support/scripted-provider.ts";
import { type Stage, departed, raise } from "./support/stage.ts";
import { until } from "./support/until.ts";

/** Runs a login against a provider that misbehaves: page, poll, and everything the broker said. */
async function suffer(stage: Stage, script: Script) {
  stage.provider.script(script);
  const launched = await stage.launch();
  const page = await launched.finish();
  const poll = await stage.app.poll(launched.readKey);
  const said = [page.text, JSON.stringify(page.headers), poll.text, ...stage.broker.logs].join("\n");
  return { ...launched, page, poll, said };
}

describe("a provider that is wrong", () => {
  it.each(Object.entries(misbehaviour))(
    "S9, A8: %s ends the login with a page, and is final",
    async (_, script) => {
      await using stage = await raise();
      const { page, poll, said } = await suffer(stage, script);
      expect(page.status).toBe(502);
      expect(page.heading).toContain("could not log you in");
      expect(poll.status).toBe(410);
      expect(said).not.toContain(WORDS);
      expect(said).not.toContain("elsewhere.example");
      expect(stage.provider.tokenRequests).toHaveLength(1);
      expect((await stage.logInAfterAll())["access_token"]).toMatch(/^access-/);
    },
  );
});

describe("a provider in passing trouble", () => {
  it.each(Object.entries(trouble))("S9, A5: %s offers Try again while the app waits", async (_, script) => {
    await using stage = await raise();
    const { page, poll, said, browser, readKey } = await suffer(stage, script);
    expect(page.status).toBe(502);
    expect(poll).toMatchObject({ status: 404, text: "" });
    expect(said).not.toContain(WORDS);
    expect(stage.provider.tokenRequests).toHaveLength(1);
    stage.provider.script(undefined);
    const leaving = await browser.press(page);
    await departed(stage.provider, browser, leaving).finish();
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("S3: after Try again the former state is refused", async () => {
    await using stage = await raise();
    const { page, browser, callback } = await suffer(stage, (response) => response.writeHead(503).end());
    stage.provider.script(undefined);
    await browser.press(page);
    const before = stage.provider.tokenRequests.length;
    expect(await browser.open(callback())).toMatchObject({ status: 400 });
    expect(stage.provider.tokenRequests).toHaveLength(before);
  });

  it("S5: Try again belongs to the browser of the login, and pressing twice moves it once", async () => {
    await using stage = await raise();
    const { page, browser, readKey } = await suffer(stage, (response) => response.writeHead(503).end());
    stage.provider.script(undefined);
    const first = await browser.press(page);
    const second = await browser.press(page);
    expect(first.onward).toBeDefined();
    for (const leaving of [second, first]) {
      if (leaving.onward === undefined) continue;
      await departed(stage.provider, browser, leaving).finish();
    }
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });
});

describe("a provider that is slow", () => {
  it.concurrent.each(Object.entries(slowness))(
    "S9: one that %s is given up after ten seconds, and others are served meanwhile",
    async (_, script) => {
      await using stage = await raise();
      const { finish, readKey } = await stage.launch();
      stage.provider.script(script);
      const finishing = finish();
      expect(await until(() => stage.provider.tokenRequests.length, 1, { pause: 10, tries: 500 })).toBe(1);
      expect(await stage.logInAfterAll()).toHaveProperty("access_token");
      expect(await finishing).toMatchObject({ status: 502, forms: [expect.anything()] });
      expect(await stage.app.poll(readKey)).toMatchObject({ status: 404, text: "" });
    },
  );
});

describe("a provider that is odd", () => {
  it("S9: __proto__ and constructor in an answer change nothing, and __proto__ goes no further", async () => {
    await using stage = await raise();
    const body =
      '{"access_token":"good","token_type":"bearer","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
    const { poll } = await suffer(stage, (response) => response.writeHead(200).end(body));
    expect(poll.status).toBe(200);
    expect(Object.keys(members(poll))).toEqual(["access_token", "token_type", "constructor"]);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  it.each([
    ['"3600"', expect.any(Number)],
    ["-1", -1],
    ["1e309", null],
    ['"soon"', "soon"],
    ["[]", []],
  ])("S9, A15: expires_in %s does not stop a login", async (written, got) => {
    await using stage = await raise();
    const body = `{"access_token":"good","token_type":"bearer","expires_in":${written}}`;
    const { poll } = await suffer(stage, (response) => response.writeHead(200).end(body));
    expect(members(poll)["expires_in"]).toEqual(got);
  });

  it("S9: its cookies and CORS headers reach nobody", async () => {
    await using stage = await raise();
    const { page, poll } = await suffer(stage, (response, _, normally) => {
      response.setHeader("set-cookie", "evil=1; Path=/");
      response.setHeader("access-control-allow-origin", "https://evil.com");
      response.setHeader("x-of-the-provider", WORDS);
      return normally();
    });
    const headers = JSON.stringify([page.headers, poll.headers]);
    expect(headers).not.toMatch(/evil/);
    expect(headers).not.toContain(WORDS);
    expect(poll.headers["access-control-allow-origin"]).toBe("https://abc123.plugins.framercdn.com");
  });

  it("S9: a token answer that says it is text or HTML is read by its content", async () => {
    await using stage = await raise();
    for (const type of ["text/html", "text/plain", "application/x-www-form-urlencoded"]) {
      const { poll } = await suffer(stage, (response) =>
        response.writeHead(200, { "content-type": type }).end('{"access_token":"good"}'),
      );
      expect(poll.status).toBe(200);
    }
  });
});
