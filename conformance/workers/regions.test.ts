import { afterAll, beforeAll, expect, it } from "vitest";
import { App } from "../support/app.ts";
import { type Answer, members, send } from "../support/http.ts";
import { type Stage, raise } from "../support/stage.ts";
import type { Running } from "../support/target.ts";
import { UserAgent } from "../support/user-agent.ts";

let stage: Stage;
let elsewhere: Running;
beforeAll(async () => {
  stage = await raise({ provider: { rotates: true } });
  elsewhere = await stage.broker.sibling();
});
afterAll(() => stage[Symbol.asyncDispose]());

/** Does the same so many times in each region, all at once. */
function inBoth(times: number, ask: (app: App) => Promise<Answer>): Promise<Answer[]> {
  const apps = [stage.app, new App(elsewhere.base)];
  return Promise.all(apps.flatMap((app) => Array.from({ length: times }, () => ask(app))));
}

it("S2: a login begun in one region, called back in another and polled in both comes out once", async () => {
  const browser = new UserAgent({ [stage.broker.base]: elsewhere.base });
  const { finish, readKey } = await stage.launch(stage.app, browser);
  await finish();
  const polls = await inBoth(10, (app) => app.poll(readKey));
  expect(polls.filter(({ status }) => status === 200)).toHaveLength(1);
});

it("A14: who waits in one region hears of a login that ends in another", async () => {
  const { browser, callback, readKey } = await stage.launch();
  const waiting = new App(elsewhere.base).poll(readKey, { wait: 20 });
  await browser.open(callback());
  expect(await waiting).toMatchObject({ status: 200 });
});

it("S11: ten refreshes at once in two regions make one call, and get one answer", async () => {
  const { refresh_token } = await stage.logIn();
  const before = stage.provider.tokenRequests.length;
  const answers = await inBoth(5, (app) => app.refresh(String(refresh_token)));
  expect(stage.provider.tokenRequests.length - before).toBe(1);
  const tokens = answers.map((answer) => members(answer)["access_token"]);
  expect(new Set(tokens).size).toBe(1);
});

it("is healthy in both", async () => {
  for (const { base } of [stage.broker, elsewhere])
    expect(await send(`${base}/healthz`)).toMatchObject({ status: 200 });
});
