import { describe, expect, test } from "vitest";
import { env, load, mistakesIn, provider } from "./sources.fixture.ts";

const token = "b".repeat(32);
const withAccounts = (accounts: object, more = {}) => ({
  file: { providers: { p: provider }, accounts, ...more },
  env: { ...env, TOKEN: token, SHORT: "let-me-in" },
});

describe("accounts", () => {
  test("are connected under a path that names the provider, and need no app", async () => {
    const { config } = await load(withAccounts({ title: "Fieldnotes", providers: { p: { scope: ["a"] } } }));
    expect(config.apps).toEqual([]);
    expect(config.accounts).toMatchObject({
      name: "accounts",
      title: "Fieldnotes",
      confirm: "auto",
      providers: [{ scope: ["a"], redirectUri: "http://localhost:8787/accounts/p/redirect" }],
    });
  });

  test.each([{}, { providers: {} }])("may be connected at account types alone: %j", async (accounts) => {
    const { config } = await load(withAccounts({ ...accounts, context: "beta" }));
    expect(config).toMatchObject({ accounts: { providers: [] }, accountContext: "beta" });
  });

  test("are kept by nobody who did not ask for it", async () => {
    const file = { providers: { p: provider }, apps: { sheets: { provider: "p" } } };
    expect((await load({ file, env })).config.accounts).toBeUndefined();
  });

  test.each([
    ["a provider that is not configured", { providers: { q: {} } }, "accounts.providers.q names a provider"],
    ["a context that no id can name", { context: "a/b" }, "accounts.context"],
    [
      "another redirect path",
      { providers: { p: { redirectUri: "http://localhost:8787/p/redirect" } } },
      "accounts.providers.p.redirectUri has a path that this broker does not answer",
    ],
  ])("refuse %s", async (_what, accounts, mistake) => {
    expect(await mistakesIn(withAccounts(accounts))).toEqual([expect.stringContaining(mistake)]);
  });
});

describe("the operator's token", () => {
  const accounts = { providers: { p: {} } };

  test("comes from a reference, or from its variable", async () => {
    const written = await load(withAccounts(accounts, { operatorToken: "env:TOKEN" }));
    expect(written.config.operatorToken?.reveal()).toBe(token);
    const given = withAccounts(accounts);
    const set = await load({ ...given, env: { ...given.env, WILLCALL_OPERATOR_TOKEN: token } });
    expect(set.config.operatorToken?.reveal()).toBe(token);
  });

  test("must be long enough that nobody guesses it, and is not shown", async () => {
    const mistakes = await mistakesIn(withAccounts(accounts, { operatorToken: "env:SHORT" }));
    expect(mistakes).toEqual([expect.stringContaining("operatorToken can be guessed")]);
    expect(mistakes.join()).not.toContain("let-me-in");
  });
});
