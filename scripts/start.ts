import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { RunningExample, Start } from "../examples/example.ts";
import { catalogue } from "../packages/willcall/src/providers/catalogue/index.ts";
import { diskFiles, hasCode } from "../packages/willcall/src/cli/files.ts";
import { serve } from "../packages/willcall/src/cli/serve.ts";
import { ROOT_KEY_LENGTH, formatRootKey } from "../packages/willcall/src/config/root-keys.ts";
import { openSqlite } from "../packages/willcall/src/engines/sqlite/open.ts";
import { serveNode } from "../packages/willcall/src/node.ts";
import { recordingLog } from "../packages/willcall/src/observe/log.ts";
import { readableLine } from "../packages/willcall/src/observe/pretty.ts";
import { box } from "./box.ts";

/** A mistake that a person can put right: shown as a sentence, without a stack. */
class Refusal extends Error {}

/**
 * `npm start [-- --example <name>] [--port <first port>]`: an example with Willcall, on this machine alone. What it
 * stores lies in a temporary directory, which goes when it ends.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { example: { type: "string", default: "demo" }, port: { type: "string", default: "8787" } },
  });
  const first = Number(values.port);
  if (!/^\d{1,5}$/.test(values.port) || first < 1 || first > 65_000) {
    throw new Refusal("--port takes a number from 1 to 65000.");
  }
  const start = await loadExample(values.example);
  const willcall = `http://localhost:${first}`;
  const folder = mkdtempSync(join(tmpdir(), "willcall-"));
  try {
    const example = await start({ willcall, ports: [1, 2, 3, 4].map((step) => first + step) });
    await serveExample(example, willcall, first, folder);
    await example.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function serveExample(
  example: RunningExample,
  willcall: string,
  port: number,
  folder: string,
): Promise<void> {
  const configuration = {
    publicUrl: willcall,
    listen: { host: "localhost", port },
    ...example.configuration,
  };
  writeFileSync(join(folder, "willcall.config.json"), JSON.stringify(configuration));
  const sources = {
    cwd: folder,
    env: { WILLCALL_KEYS: formatRootKey(randomBytes(ROOT_KEY_LENGTH)) },
    flags: {},
    files: diskFiles,
    catalogue,
    random: randomBytes,
  };
  const welcome = box([`Open ${example.open}`, "", ...example.steps, "", "Ctrl-C ends everything."]);
  await serve(sources, {
    log: recordingLog(
      (record) => console.log(record.event === "listening" ? welcome : readableLine(record)),
      Date.now,
    ),
    announce: (line) => console.log(line),
    openStore: (path) => openSqlite({ path }),
    start: serveNode,
    onStopSignal: (stop) => {
      for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, stop);
    },
    exit: (code) => process.exit(code),
  });
}

async function loadExample(name: string): Promise<Start> {
  const examples = join(import.meta.dirname, "..", "examples");
  const names = readdirSync(examples).filter((folder) => existsSync(join(examples, folder, "example.ts")));
  if (!names.includes(name)) {
    throw new Refusal(`There is no example of that name. There are: ${names.join(", ")}.`);
  }
  const { start } = (await import(`../examples/${name}/example.ts`)) as { start: Start };
  return start;
}

/** What a person should read about an error; undefined: it is ours, and its stack is wanted. */
function explain(error: unknown): string | undefined {
  if (error instanceof Refusal) return error.message;
  if (!hasCode(error, "EADDRINUSE")) return undefined;
  const port = error instanceof Error && "port" in error ? `Port ${String(error.port)}` : "A port";
  return `${port} is in use. Stop what uses it, or choose others: npm start -- --port 9000`;
}

try {
  await main();
} catch (error) {
  console.error(explain(error) ?? error);
  // Parts of an example may still listen.
  process.exit(1);
}
