import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "./support/port.ts";

const run = promisify(execFile);
const command = join(import.meta.dirname, "..", "packages", "willcall", "bin", "willcall.mjs");
const page = await readFile(join(import.meta.dirname, "..", "docs", "account-types.md"), "utf8");

/** The documented commands, each with the status that the page says. */
const documented = Array.from(
  page.matchAll(/^(curl .*localhost:5984.*) # (\d{3})$/gm),
  ([, line = "", status]) => [line, Number(status)] as const,
);

const hasCurl = await run("curl", ["--version"]).then(
  () => true,
  () => false,
);
if (!hasCurl) console.log("Skipped: the documented commands need curl, which is not installed.");

let folder: string;
let broker: ChildProcess;
let couchPort: number;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "willcall-curl-"));
  const [, json = ""] = /```json\n([^]*?)```/.exec(page) ?? [];
  const port = await freePort();
  couchPort = await freePort();
  await writeFile(join(folder, "willcall.config.json"), json.replace("8787", String(port)));
  const argv = [command, "serve", "--port", String(port), "--couch-port", String(couchPort)];
  broker = spawn(process.execPath, argv, {
    cwd: folder,
    env: { PATH: process.env["PATH"] },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise<void>((resolve, reject) => {
    broker.once("exit", () => reject(new Error("the broker did not start")));
    createInterface(broker.stdout ?? process.stdin).on("line", (line) => {
      if (line.includes(`:${couchPort}`)) resolve();
    });
  });
});
afterAll(async () => {
  broker.kill();
  await once(broker, "exit");
  await rm(folder, { recursive: true });
});

/** Runs a line in a shell as it stands, but for the port; gives the status and what curl printed. */
async function shell(line: string): Promise<{ status: number; text: string }> {
  const at = line.replace("localhost:5984", `localhost:${couchPort}`);
  const { stdout } = await run("sh", ["-c", `${at} -s -w '%{http_code}'`]);
  return { status: Number(stdout.slice(-3)), text: stdout.slice(0, -3) };
}

describe.skipIf(!hasCurl)("docs/account-types.md", () => {
  it("has commands", () => {
    expect(documented.length).toBeGreaterThan(6);
  });

  it("E: its commands work word for word, on CouchDB's port, one after the other", async () => {
    const answers = [];
    for (const [line] of documented) answers.push(await shell(line));
    expect(answers.map(({ status }) => status)).toEqual(documented.map(([, status]) => status));
    const [, , , , google, all] = answers.map(({ text }): unknown => JSON.parse(text));
    expect(google).toMatchObject({ _id: "google", client_id: "<CLIENT_ID>" });
    expect(all).toMatchObject({ total_rows: 2, rows: [{ id: "facebook" }, { id: "google" }] });
    expect(JSON.stringify(answers)).not.toContain("<CLIENT_SECRET>");
  });

  it("E: nothing else is on that port", async () => {
    for (const path of ["", "api/accounts", "healthz", "accounts/facebook/redirect"])
      expect(await shell(`curl localhost:5984/${path}`)).toMatchObject({ status: 404 });
  });
});
