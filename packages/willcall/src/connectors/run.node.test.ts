import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { Connector } from "./connector.ts";
import type { Said } from "./log-line.ts";
import { runConnector } from "./run.node.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "connector-"));
  return () => rm(directory, { recursive: true });
});

const manifest = { slug: "photos", name: "Photos", fields: [], parameters: {} };
const silent = new AbortController().signal;

interface Given {
  secrets?: readonly string[] | "unknown";
  connector?: Connector;
  signal?: AbortSignal;
  timeLimit?: number;
  onLine?: (said: Said) => void;
}

/** Runs a program as a connector. */
async function run(program: string, given: Given = {}) {
  const { secrets = [], signal = silent, timeLimit = 60, onLine } = given;
  await writeFile(join(directory, "index.js"), program);
  const lines: Said[] = [];
  const start = {
    connector: given.connector ?? { directory, manifest },
    account: "AbcdefghijklmnopqrstuA",
    url: "http://localhost:8787",
    token: "wcc1.of-this-run",
    run: "run-1",
    timeLimit,
    locale: "en",
    manual: true,
  };
  const end = await runConnector(start, {
    env: process.env,
    signal,
    secrets: async () => {
      if (secrets === "unknown") throw new Error("the store is unavailable");
      return secrets;
    },
    onLine: (said) => {
      lines.push(said);
      onLine?.(said);
    },
  });
  return { ...end, lines, messages: lines.map(({ message }) => message) };
}

/** Code that logs as cozy-konnector-libs does. */
const logs = (type: string, message: string) =>
  `console.log(JSON.stringify({ type: "${type}", message: "${message}" }));\n`;

describe("a connector", () => {
  it("is started in its directory with Cozy's environment, and its lines are told in order", async () => {
    const program = `
      const { account, konnector } = JSON.parse(process.env.COZY_FIELDS);
      console.log(JSON.stringify({ type: "debug", message: konnector + " " + account }));
      console.log(JSON.stringify({ type: "info", message: process.cwd() }));
      console.log("plain");`;
    const { outcome, lastError, exitCode, lines } = await run(program);
    expect({ outcome, lastError, exitCode }).toEqual({ outcome: "succeeded", lastError: null, exitCode: 0 });
    expect(lines).toEqual([
      { type: "debug", message: "photos AbcdefghijklmnopqrstuA" },
      { type: "info", message: expect.stringContaining("connector-") },
      { type: "info", message: "plain" },
    ]);
  });

  it("fails for the reason that it names as critical, rather than for an error", async () => {
    const program = `${logs("critical", "USER_ACTION_NEEDED.OAUTH_OUTDATED")}${logs("error", "later")}process.exit(1)`;
    expect(await run(program)).toMatchObject({
      outcome: "failed",
      lastError: "USER_ACTION_NEEDED.OAUTH_OUTDATED",
      exitCode: 1,
    });
  });

  it("fails also where it ends well after an error, as in Cozy's stack", async () => {
    expect(await run(logs("error", "VENDOR_DOWN"))).toMatchObject({
      outcome: "failed",
      lastError: "VENDOR_DOWN",
      exitCode: 1,
    });
  });

  it("fails with its own exit code, and what it wrote to standard error is shown", async () => {
    const { messages, ...end } = await run('console.error("no such thing"); process.exit(3)');
    expect(end).toMatchObject({ outcome: "failed", lastError: "it ended with 3", exitCode: 3 });
    expect(messages).toEqual(["no such thing"]);
  });

  it("fails where there is no program", async () => {
    const { outcome, lines } = await run("require('./nowhere')");
    expect(outcome).toBe("failed");
    expect(lines.map(({ message }) => message).join("\n")).toContain("nowhere");
  });

  it("shows no token: not its own, not the account's, not one that it got meanwhile (S4)", async () => {
    const secrets = ["opaque-access-token"];
    const program = `
      ${logs("info", "mine is opaque-access-token")}
      console.log("credentials", process.env.COZY_CREDENTIALS);
      console.error("Bearer opaque-access-token-too");
      ${logs("critical", "failed with opaque-access-token")}`;
    const { lines, lastError } = await run(program, { secrets });
    expect(JSON.stringify(lines)).not.toMatch(/opaque|of-this-run/);
    expect(lastError).toBe("failed with [secret]");
  });
});

it("withholds a line that could hold a token while nobody knows which there are (S4)", async () => {
  const program = `${logs("info", "mine is opaque-access-token")}${logs("info", "3 bills")}`;
  const { messages, outcome } = await run(program, { secrets: "unknown" });
  expect(outcome).toBe("succeeded");
  expect(messages).toEqual([expect.stringContaining("not shown"), "3 bills"]);
});

it("fails where its directory is gone", async () => {
  const gone = { directory: join(directory, "gone"), manifest };
  expect(await run("", { connector: gone })).toMatchObject({
    outcome: "failed",
    lastError: "it could not be started",
    exitCode: 127,
  });
});

describe("a connector that runs", () => {
  const forever = `console.log("ready"); setInterval(() => {}, 1000);`;

  it("is ended when its time is over", async () => {
    expect(await run(forever, { timeLimit: 0.5 })).toMatchObject({
      outcome: "timed_out",
      lastError: "its time was over",
      exitCode: 124,
    });
  });

  it("may say something when it is stopped, and its exit code counts", async () => {
    const stop = new AbortController();
    const program = `process.on("SIGTERM", () => { ${logs("critical", "stopped by a signal")} process.exit(143); }); ${forever}`;
    const end = await run(program, { signal: stop.signal, onLine: () => stop.abort() });
    expect(end).toMatchObject({ outcome: "stopped", lastError: "stopped by a signal", exitCode: 143 });
  });

  it("is stopped at once by a signal that came before it", async () => {
    expect(await run(forever, { signal: AbortSignal.abort() })).toMatchObject({ outcome: "stopped" });
  });

  it("takes what it started with it", async () => {
    const program = `
      const { spawn } = require("node:child_process");
      spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" }).unref();
      process.exit(0);`;
    expect(await run(program)).toMatchObject({ outcome: "succeeded" });
  });
});
