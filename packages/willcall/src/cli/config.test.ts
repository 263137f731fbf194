import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../config/load.ts";
import { sources, workerVariables } from "../config/sources.fixture.ts";
import { configJsonSchema, describeConfig } from "./config.ts";

const published = new URL("../../schema/willcall.config.schema.json", import.meta.url);

describe("the published JSON Schema", () => {
  const validate = new Ajv({
    strict: false,
    formats: { date: true, "date-time": true, uri: true, ipv4: true, ipv6: true, cidrv4: true, cidrv6: true },
  }).compile(JSON.parse(readFileSync(published, "utf8")));

  test("is what the sources make (`npm run schema` writes it)", () => {
    expect(JSON.parse(readFileSync(published, "utf8"))).toEqual(JSON.parse(configJsonSchema()));
  });

  test("accepts a configuration with a provider that is partly overridden", () => {
    const google = {
      use: "google",
      client_id: "1",
      client_secret: "env:SECRET",
      authorization: { scope_separator: "," },
    };
    const apps = { sheets: { provider: "google", scope: ["openid"], origins: ["framer:37bb6c", "null"] } };
    expect(validate({ $schema: "x", providers: { google }, apps })).toBe(true);
  });

  test.each([
    ["an unknown key", { lisen: {} }],
    ["an unknown key of a provider", { providers: { google: { client_id: "1", clientid: "2" } } }],
    ["a reserved app name", { apps: { token: {} } }],
    ["a plugin id with a domain", { apps: { a: { origins: ["framer:x.evil.com"] } } }],
  ])("refuses %s", (_, file) => {
    expect(validate(file)).toBe(false);
  });
});

describe("config check", () => {
  test("names what to register, and warns", async () => {
    const loaded = await loadConfig(sources({ env: { ...workerVariables, WILLCALL_CONFIRM: "never" } }));
    expect(describeConfig(loaded, false)).toContain("provider: register https://localhost:8787/redirect");
    expect(describeConfig(loaded, false)).toMatch(/Warning: WILLCALL_CONFIRM gives up promise S5/);
  });

  test("tells a program the same, and no secret", async () => {
    const loaded = await loadConfig(sources({ env: { ...workerVariables, CLIENT_SECRET: "CANARY" } }));
    const facts = describeConfig(loaded, true);
    expect(JSON.parse(facts)).toMatchObject({ mode: "development", apps: [{ name: "" }] });
    expect(facts).not.toContain("CANARY");
  });
});
