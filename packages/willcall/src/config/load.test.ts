import { describe, expect, test } from "vitest";
import { locate } from "./load.ts";
import { env, file, load, mistakesIn, someKey, sources, workerVariables } from "./sources.fixture.ts";

describe("sources, in rising precedence", () => {
  test.each([
    ["the file", {}, 1001],
    [".dev.vars over the file", { devVars: "WILLCALL_PORT=1002" }, 1002],
    [
      "the environment over both",
      { devVars: "WILLCALL_PORT=1002", env: { ...env, WILLCALL_PORT: "1003" } },
      1003,
    ],
    ["a flag over all", { env: { ...env, WILLCALL_PORT: "1003" }, flags: { port: "1004" } }, 1004],
  ])("%s", async (_, more, port) => {
    const { listen } = await load({ file: { ...file, listen: { port: 1001 } }, env, ...more });
    expect(listen.port).toBe(port);
  });

  test("--https keeps the certificate that the file names", async () => {
    const https = { cert: "tls/cert.pem", key: "/etc/key.pem" };
    const { listen } = await load({ file: { ...file, listen: { https } }, env, flags: { https: true } });
    expect(listen.https).toEqual({ cert: "/site/tls/cert.pem", key: "/etc/key.pem" });
  });

  test("--config names another file, and relative paths in it start there", async () => {
    const files = new Map([["/else/where/w.json", JSON.stringify({ ...file, data: "store" })]]);
    const { dataDir, directory } = await load({ files, env, flags: { config: "/else/where/w.json" } });
    expect({ dataDir, directory }).toEqual({ dataDir: "/else/where/store", directory: "/else/where" });
  });

  test("--data starts at the working directory", async () => {
    expect((await load({ file, env, flags: { data: "here" } })).dataDir).toBe("/site/here");
  });

  test("a file that was named must be there", async () => {
    expect(await mistakesIn({ flags: { config: "other.json" } })).toContain(
      "  /site/other.json is absent. Check the path and who may read it.",
    );
  });

  test("a misspelt variable of ours is noticed", async () => {
    const { warnings } = await load({ file, env: { ...env, WILLCALL_PROT: "1" } });
    expect(warnings).toEqual([
      'WILLCALL_PROT is not a variable that Willcall knows. Did you mean "WILLCALL_PORT"?',
    ]);
  });

  test("nothing at all is one mistake that says how to begin", async () => {
    expect(await mistakesIn({})).toEqual([
      expect.stringMatching(/nothing is configured\. Run `willcall init`/),
    ]);
  });
});

describe("the public URL", () => {
  test.each([
    ["configured", { publicUrl: "https://login.example.com/" }, "https://login.example.com", "production"],
    [
      "configured with a port",
      { publicUrl: "https://login.example.com:8443" },
      "https://login.example.com:8443",
      "production",
    ],
    ["the listening address", { listen: { port: 9000 } }, "http://localhost:9000", "development"],
    [
      "the listening address, over https",
      { listen: { https: true } },
      "https://localhost:8787",
      "development",
    ],
    [
      "another loopback name",
      { publicUrl: "http://broker.localhost:8787" },
      "http://broker.localhost:8787",
      "development",
    ],
  ])("is %s", async (_, more, publicUrl, mode) => {
    const { config } = await load({ file: { ...file, ...more }, env: { ...env, WILLCALL_KEYS: someKey(1) } });
    expect(config).toMatchObject({ publicUrl, mode, allowLoopbackProviders: mode === "development" });
  });

  test.each([
    "http://login.example.com",
    "https://login.example.com/path",
    "https://u@login.example.com",
    "ftp://x",
  ])("may not be %s", async (publicUrl) => {
    expect(await mistakesIn({ file: { ...file, publicUrl }, env })).toEqual([
      expect.stringMatching(/^ {2}publicUrl is an? /),
    ]);
  });

  test("must be given when listening beyond this machine", async () => {
    expect(await mistakesIn({ file, env, flags: { host: "0.0.0.0" } })).toEqual([
      expect.stringContaining("publicUrl is missing."),
    ]);
  });

  test("on another port than the one listened on is warned about on this machine", async () => {
    const { warnings } = await load({ file: { ...file, publicUrl: "http://localhost:9000" }, env });
    expect(warnings).toEqual([
      "Browsers are sent to http://localhost:9000, but this process listens on port 8787.",
    ]);
  });

  test("of https over a plain socket is warned about on this machine", async () => {
    expect((await load({ env: workerVariables })).warnings).toContainEqual(
      expect.stringContaining("serves http"),
    );
  });
});

test("where the data belongs is known before the rest is complete", async () => {
  expect(await locate(sources({ file: { data: "store", lisen: 1 } }))).toEqual({
    dataDir: "/site/store",
    directory: "/site",
    keysConfigured: false,
  });
});
