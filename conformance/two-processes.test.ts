import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { App, PLUGIN } from "./support/app.ts";
import { childProcess } from "./support/child-process.ts";
import { members } from "./support/http.ts";
import { type Stage, isAt, raise } from "./support/stage.ts";
import { eventNames } from "./support/target.ts";
import type { Running } from "./support/target.ts";
import { UserAgent } from "./support/user-agent.ts";

let stage: Stage;
let sibling: Running;
/** The plugin as it reaches each of the two processes. */
let apps: readonly [App, App];

beforeAll(async () => {
  stage = await raise({ target: childProcess, provider: { rotates: true } });
  sibling = await stage.broker.sibling();
  apps = [stage.app, new App(sibling.base)];
});
afterAll(() => stage[Symbol.asyncDispose]());

/** A browser whose requests all reach the other process. */
const browserOfSibling = (): UserAgent => new UserAgent({ [stage.broker.base]: sibling.base });

describe("two processes on one store", () => {
  it("S11: a login begun at one is launched, finished and picked up at the other", async () => {
    const { readKey, finish } = await stage.launch(apps[0], browserOfSibling());
    await finish();
    expect(await apps[1].poll(readKey)).toMatchObject({ status: 200 });
    expect(await apps[0].poll(readKey)).toMatchObject({ status: 404 });
  });

  it("A14: a poll held at one is answered when the login ends at the other", async () => {
    const { readKey, finish } = await stage.launch(apps[0], browserOfSibling());
    const held = apps[0].poll(readKey, { wait: 25 });
    await finish();
    expect(await held).toMatchObject({ status: 200 });
  });

  it("S2: of 100 parallel polls on both exactly one gets the tokens", async () => {
    for (let trial = 0; trial < 20; trial++) {
      const { readKey, finish } = await stage.launch();
      await finish();
      const polls = Array.from({ length: 100 }, (_, index) => apps[index % 2 === 0 ? 0 : 1].poll(readKey));
      const answers = await Promise.all(polls);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    }
  });

  it("S3: one callback played twenty times at both makes exactly one exchange", async () => {
    const { readKey, callback, browser } = await stage.launch();
    const url = callback();
    const other = browserOfSibling();
    for (const [name, value] of browser.cookies(stage.broker.base)) other.setCookie(url, name, value);
    const before = stage.provider.tokenRequests.length;
    const all = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? browser : other).open(url));
    const pages = await Promise.all(all);
    expect(stage.provider.tokenRequests).toHaveLength(before + 1);
    expect(pages.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await apps[1].poll(readKey)).toMatchObject({ status: 200 });
  });

  it("S5: a ticket launched at both by two browsers ends the login", async () => {
    const { url, readKey } = await apps[0].begin();
    const referer = `${PLUGIN}/`;
    const until = isAt(stage.provider);
    await new UserAgent().open(url, { referer, until });
    const page = await browserOfSibling().open(url, { referer, until });
    expect(page.heading).toBe("This login was ended to protect you");
    expect(await apps[1].poll(readKey)).toMatchObject({ status: 410 });
  });

  it("S11: ten refreshes at both of a token that rotates make one call and get equal answers", async () => {
    const { refresh_token } = await stage.logIn();
    const before = stage.provider.tokenRequests.length;
    stage.provider.script(async (_response, _request, normally) => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      await normally();
    });
    const all = Array.from({ length: 10 }, (_, index) =>
      apps[index % 2 === 0 ? 0 : 1].refresh(String(refresh_token)),
    );
    const answers = (await Promise.all(all)).map((answer) => members(answer));
    stage.provider.script(undefined);
    expect(stage.provider.tokenRequests).toHaveLength(before + 1);
    expect(new Set(answers.map(({ access_token }) => access_token)).size).toBe(1);
    expect(new Set(answers.map((answer) => answer["refresh_token"])).size).toBe(1);
    const next = String(answers[0]?.["refresh_token"]);
    expect(await apps[1].refresh(next)).toMatchObject({ status: 200 });
  });

  it("B: a grant revoked at one is over at the other", async () => {
    const { refresh_token } = await stage.logIn();
    await apps[0].form("/revoke", { token: String(refresh_token) });
    expect(await apps[1].refresh(String(refresh_token))).toMatchObject({ status: 401 });
  });

  it("S2: neither process said that anything unexpected happened", () => {
    for (const broker of [stage.broker, sibling]) {
      expect(eventNames(broker)).not.toContain("unexpected");
      expect(eventNames(broker)).not.toContain("store.unavailable");
    }
  });
});
