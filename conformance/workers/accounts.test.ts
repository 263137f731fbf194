import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Accounts, raiseAccounts } from "../support/accounts.ts";
import { members } from "../support/http.ts";
import { startWebhookEndpoint, type WebhookEndpoint } from "../support/webhook-endpoint.ts";
import { tellWorker, workerdWith } from "../support/workerd.ts";

describe("accounts on D1", () => {
  let endpoint: WebhookEndpoint;
  let stage: Accounts;
  beforeEach(async () => {
    endpoint = await startWebhookEndpoint();
    const webhooks = [{ url: endpoint.url, secret: ["env:HOOK"], events: ["account.connected"] }];
    const env = { HOOK: `whsec_${Buffer.alloc(32, 7).toString("base64")}` };
    stage = await raiseAccounts(workerdWith({}), env, { accounts: { webhooks } });
  });
  afterEach(async () => {
    await stage[Symbol.asyncDispose]();
    await endpoint[Symbol.asyncDispose]();
  });

  it("E: are told of when the cron trigger comes", async () => {
    const { account } = await stage.connect("ada");
    expect(endpoint.told).toEqual([]);
    await tellWorker(stage.broker.base, "scheduled");
    expect(endpoint.told).toMatchObject([{ type: "account.connected", account }]);
  });

  it("S11: are renewed by one of two regions that are asked at once", async () => {
    const { account } = await stage.connect("ada");
    const elsewhere = await stage.broker.sibling();
    const before = stage.provider.tokenRequests.length;
    const asked = [stage.broker.base, elsewhere.base].flatMap((base) => [base, base, base]);
    const answers = await Promise.all(
      asked.map((base) => stage.post(`/api/accounts/${account}/refresh`, { stale: 1 }, base)),
    );
    const tokens = answers.map((answer) => members(answer)["access_token"]);
    expect([...new Set(tokens)]).toEqual([expect.stringMatching(/^access-/)]);
    expect(stage.provider.tokenRequests.length - before).toBe(1);
  });

  it("S1, S4: leave no token in D1's files and none in the log", async () => {
    const { account } = await stage.connect("ada");
    const { access_token } = members(await stage.get(`/api/accounts/${account}/tokens`));
    const entries = await readdir(stage.broker.dataDir ?? "", { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const texts = await Promise.all(paths.map((path) => readFile(path, "latin1")));
    expect(texts.join("")).toContain(account);
    for (const secret of [String(access_token), "refresh-", stage.operatorToken])
      expect(`${texts.join("")}${stage.broker.logs.join("")}`).not.toContain(secret);
  });
});
