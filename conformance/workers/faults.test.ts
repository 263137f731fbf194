import { describe, expect, it } from "vitest";
import { PLUGIN } from "../support/app.ts";
import { isJson, members, send } from "../support/http.ts";
import { type Stage, departed, isAt, raise } from "../support/stage.ts";
import { tellWorker, workerdWith } from "../support/workerd.ts";
import { type Page, UserAgent } from "../support/user-agent.ts";

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

/** A login up to its end, each step repeated where it was refused: the last page, and how to poll. */
async function finishPatiently({ app, provider }: Stage): Promise<{ page: Page; readKey: string }> {
  const browser = new UserAgent();
  const { url, readKey } = await app.begin();
  const opening = { referer: `${PLUGIN}/`, until: isAt(provider) };
  const leaving = await repeated(() => browser.open(url, opening));
  if (leaving.location === undefined) return { page: leaving, readKey };
  const { callback } = departed(provider, browser, leaving);
  const back = callback();
  return { page: await repeated(() => browser.open(back)), readKey };
}

/** Fails one statement of D1 at a time while `work` runs, the first, the second and so on, until all have failed once. */
async function atEachStatement({ broker }: Stage, how: string, work: (passes: number) => Promise<void>) {
  for (let passes = 0; ; passes++) {
    await tellWorker(broker.base, `passes=${passes}&fails=1${how}`);
    await work(passes);
    // Fewer statements than that: every one of them has failed once.
    if ((await tellWorker(broker.base, "passes=Infinity")) === "1") return;
  }
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
    await atEachStatement(stage, "", async (passes) => {
      const { readKey } = await finishPatiently(stage);
      const tokens = members(await repeated(() => stage.app.poll(readKey)));
      const refreshed = await repeated(() => stage.app.refresh(String(tokens["refresh_token"])));
      expect([passes, refreshed.status]).toEqual([passes, 200]);
    });
  }, 60_000);

  it("S2, S11: says on the page what the app gets, once, whichever answer is lost after the statement was done", async () => {
    await using stage = await raise({ target: onD1Alone });
    await atEachStatement(stage, "&late", async () => {
      const { page, readKey } = await finishPatiently(stage);
      const isDelivered = (await repeated(() => stage.app.poll(readKey))).status === 200;
      stage.broker.advance?.(60_000);
      const later = await repeated(() => stage.app.poll(readKey));
      expect(isDelivered && page.status !== 200).toBe(false);
      expect(later.status).toBe(isDelivered ? 404 : 410);
    });
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
