import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { workerVariables } from "../config/sources.fixture.ts";
import { SELF_SIGNED_FILE } from "./tls.ts";

const bin = fileURLToPath(new URL("../../bin/willcall.mjs", import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "willcall-bin-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The command as a process of its own, in the folder. */
function run(...argv: string[]): ChildProcess {
  return runWith({}, ...argv);
}

/** The same, with more in its environment. */
function runWith(more: Record<string, string>, ...argv: string[]): ChildProcess {
  const env = { PATH: process.env.PATH, ...workerVariables, CLIENT_SECRET: "CANARY", ...more };
  return spawn(process.execPath, [bin, ...argv], { cwd: folder, env });
}

/** The port in the log line that says where it listens; every line goes into `lines`. */
async function listening(child: ChildProcess, lines: string[]): Promise<number> {
  const found = Promise.withResolvers<number>();
  if (child.stdout === null) throw new Error("no output");
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    const { event, url } = JSON.parse(line);
    if (event === "listening") found.resolve(Number(new URL(url).port));
  });
  child.on("exit", () => found.reject(new Error("it ended")));
  return found.promise;
}

async function ended(child: ChildProcess): Promise<number | null> {
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.on("exit", resolve);
  return promise;
}

async function healthOf(port: number): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const ca = readFileSync(join(folder, SELF_SIGNED_FILE));
  get(
    { host: "127.0.0.1", port, path: "/healthz", ca, servername: "localhost", agent: false },
    (response) => {
      response.resume();
      resolve(response.statusCode);
    },
  ).on("error", reject);
  return promise;
}

test("willcall serve --https listens, answers, and ends with 0 on SIGTERM", async () => {
  const child = run("serve", "--https", "--port", "0");
  const lines: string[] = [];
  const port = await listening(child, lines);
  expect(await healthOf(port)).toBe(200);
  const end = ended(child);
  child.kill("SIGTERM");
  expect(await end).toBe(0);
  expect(lines.map((line) => JSON.parse(line).event).slice(-2)).toEqual(["draining", "stopped"]);
  expect(lines.join("\n")).not.toContain("CANARY");
  expect(readdirSync(folder).toSorted()).toEqual(
    [".willcall", SELF_SIGNED_FILE, ".willcall.keys"].toSorted(),
  );
});

test("a wrong configuration ends it with 78", async () => {
  expect(await ended(run("serve", "--port", "x"))).toBe(78);
});

test("compiled code is kept in the user's own cache, and holds no secret", async () => {
  const cache = join(folder, "cache");
  expect(await ended(runWith({ XDG_CACHE_HOME: cache }, "config", "check"))).toBe(0);
  const kept = readdirSync(join(cache, "willcall"), { recursive: true, withFileTypes: true });
  const files = kept.filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(0);
  const held = files.filter(({ parentPath, name }) =>
    readFileSync(join(parentPath, name), "latin1").includes("CANARY"),
  );
  expect(held.map(({ name }) => name)).toEqual([]);
});

test("a cache that cannot be written stops nothing", async () => {
  const cache = join(folder, "a-file");
  writeFileSync(cache, "");
  expect(await ended(runWith({ XDG_CACHE_HOME: cache }, "config", "check"))).toBe(0);
});
