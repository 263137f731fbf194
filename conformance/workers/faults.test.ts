import { describe, expect, it } from "vitest";
import { PLUGIN } from "../support/app.ts";
import { type Answer, isJson, members, send } from "../support/http.ts";
import { type Stage, isAt, raise } from "../support/stage.ts";
import { tellWorker, workerdWith } from "../support/workerd.ts";
import { UserAgent } from "../support/user-agent.ts";

const onD1Alone = workerdWith({ objects: false });

/** Does something while D1 answers nothing. */
async function withoutD1<T>({ broker }: Stage, work: () => Promise<T>): Promise<T> {
  await tellWorker(broker.base, "passes=0&fails=Infinity");
  try {
    return await work();
  } finally {
    await tellWorker(broker.base, "passes=Infinity&fails=0");
  }
}

/** Repeats a step as its person or app would, as long as it is 503. */
async function repeated<T extends { status: number }>(step: () => Promise<T>): Promise<T> {
  const first = await step();
  return first.status === 503 ? step() : first;
}

/** A whole login and a refresh, each step repeated where it was refused; resolves to the last answer. */
async function logInPatiently(stage: Stage): Promise<Answer> {
  const { app, provider } = stage;
  const browser = new UserAgent();
  const { url, readKey } = await app.begin();
  const opening = { referer: `${PLUGIN}/`, until: isAt(provider) };
  const { location = "" } = await repeated(() => browser.open(url, opening));
  const callback = new URL(new URL(location).searchParams.get("redirect_uri") ?? "");
  callback.searchParams.set("code", provider.authorize(location));
  callback.searchParams.set("state", new URL(location).searchParams.get("state") ?? "");
  await repeated(() => browser.open(callback.href));
  const tokens = members(await repeated(() => app.poll(readKey)));
  return repeated(() => app.refresh(String(tokens["refresh_token"])));
}

describe("D1 alone, without an answer", () => {
  it("S11: refuses to launch, and launches afterwards; begins go on, and health says what is wrong", async () => {
    await using stage = await raise({ target: onD1Alone });
    const opening = { referer: `${PLUGIN}/`, until: isAt(stage.provider) };
    const browser = new UserAgent();
    const url = await withoutD1(stage, async () => {
      expect(await send(`${stage.broker.base}/healthz`)).toMatchObject({ status: 503 });
      const begun = await stage.app.begin();
      expect(await browser.open(begun.url, opening)).toMatchObject({ status: 503 });
      return begun.url;
    });
    expect(await browser.open(url, opening)).toMatchObject({ status: 303 });
    expect(await send(`${stage.broker.base}/healthz`)).toMatchObject({ status: 200 });
  });

  it("S11, S3: burns no code while D1 is away: the callback is 503, and works when it is played again", async () => {
    await using stage = await raise({ target: onD1Alone });
    const { browser, callback, readKey } = await stage.launch();
    const url = callback();
    expect(await withoutD1(stage, () => browser.open(url))).toMatchObject({ status: 503 });
    expect(stage.provider.tokenRequests).toEqual([]);
    expect(await browser.open(url)).toMatchObject({ status: 200 });
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("S11, A12: loses no tokens: the poll is 503 in text with CORS, and a later one gets them", async () => {
    await using stage = await raise({ target: onD1Alone });
    const { finish, readKey } = await stage.launch();
    await finish();
    const refused = await withoutD1(stage, () => stage.app.poll(readKey));
    expect(refused).toMatchObject({ status: 503, headers: { "access-control-allow-origin": PLUGIN } });
    expect(isJson(refused.text)).toBe(false);
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("S11: loses no login and no rotated token, whichever one statement fails", async () => {
    await using stage = await raise({ target: onD1Alone, provider: { rotates: true } });
    for (let passes = 0; ; passes++) {
      await tellWorker(stage.broker.base, `passes=${passes}&fails=1`);
      expect([passes, (await logInPatiently(stage)).status]).toEqual([passes, 200]);
      // Fewer statements than that: every one of them has failed once.
      if ((await tellWorker(stage.broker.base, "passes=Infinity")) === "1") break;
    }
  }, 60_000);
});

describe("D1 beside Durable Objects, without an answer", () => {
  it("S11: lets logins go on; a refresh is 503, sends nothing, and works afterwards", async () => {
    await using stage = await raise({ provider: { rotates: true } });
    const tokens = await withoutD1(stage, () => stage.logIn());
    const handle = String(tokens["refresh_token"]);
    const before = stage.provider.tokenRequests.length;
    expect(await withoutD1(stage, () => stage.app.refresh(handle))).toMatchObject({ status: 503 });
    expect(stage.provider.tokenRequests).toHaveLength(before);
    expect(await stage.app.refresh(handle)).toMatchObject({ status: 200 });
  });
});

describe("a provider that outlives the Worker", () => {
  it("S11, A8: ends the login, and the app learns it", async () => {
    await using stage = await raise();
    const { browser, callback, readKey } = await stage.launch();
    stage.provider.script(() => {});
    const cut = browser.open(callback()).catch(() => "cut");
    await expect.poll(() => stage.provider.tokenRequests).toHaveLength(1);
    await stage.broker.restart();
    await cut;
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 404 });
    stage.broker.advance?.(60_000);
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 410 });
  });
});
