import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Accounts, raiseAccounts } from "./support/accounts.ts";
import { members } from "./support/http.ts";
import { until } from "./support/until.ts";

const DAY = 86_400_000;
const SOON = { pause: 50, tries: 200 };

let stage: Accounts;
const versionOf = async (account: string): Promise<unknown> =>
  members(await stage.get(`/api/accounts/${account}`))["version"];

/** Passes the time and starts the broker again, which looks for accounts that are due at once. */
async function later(days: number): Promise<void> {
  stage.broker.advance?.(days * DAY);
  await stage.broker.restart();
}

describe("an account that nobody uses, at a provider whose refresh tokens end when they idle", () => {
  beforeEach(async () => {
    stage = await raiseAccounts(undefined, {}, { registration: { refresh: { idle_lifetime: 14 * 86_400 } } });
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  it("S11: is renewed by itself before that, again and again", async () => {
    const { account } = await stage.connect("ada");
    for (const version of [2, 3]) {
      await later(10);
      expect(await until(() => versionOf(account), version, SOON)).toBe(version);
    }
    expect(members(await stage.get(`/api/accounts/${account}`))).toMatchObject({
      status: "connected",
      used_at: null,
    });
  });

  it("S11: is renewed once, however many brokers there are on the store", async () => {
    const { account } = await stage.connect("ada");
    const before = stage.provider.tokenRequests.length;
    stage.broker.advance?.(10 * DAY);
    await Promise.all([stage.broker.restart(), stage.broker.sibling(), stage.broker.sibling()]);
    expect(await until(() => versionOf(account), 2, SOON)).toBe(2);
    expect(stage.provider.tokenRequests).toHaveLength(before + 1);
  });

  it("is not asked for before half of that time", async () => {
    const { account } = await stage.connect("ada");
    const before = stage.provider.tokenRequests.length;
    await later(6);
    // Had it been asked for by now, there would be one request more in the end.
    const other = (await stage.connect("grace")).account;
    await later(10);
    expect(await until(() => versionOf(other), 2, SOON)).toBe(2);
    expect(await until(() => versionOf(account), 2, SOON)).toBe(2);
    expect(stage.provider.tokenRequests).toHaveLength(before + 3);
  });

  it("S11: survives a provider that is down when it comes due", async () => {
    const { account } = await stage.connect("ada");
    stage.provider.script((response) => response.writeHead(503).end());
    await later(10);
    const statusOf = async () => members(await stage.get(`/api/accounts/${account}`))["status"];
    expect(await until(statusOf, "error", SOON)).toBe("error");
    stage.provider.script(undefined);
    await later(1);
    expect(await until(statusOf, "connected", SOON)).toBe("connected");
    expect(await versionOf(account)).toBe(2);
  });
});

describe("an account that nobody uses, at a provider that sets no end", () => {
  afterEach(() => stage[Symbol.asyncDispose]());

  it("is renewed within the days that the operator says", async () => {
    stage = await raiseAccounts(undefined, {}, { accounts: { refresh: { idleDays: 30 } } });
    const { account } = await stage.connect("ada");
    await later(21);
    expect(await until(() => versionOf(account), 2, SOON)).toBe(2);
  });
});
