import { describe, expect, it } from "vitest";
import { send } from "./support/http.ts";
import { type Launched, type Stage, raise } from "./support/stage.ts";
import { UserAgent } from "./support/user-agent.ts";

/** What comes of a callback: the answer, and how many token requests it led to. */
async function outcome(stage: Stage, { browser }: Pick<Launched, "browser">, url: string) {
  const before = stage.provider.tokenRequests.length;
  const { status, headers } = await browser.open(url);
  return { status, type: headers["content-type"], sent: stage.provider.tokenRequests.length - before };
}

/** A page that says no, and not a byte to the provider. */
const refused = { status: 400, type: "text/html; charset=utf-8", sent: 0 };

const flip = (text: string, at: number): string =>
  text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);

describe("a state that is not ours, or not this one", () => {
  it.each([
    ["an unknown one", "A".repeat(43)],
    ["42 characters", "A".repeat(42)],
    ["44 characters", "A".repeat(44)],
    ["nothing", ""],
    ["a null byte", "\0"],
    ["a null byte behind 43 characters", `${"A".repeat(43)}\0`],
    ["characters beyond base64url", "é".repeat(43)],
    ["7 KB", "A".repeat(7000)],
    ["SQL", "' OR 1=1 --"],
  ])("A3, S3: %s is refused, and nothing is sent", async (_, state) => {
    await using stage = await raise();
    const launched = await stage.launch();
    expect(await outcome(stage, launched, launched.callback({ code: "x", state }))).toEqual(refused);
    expect(await launched.finish()).toMatchObject({ status: 200 });
  });

  it("S3: 1 MB of state is refused", async () => {
    await using stage = await raise();
    const url = `${stage.broker.base}/redirect?code=x&state=${"A".repeat(1_000_000)}`;
    const answer = await send(url).catch(() => ({ status: 431 }));
    expect([414, 431]).toContain(answer.status);
    expect(stage.provider.tokenRequests).toEqual([]);
  });

  it("S3: the right mailbox with a wrong rest is refused, and the login goes on", async () => {
    await using stage = await raise();
    const launched = await stage.launch();
    for (const at of [0, 21, 22, 30, 42]) {
      const state = flip(launched.state, at);
      expect(await outcome(stage, launched, launched.callback({ code: "x", state }))).toEqual(refused);
    }
    expect(await launched.finish()).toMatchObject({ status: 200 });
  });

  it("S3: two states are refused", async () => {
    await using stage = await raise();
    const launched = await stage.launch();
    expect(await outcome(stage, launched, `${launched.callback()}&state=${launched.state}`)).toEqual(refused);
  });
});

describe("a callback that is none", () => {
  it("S3: two codes are refused, and the login goes on", async () => {
    await using stage = await raise();
    const launched = await stage.launch();
    expect(await outcome(stage, launched, `${launched.callback()}&code=another`)).toEqual(refused);
    expect(await launched.finish()).toMatchObject({ status: 200 });
  });

  it("S3: code and error together are refused", async () => {
    await using stage = await raise();
    const launched = await stage.launch();
    expect(await outcome(stage, launched, `${launched.callback()}&error=access_denied`)).toEqual(refused);
  });

  it("S3: an empty code, and one of 5 KB, are refused", async () => {
    await using stage = await raise();
    const launched = await stage.launch();
    for (const code of ["", "x".repeat(5000)])
      expect(await outcome(stage, launched, launched.callback({ code, state: launched.state }))).toEqual(
        refused,
      );
  });

  it("S3: a wrong iss ends the login, and nothing is sent", async () => {
    await using stage = await raise({ registration: { issuer: "https://meadow.example" } });
    const { callback, browser, readKey } = await stage.launch();
    await browser.open(`${callback()}&iss=https%3A%2F%2Fevil.example`);
    expect(stage.provider.tokenRequests).toEqual([]);
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 410 });
  });

  it("S3: a missing iss is refused where the provider announces it", async () => {
    await using stage = await raise({
      registration: {
        issuer: "https://meadow.example",
        authorization_response_iss_parameter_supported: true,
      },
    });
    const { finish } = await stage.launch();
    await finish();
    expect(stage.provider.tokenRequests).toEqual([]);
  });
});

