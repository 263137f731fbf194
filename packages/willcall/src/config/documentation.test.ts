import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Catalogue } from "./catalogue.ts";
import { loadConfig } from "./load.ts";
import { catalogue, someKey, sources } from "./sources.fixture.ts";

const text = readFileSync(new URL("../../../../docs/configuration.md", import.meta.url), "utf8");

test("the configuration in the documentation is sound", async () => {
  const file = /```json\n([^]*?)```/.exec(text)?.[1];
  const files = new Map([["/run/secrets/willcall-keys", someKey(1)]]);
  const withGoogle: Catalogue = { ...catalogue, entry: () => catalogue.entry("comma") };
  const given = sources({ file, files, env: { GOOGLE_SECRET: "hush" } });
  const { config, warnings } = await loadConfig({ ...given, catalogue: withGoogle });
  expect(config).toMatchObject({ publicUrl: "https://login.example.com", apps: [{ name: "sheets" }] });
  expect(warnings).toEqual([]);
});
