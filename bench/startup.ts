import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { randomBytes } from "node:crypto";
import { median } from "./stats.ts";

const RUNS = 5;
const bin = fileURLToPath(new URL("../packages/willcall/bin/willcall.mjs", import.meta.url));

const credentials = { client_id: "id", client_secret: "secret" };
const elsewhere = {
  authorization_endpoint: "https://login.example.com/authorize",
  token_endpoint: "https://login.example.com/token",
};

/** Ways to start: the providers of a configuration file, or variables alone. */
const ways = {
  "a provider of the catalogue": { providers: { p: { use: "google", ...credentials } } },
  "a provider of one's own": { providers: { p: { ...elsewhere, ...credentials } } },
  // Endpoints in variables are looked for in every entry of the catalogue.
  "the worker's variables": {
    variables: {
      CLIENT_ID: "id",
      CLIENT_SECRET: "secret",
      PLUGIN_ID: "plugin",
      PLUGIN_PARENT_DOMAIN: "plugins.framercdn.com",
      REDIRECT_URI: "http://localhost:8787/redirect",
      AUTHORIZE_ENDPOINT: elsewhere.authorization_endpoint,
      TOKEN_ENDPOINT: elsewhere.token_endpoint,
    },
  },
} as const;

/** Milliseconds of five starts (medians) from spawn to the line that says where it listens. */
export interface Starts {
  readonly name: string;
  /** With no compiled code from an earlier start. */
  readonly first: number;
  /** With it. */
  readonly later: number;
}

/** Starts `willcall serve` in each way, and an empty Node process as the control. */
export async function startups(): Promise<{ control: number; starts: Starts[] }> {
  const empty = await several(() => emptyNode());
  const starts: Starts[] = [];
  for (const [name, way] of Object.entries(ways)) {
    const folder = mkdtempSync(join(tmpdir(), "willcall-startup-"));
    const variables = "variables" in way ? way.variables : {};
    if ("providers" in way) {
      const apps = { app: { provider: "p", scope: [], origins: ["http://localhost:3000"] } };
      const configuration = { publicUrl: "http://localhost:8787", providers: way.providers, apps };
      writeFileSync(join(folder, "willcall.config.json"), JSON.stringify(configuration));
    }
    const environment = (cache: string) => ({
      PATH: process.env["PATH"],
      WILLCALL_KEYS: randomBytes(32).toString("base64"),
      XDG_CACHE_HOME: join(folder, cache),
      ...variables,
    });
    let fresh = 0;
    const first = await several(() => serve(folder, environment(`cache-${fresh++}`)));
    const later = await several(() => serve(folder, environment("cache-0")));
    starts.push({ name, first, later });
    rmSync(folder, { recursive: true });
  }
  return { control: empty, starts };
}

async function several(run: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < RUNS; round++) times.push(await run());
  return median(times);
}

async function emptyNode(): Promise<number> {
  const from = performance.now();
  await once(spawn(process.execPath, ["-e", ""], { stdio: "ignore" }), "exit");
  return performance.now() - from;
}

async function serve(cwd: string, env: NodeJS.ProcessEnv): Promise<number> {
  const from = performance.now();
  const child = spawn(process.execPath, [bin, "serve", "--port", "0"], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exit = once(child, "exit");
  let said = "";
  const { promise: listening, resolve } = Promise.withResolvers<number>();
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    if (said.includes('"listening"')) resolve(performance.now() - from);
  });
  const ended = exit.then(() => Number.NaN);
  const time = await Promise.race([listening, ended]);
  if (Number.isNaN(time)) throw new Error(`it ended before it listened: ${said}`);
  child.kill("SIGTERM");
  await exit;
  return time;
}
