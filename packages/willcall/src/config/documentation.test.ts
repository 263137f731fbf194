import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Catalogue } from "./catalogue.ts";
import { loadConfig } from "./load.ts";
import { catalogue, someKey, sources } from "./sources.fixture.ts";

/** The first JSON of a page of the documentation. */
function jsonOf(page: string): string | undefined {
  const text = readFileSync(new URL(`../../../../docs/${page}`, import.meta.url), "utf8");
  return /```json\n([^]*?)```/.exec(text)?.[1];
}

const files = new Map([["/run/secrets/willcall-keys", someKey(1)]]);
const withGoogle: Catalogue = { ...catalogue, entry: () => catalogue.entry("comma") };

test("the configuration in the documentation is sound", async () => {
  const given = sources({ file: jsonOf("configuration.md"), files, env: { GOOGLE_SECRET: "hush" } });
  const { config, warnings } = await loadConfig({ ...given, catalogue: withGoogle });
  expect(config).toMatchObject({ publicUrl: "https://login.example.com", apps: [{ name: "sheets" }] });
  expect(warnings).toEqual([]);
});

test("the configuration in the documentation of accounts is sound", async () => {
  const env = { GOOGLE_ID: "1", GOOGLE_SECRET: "hush" };
  const given = sources({ file: jsonOf("accounts.md"), files, env });
  const { config, warnings } = await loadConfig({ ...given, catalogue: withGoogle });
  expect(config.accounts?.providers).toMatchObject([
    { redirectUri: "https://login.example.com/accounts/google/redirect" },
  ]);
  expect(warnings).toEqual([]);
});
