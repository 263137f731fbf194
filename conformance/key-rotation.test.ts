import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { PLUGIN } from "./support/app.ts";
import { members } from "./support/http.ts";
import { type Stage, departed, isAt, raise } from "./support/stage.ts";
import { UserAgent } from "./support/user-agent.ts";

const [older, newer] = [1, 2].map(() => randomBytes(32).toString("base64"));

const raiseWithKeys = (keys: string): Promise<Stage> =>
  raise({ env: { WILLCALL_KEYS: keys }, configuration: () => ({ keys: ["env:WILLCALL_KEYS"] }) });

/** The two deployments of a rotation: the new key last, then first. */
const rotations = [`${older},${newer}`, `${newer},${older}`];

it.each(rotations)("S11: the root key rotates between begin and launch", async (keys) => {
  await using stage = await raiseWithKeys(older ?? "");
  const { url, readKey } = await stage.app.begin();
  await stage.broker.restart({ WILLCALL_KEYS: keys });
  const browser = new UserAgent();
  const leaving = await browser.press(await browser.open(url), "continue");
  await departed(stage.provider, browser, leaving).finish();
  expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
});

it.each(rotations)("S11: the root key rotates between launch and finish, PKCE included", async (keys) => {
  await using stage = await raiseWithKeys(older ?? "");
  const { finish, readKey } = await stage.launch();
  await stage.broker.restart({ WILLCALL_KEYS: keys });
  await finish();
  expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
});

it.each(rotations)("S11: the root key rotates between a launch and its reload", async (keys) => {
  await using stage = await raiseWithKeys(older ?? "");
  const { url, readKey } = await stage.app.begin();
  const browser = new UserAgent();
  const open = () => browser.open(url, { referer: `${PLUGIN}/`, until: isAt(stage.provider) });
  const first = await open();
  await stage.broker.restart({ WILLCALL_KEYS: keys });
  const again = await open();
  expect(again.location).toBe(first.location);
  await departed(stage.provider, browser, again).finish();
  expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
});

it.each(rotations)("S11: the root key rotates between confirmation and Continue", async (keys) => {
  await using stage = await raiseWithKeys(older ?? "");
  const { url, readKey } = await stage.app.begin();
  const browser = new UserAgent();
  const page = await browser.open(url);
  await stage.broker.restart({ WILLCALL_KEYS: keys });
  await departed(stage.provider, browser, await browser.press(page, "continue")).finish();
  expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
});

it.each(rotations)(
  "S11: the root key rotates between finish and pick-up, and handles go on",
  async (keys) => {
    await using stage = await raiseWithKeys(older ?? "");
    const { finish, readKey } = await stage.launch();
    await finish();
    await stage.broker.restart({ WILLCALL_KEYS: keys });
    const { refresh_token } = members(await stage.app.poll(readKey));
    const next = members(await stage.app.refresh(String(refresh_token)));
    await stage.broker.restart({ WILLCALL_KEYS: newer ?? "" });
    // Sealed anew by the first key in force: it outlives the older one only when the newer was first.
    const outlives = keys.startsWith(newer ?? "");
    expect((await stage.app.refresh(String(next["refresh_token"]))).status).toBe(outlives ? 200 : 401);
  },
);

it.each(rotations)("S11: the root key rotates between two tries", async (keys) => {
  await using stage = await raiseWithKeys(older ?? "");
  stage.provider.script((response) => response.writeHead(503).end());
  const { finish, browser, readKey } = await stage.launch();
  const page = await finish();
  stage.provider.script(undefined);
  await stage.broker.restart({ WILLCALL_KEYS: keys });
  await departed(stage.provider, browser, await browser.press(page)).finish();
  expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
});

it("S1: a key that is gone opens nothing, and says so plainly", async () => {
  await using stage = await raiseWithKeys(older ?? "");
  const { url } = await stage.app.begin();
  const { finish, readKey } = await stage.launch();
  await stage.broker.restart({ WILLCALL_KEYS: newer ?? "" });
  expect(await new UserAgent().open(url)).toMatchObject({ status: 400 });
  expect(await finish()).toMatchObject({ status: 400 });
  expect(await stage.app.poll(readKey)).toMatchObject({ status: 404 });
  expect(stage.provider.tokenRequests).toEqual([]);
});
