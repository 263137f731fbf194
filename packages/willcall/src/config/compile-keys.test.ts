import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { env, file, load, mistakesIn, production, someKey } from "./sources.fixture.ts";

describe("root keys", () => {
  test("are read in order, with commas between them", async () => {
    const { config } = await load({ file, env: { ...env, WILLCALL_KEYS: `${someKey(1)}, ${someKey(2)}` } });
    expect(config.rootKeys.map((key) => Buffer.from(key.reveal()).toString("base64"))).toEqual([
      someKey(1),
      someKey(2),
    ]);
  });

  test("are read from files that the configuration refers to", async () => {
    const files = new Map([["/run/secrets/keys", `${someKey(3)}\n`]]);
    const { config } = await load({ file: { ...file, keys: ["file:/run/secrets/keys"] }, env, files });
    expect(config.rootKeys).toHaveLength(1);
  });

  test("are made once in development, beside the configuration", async () => {
    const files = new Map<string, string>();
    const first = await load({ file, env, files });
    const second = await load({ file, env, files });
    expect(first.keyFile).toMatchObject({ path: "/site/.willcall.keys", created: true });
    expect(second.keyFile).toMatchObject({ created: false });
    expect(second.config.rootKeys[0]?.reveal()).toEqual(first.config.rootKeys[0]?.reveal());
  });

  test("are never made in the data directory", async () => {
    expect(await mistakesIn({ file: { ...file, data: "." }, env })).toEqual([
      expect.stringContaining("data is where the development key would lie."),
    ]);
  });

  test("are not made while the configuration is wrong", async () => {
    const files = new Map<string, string>();
    await mistakesIn({ file: { ...file, lisen: 1 }, env, files });
    expect(files.has("/site/.willcall.keys")).toBe(false);
  });

  test("do not have the id that a key service's envelopes begin with", async () => {
    let key = Buffer.alloc(0);
    for (let seed = 0; !createHash("sha256").update(key).digest("hex").startsWith("ffff"); seed++)
      key = createHash("sha256").update(String(seed)).digest();
    expect(await mistakesIn({ file, env: { ...env, WILLCALL_KEYS: key.toString("base64") } })).toEqual([
      expect.stringContaining("whose id means something else (one in 65,536 does). Generate another."),
    ]);
  });

  test("must be given in production", async () => {
    const { WILLCALL_KEYS: _, ...without } = production;
    expect(await mistakesIn({ env: without })).toEqual([
      expect.stringContaining("WILLCALL_KEYS is missing."),
    ]);
  });

  test.each([
    ["too short", Buffer.alloc(31, 7).toString("base64"), "not base64 of 32 bytes"],
    ["no base64", "?".repeat(44), "not base64 of 32 bytes"],
    ["all the same byte", Buffer.alloc(32, 7).toString("base64"), "not random"],
    ["there twice", `${someKey(1)},${someKey(1)}`, "two keys with the same id"],
    ["blank", " ", "which is blank"],
  ])("are refused when %s", async (_, keys, problem) => {
    expect(await mistakesIn({ file, env: { ...env, WILLCALL_KEYS: keys } })).toEqual([
      expect.stringMatching(new RegExp(`^ {2}WILLCALL_KEYS .*${problem}`)),
    ]);
  });
});
