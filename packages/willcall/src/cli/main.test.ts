import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { someKey, workerVariables } from "../config/sources.fixture.ts";
import { recordingLog } from "../observe/log.ts";
import { readableLine } from "../observe/pretty.ts";
import { main } from "./main.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "willcall-cli-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs a command in the folder; what it printed, and its exit code. */
async function willcall(command: string, env: Record<string, string> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const terminal = {
    cwd: folder,
    env,
    say: (line: string) => void out.push(line),
    complain: (line: string) => void err.push(line),
  };
  const process = { onStopSignal: () => {}, exit: () => {} };
  const log = () => recordingLog((record) => out.push(readableLine(record)), Date.now);
  const code = await main(command.split(" "), terminal, process, log);
  return { code, out: out.join("\n"), err: err.join("\n") };
}

const secret = { ...workerVariables, CLIENT_SECRET: "CANARY" };

describe("bootstrap", () => {
  test("prepares data directory and key, and says so", async () => {
    const { code, out } = await willcall("bootstrap", secret);
    expect(code).toBe(0);
    expect(out).toContain(`The data directory is ready: ${join(folder, ".willcall")}`);
    expect(out).toContain(`Made a root key for development: ${join(folder, ".willcall.keys")}`);
    expect(out).toContain("The configuration is sound.");
    expect(statSync(join(folder, ".willcall.keys")).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, ".willcall"))).toContain("willcall.db");
  });

  test("may be repeated: the key stays", async () => {
    await willcall("bootstrap", secret);
    const key = readFileSync(join(folder, ".willcall.keys"), "utf8");
    const { code, out } = await willcall("bootstrap", secret);
    expect(code).toBe(0);
    expect(out).toContain("The root key for development is there");
    expect(readFileSync(join(folder, ".willcall.keys"), "utf8")).toBe(key);
  });

  test("works before anything is configured, and says what comes next", async () => {
    const { code, out } = await willcall("bootstrap");
    expect(code).toBe(0);
    expect(out).toMatch(/Before it can start, the configuration needs:\n {2}apps is missing/);
  });

  test("makes no key where keys are configured", async () => {
    await willcall("bootstrap", { ...secret, WILLCALL_KEYS: someKey(1) });
    expect(readdirSync(folder)).toEqual([".willcall"]);
  });
});

describe("config check", () => {
  test("leaves nothing behind", async () => {
    const { code, out } = await willcall("config check", secret);
    expect(code).toBe(0);
    expect(out).toContain("The configuration is sound (development)");
    expect(readdirSync(folder)).toEqual([]);
  });

  test("ends with 78 and every mistake when something is wrong", async () => {
    const { code, err } = await willcall("config check", { ...secret, PLUGIN_ID: "A.b", WILLCALL_PORT: "x" });
    expect(code).toBe(78);
    expect(err).toMatch(/^The configuration has 2 mistakes:\n {2}PLUGIN_ID .*\n {2}WILLCALL_PORT /);
  });

  test("reads .dev.vars of the working directory", async () => {
    writeFileSync(
      join(folder, ".dev.vars"),
      Object.entries(secret)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(""),
    );
    expect((await willcall("config check")).code).toBe(0);
  });

  test("knows the providers of the catalogue by their endpoints", async () => {
    const google = {
      AUTHORIZE_ENDPOINT: "https://accounts.google.com/o/oauth2/v2/auth",
      TOKEN_ENDPOINT: "https://oauth2.googleapis.com/token",
    };
    const { out } = await willcall("config check --json", { ...secret, ...google });
    expect(JSON.parse(out)).toMatchObject({ apps: [{ providers: [{ name: "google" }] }] });
  });
});

test("config schema prints the JSON Schema", async () => {
  const { out } = await willcall("config schema");
  expect(JSON.parse(out)).toMatchObject({ title: "Willcall configuration", type: "object" });
});

describe("keys", () => {
  test("generate prints a key that the configuration takes", async () => {
    const { out } = await willcall("keys generate");
    expect((await willcall("keys check", { ...secret, WILLCALL_KEYS: out })).code).toBe(0);
  });

  test("check shows ids, never keys", async () => {
    const { out } = await willcall("keys check", { ...secret, WILLCALL_KEYS: `${someKey(1)},${someKey(2)}` });
    expect(out).toMatch(
      /^2 root keys from the configuration:\n {2}[0-9a-f]{4} {2}seals and opens\n {2}[0-9a-f]{4} {2}opens only$/,
    );
    expect(out).not.toContain(someKey(1).slice(0, 8));
  });
});

describe("serve", () => {
  test("says that its port is taken", async () => {
    const server = createServer();
    const listening = Promise.withResolvers<void>();
    server.listen(0, "127.0.0.1", listening.resolve);
    await listening.promise;
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const { code, err } = await willcall(`serve --port ${port}`, secret);
    server.close();
    expect(code).toBe(1);
    expect(err).toBe("Something listens on that port already. Stop it, or choose another with --port.");
  });

  test("says that the data directory cannot be one", async () => {
    writeFileSync(join(folder, "file"), "");
    const { code, err } = await willcall(`serve --data ${join(folder, "file", "below")}`, secret);
    expect(code).toBe(1);
    expect(err).not.toBe("");
  });
});

test("an unknown command is refused", async () => {
  const { code, err } = await willcall("srve");
  expect(code).not.toBe(0);
  expect(err).toMatch(/unknown command 'srve'/);
});

test.each(["bootstrap", "config check", "config check --json", "keys check"])(
  "%s shows no secret",
  async (command) => {
    const keys = someKey(9);
    const { out, err } = await willcall(command, { ...secret, WILLCALL_KEYS: keys });
    expect(out + err).not.toContain("CANARY");
    expect(out + err).not.toContain(keys);
  },
);
