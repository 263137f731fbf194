import { describe, expect, test } from "vitest";
import { env, load, mistakesIn, provider, someKey } from "./sources.fixture.ts";

const bytes = Buffer.alloc(32, 7);
const secrets = {
  HOOK: `whsec_${bytes.toString("base64")}`,
  NEXT: `whsec_${Buffer.alloc(24, 9).toString("base64")}`,
};
const bad = { PLAIN: bytes.toString("base64"), SHORT: `whsec_${Buffer.alloc(23).toString("base64")}` };
const URL_OF_HOOK = "https://hooks.example/a";

const given = (webhooks: unknown, more: object = {}) => ({
  file: { providers: { p: provider }, accounts: { providers: { p: {} }, webhooks }, ...more },
  env: { ...env, ...secrets, ...bad },
});

describe("webhooks", () => {
  test("get every event unless they name some, and are signed with each secret", async () => {
    const { config } = await load(
      given([
        { url: URL_OF_HOOK, secret: "env:HOOK" },
        { url: `${URL_OF_HOOK}?b`, secret: ["env:NEXT", "env:HOOK"], events: ["account.deleted"] },
      ]),
    );
    const [first, second] = config.webhooks ?? [];
    expect(first?.events).toHaveLength(4);
    expect(second).toMatchObject({ url: `${URL_OF_HOOK}?b`, events: ["account.deleted"] });
    expect(second?.secrets.map((secret) => secret.reveal())).toEqual([
      new Uint8Array(24).fill(9),
      new Uint8Array(32).fill(7),
    ]);
  });

  test("may be on this machine in development", async () => {
    const { config } = await load(given([{ url: "http://localhost:9/h", secret: "env:HOOK" }]));
    expect(config.webhooks).toHaveLength(1);
  });

  test.each([
    ["http elsewhere", { url: "http://hooks.example/a" }, "url is not a URL that may be called"],
    ["a password in the URL", { url: "https://u:p@hooks.example/a" }, "url is not a URL that may be called"],
    ["a private address", { url: "https://10.0.0.1/a" }, "url is not a URL that may be called"],
    ["no URL", { url: "hooks.example" }, "accounts.webhooks[0].url"],
    ["an event that there is not", { events: ["account.stolen"] }, "accounts.webhooks[0].events[0]"],
    ["no events", { events: [] }, "accounts.webhooks[0].events"],
    ["a secret that is written out", { secret: secrets.HOOK }, "accounts.webhooks[0].secret"],
    ["a variable that is not set", { secret: "env:NOT_SET" }, "NOT_SET, which is not set"],
    ["a secret without its prefix", { secret: "env:PLAIN" }, "is no webhook secret"],
    ["a secret that is too short", { secret: "env:SHORT" }, "is no webhook secret"],
  ])("refuse %s, and repeat no secret", async (_what, change, mistake) => {
    const mistakes = await mistakesIn(given([{ url: URL_OF_HOOK, secret: "env:HOOK", ...change }]));
    expect(mistakes).toEqual([expect.stringContaining(mistake)]);
    for (const hidden of Object.values({ ...secrets, ...bad })) expect(mistakes.join()).not.toContain(hidden);
  });

  test("refuse an endpoint that is there twice", async () => {
    const twice = { url: URL_OF_HOOK, secret: "env:HOOK" };
    expect(await mistakesIn(given([twice, twice]))).toEqual([
      expect.stringContaining("accounts.webhooks[1].url is there twice"),
    ]);
  });

  test("refuse this machine in production", async () => {
    const abroad = { publicUrl: "https://login.example.com", keys: ["env:KEYS"] };
    const { file, env: variables } = given([{ url: "https://localhost/a", secret: "env:HOOK" }], abroad);
    const mistakes = await mistakesIn({ file, env: { ...variables, KEYS: someKey(1) } });
    expect(mistakes.join()).toContain("accounts.webhooks[0].url is not a URL that may be called");
  });
});

describe("accounts that nobody uses", () => {
  test("are renewed as the configuration says", async () => {
    const accounts = { providers: { p: {} }, refresh: { idleDays: 30 } };
    const { config } = await load({ file: { providers: { p: provider }, accounts }, env });
    expect(config.accountRefresh).toEqual({ idleDays: 30 });
  });
});
