import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Accounts, raiseAccounts } from "./support/accounts.ts";
import { childProcess } from "./support/child-process.ts";
import { members } from "./support/http.ts";
import type { Running } from "./support/target.ts";
import { until } from "./support/until.ts";

let stage: Accounts;
let processes: readonly Running[];

beforeAll(async () => {
  stage = await raiseAccounts(childProcess);
  processes = [stage.broker, ...(await Promise.all([1, 2, 3].map(() => stage.broker.sibling())))];
}, 120_000);
afterAll(() => stage[Symbol.asyncDispose]());

describe("accounts of four processes on one store", () => {
  it("S11: 200 parallel refreshes of a token that rotates make one call, round after round", async () => {
    const { account } = await stage.connect("ada");
    for (let stale = 1; stale <= 10; stale++) {
      const before = stage.provider.tokenRequests.length;
      const all = Array.from({ length: 200 }, (_, index) =>
        stage.post(`/api/accounts/${account}/refresh`, { stale }, processes[index % 4]?.base),
      );
      const answers = (await Promise.all(all)).map((answer) => members(answer));
      expect(new Set(answers.map((one) => one["access_token"])).size).toBe(1);
      expect(new Set(answers.map((one) => one["version"]))).toEqual(new Set([stale + 1]));
      expect(stage.provider.tokenRequests).toHaveLength(before + 1);
    }
    expect(members(await stage.get(`/api/accounts/${account}`))).toMatchObject({ status: "connected" });
  }, 120_000);

  it("an account that one connected and another deleted is gone at all", async () => {
    const { account } = await stage.connect("ada");
    const statuses = () =>
      Promise.all(
        processes.map(async ({ base }) => (await stage.get(`/api/accounts/${account}`, base)).status),
      );
    expect(await statuses()).toEqual([200, 200, 200, 200]);
    await stage.delete(`/api/accounts/${account}`);
    expect(await statuses()).toEqual([404, 404, 404, 404]);
  });
});

describe("kill -9", () => {
  it("S11: while the provider works on a refresh: the account works again after the restart", async () => {
    const { account } = await stage.connect("ada");
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    // Killed before the provider has rotated anything.
    stage.provider.script(() => ask());
    const refreshing = stage.post(`/api/accounts/${account}/refresh`, { stale: 1 }).catch(() => undefined);
    await asked;
    await stage.broker.kill?.();
    await refreshing;
    stage.provider.script(undefined);
    await stage.broker.restart();
    const refreshed = async (): Promise<number> =>
      (await stage.post(`/api/accounts/${account}/refresh`, { stale: 1 })).status;
    expect(await until(refreshed, 200, { pause: 1_000, tries: 40 })).toBe(200);
  }, 90_000);

  it("S11: after a refresh was answered: the same tokens are there", async () => {
    const { account } = await stage.connect("ada");
    const refreshed = members(await stage.post(`/api/accounts/${account}/refresh`, { stale: 1 }));
    await stage.broker.kill?.();
    await stage.broker.restart();
    const read = members(await stage.get(`/api/accounts/${account}/tokens`));
    expect(read["access_token"]).toBe(refreshed["access_token"]);
    expect(await stage.post(`/api/accounts/${account}/refresh`, { stale: 2 })).toMatchObject({ status: 200 });
  }, 60_000);
});

describe("a stolen data directory", () => {
  it("S1: holds no token of any account, and no operator token", async () => {
    const { account } = await stage.connect("ada");
    const { access_token } = members(await stage.get(`/api/accounts/${account}/tokens`));
    const directory = stage.broker.dataDir ?? "";
    const bytes = readdirSync(directory).map((name) =>
      readFileSync(join(directory, name)).toString("latin1"),
    );
    const stored = bytes.join();
    expect(stored).toContain(account);
    for (const secret of ["access-", "refresh-", String(access_token), "top-secret", stage.operatorToken]) {
      expect(stored).not.toContain(secret);
    }
  });
});
