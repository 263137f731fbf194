import { randomBytes } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { DATABASE } from "./support/account-types.ts";
import { type Accounts, raiseAccounts } from "./support/accounts.ts";
import { members, send } from "./support/http.ts";
import { inProcess } from "./support/in-process.ts";
import { until } from "./support/until.ts";
import { startWebhookEndpoint } from "./support/webhook-endpoint.ts";

const CANARY = "CANARY";

/** Everything that the broker has written: its data directory with the WAL, and its log. */
async function written({ broker }: Accounts): Promise<Map<string, Buffer>> {
  const texts = new Map([["log", Buffer.from(broker.logs.join(""))]]);
  const { dataDir = "" } = broker;
  for (const name of await readdir(dataDir)) texts.set(name, await readFile(join(dataDir, name)));
  return texts;
}

/** How a secret may be spelt in a file. */
const spellings = (secret: string): string[] => [
  secret,
  Buffer.from(secret).toString("base64").slice(0, -4),
  Buffer.from(secret).toString("base64url").slice(0, -4),
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
];

it("S1, S4: a stolen data directory and log hold no token, code, key or secret of accounts, whatever was done", async () => {
  await using endpoint = await startWebhookEndpoint();
  const hook = randomBytes(32).toString("base64");
  await using stage = await raiseAccounts(
    inProcess,
    { HOOK: `whsec_${hook}` },
    {
      provider: {
        mark: CANARY,
        clientSecret: `${CANARY}-secret+/=`,
        tokens: { id_token: `${CANARY}.id.token` },
      },
      accounts: { webhooks: [{ url: `${endpoint.url}&key=${CANARY}`, secret: "env:HOOK" }] },
    },
  );
  const secrets = [CANARY, stage.operatorToken, hook, Buffer.from(hook, "base64").toString("latin1")];

  // An account that lives: read, renewed, connected again, lent to a connector.
  const { account, url } = await stage.connect("ada");
  secrets.push(new URL(url).searchParams.get("ticket") ?? "");
  const read = members(await stage.get(`/api/accounts/${account}/tokens`));
  await stage.post(`/api/accounts/${account}/refresh`, { stale: read["version"] });
  await stage.finish(await stage.begin({ account }));
  const lent = members(await stage.post(`/api/accounts/${account}/connector-tokens`));
  secrets.push(String(lent["token"]));

  // One that dies, one that fails, one that is deleted.
  const [dying, failing, deleted] = [
    await stage.connect("b"),
    await stage.connect("c"),
    await stage.connect("d"),
  ];
  const answers = {
    [dying.account]: [400, '{"error":"invalid_grant"}'],
    [failing.account]: [503, CANARY],
  } as const;
  for (const [id, [status, text]] of Object.entries(answers)) {
    stage.provider.script((response) => response.writeHead(status).end(text));
    await stage.post(`/api/accounts/${id}/refresh`, { stale: 1 });
  }
  stage.provider.script(undefined);
  await stage.delete(`/api/accounts/${deleted.account}`);

  // An account type that was provisioned, and one that was changed and deleted.
  const put = (name: string, document: object): Promise<unknown> =>
    send(`${stage.broker.base}${DATABASE}/${name}`, {
      method: "PUT",
      headers: { authorization: `Bearer ${stage.operatorToken}` },
      body: JSON.stringify(document),
    });
  await put("orchard", {
    grant_mode: "authorization_code",
    client_id: "orchard",
    client_secret: `${CANARY}-of-orchard`,
    auth_endpoint: `${stage.provider.origin}/authorize`,
    token_endpoint: `${stage.provider.origin}/token`,
    secret: `${CANARY}-for-connectors`,
  });

  expect(await until(() => endpoint.told.length >= 7, true, { pause: 20, tries: 500 })).toBe(true);
  const texts = await written(stage);
  const all = [...texts.values()].map((bytes) => bytes.toString("latin1")).join("\n");
  for (const known of [
    account,
    dying.account,
    deleted.account,
    "account.needs_reconnect",
    "orchard",
    "provider_down",
  ])
    expect(all).toContain(known);
  const found = [...texts].flatMap(([name, bytes]) =>
    secrets.flatMap((secret) =>
      spellings(secret).some((spelt) => bytes.includes(spelt)) ? [`${secret.slice(0, 12)}… in ${name}`] : [],
    ),
  );
  expect(found).toEqual([]);
});