describe("a callback played again", () => {
  it("A3, S3: is answered by a page that says so, and makes no second call", async () => {
    await using stage = await raise();
    const launched = await stage.launch();
    const url = launched.callback();
    await launched.browser.open(url);
    const page = await launched.browser.open(url);
    expect(page.status).toBe(400);
    expect(stage.provider.tokenRequests).toHaveLength(1);
  });

  it("S3: twenty in parallel make exactly one exchange, and the app gets its tokens", async () => {
    await using stage = await raise();
    const { callback, browser, readKey } = await stage.launch();
    const url = callback();
    const pages = await Promise.all(Array.from({ length: 20 }, () => browser.open(url)));
    expect(stage.provider.tokenRequests).toHaveLength(1);
    expect(pages.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("A3, S3: after 600 seconds is refused, and nothing is sent", async () => {
    await using stage = await raise();
    const launched = await stage.launch();
    stage.broker.advance?.(600_000);
    expect(await outcome(stage, launched, launched.callback())).toEqual(refused);
  });

  it("S11: an exchange that began in time and ends after 600 seconds is delivered", async () => {
    await using stage = await raise();
    const { finish, readKey } = await stage.launch();
    stage.broker.advance?.(595_000);
    stage.provider.script((_response, _request, normally) => {
      stage.broker.advance?.(9_000);
      return normally();
    });
    expect(await finish()).toMatchObject({ status: 200 });
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("S3: a moment before 600 seconds is exchanged", async () => {
    await using stage = await raise();
    const { finish, readKey } = await stage.launch();
    stage.broker.advance?.(598_000);
    expect(await finish()).toMatchObject({ status: 200 });
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });
});

describe("a callback in the wrong browser", () => {
  it("S5, S3: without the login's cookie is refused with a page that explains, and nothing is sent", async () => {
    await using stage = await raise();
    const launched = await stage.launch();
    const url = launched.callback();
    expect(await outcome(stage, { browser: new UserAgent() }, url)).toEqual(refused);
    expect((await new UserAgent().open(url)).heading).toBe("This browser did not start the login");
    expect(await launched.browser.open(url)).toMatchObject({ status: 200 });
  });

  it("S5, S3: with another login's cookie under this one's name is refused", async () => {
    await using stage = await raise();
    const [mine, other] = [await stage.launch(), await stage.launch()];
    const { name } = mine.browser.oldestCookie(stage.broker.base);
    const { value } = other.browser.oldestCookie(stage.broker.base);
    const thief = new UserAgent();
    thief.setCookie(stage.broker.base, name, value);
    expect(await outcome(stage, { browser: thief }, mine.callback())).toEqual(refused);
  });

  it("S3: the code of one login with the state of another buys nothing", async () => {
    await using stage = await raise();
    const [one, two] = [await stage.launch(), await stage.launch()];
    const code = stage.provider.authorize(one.authorizationUrl);
    await two.browser.open(two.callback({ code, state: two.state }));
    expect((await stage.app.poll(two.readKey)).status).not.toBe(200);
    expect((await stage.app.poll(one.readKey)).status).toBe(404);
  });

  it("S5: the cookie of a login is sealed, HttpOnly, Lax, for the whole host, and at most 1 KiB", async () => {
    await using stage = await raise();
    const { url } = await stage.app.begin();
    const headers = { "sec-fetch-dest": "document", referer: "https://abc123.plugins.framercdn.com/" };
    const [line = "", ...more] = (await send(url, { headers })).headers["set-cookie"] ?? [];
    expect(more).toEqual([]);
    expect(line).toMatch(/; HttpOnly/);
    expect(line).toMatch(/; SameSite=Lax/);
    expect(line).toMatch(/; Path=\//);
    expect(line.length).toBeLessThanOrEqual(1024);
  });
});
