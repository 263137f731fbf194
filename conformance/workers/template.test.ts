import { type SpawnSyncReturns, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { MIGRATIONS } from "../../packages/willcall/src/engines/sql/migrations.ts";
import { freePort } from "../support/port.ts";

const root = join(import.meta.dirname, "..", "..");
const template = join(root, "examples", "cloudflare-worker");
const env = { ...process.env, CI: "1", WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false" };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "willcall-template-"));
  await cp(template, folder, { recursive: true });
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  await rm(join(folder, ".dev.vars"), { force: true });
});
afterAll(() => rm(folder, { recursive: true }));

const run = (...command: string[]): SpawnSyncReturns<string> =>
  spawnSync("npx", command, { cwd: folder, env, encoding: "utf8", timeout: 60_000 });
const npmRun = (script: string): SpawnSyncReturns<string> =>
  spawnSync("npm", ["run", script], { cwd: folder, env, encoding: "utf8", timeout: 60_000 });

it("has the schema of every SQL engine as its migrations (`npm run schema` writes them)", async () => {
  const names = (await readdir(join(template, "migrations"))).toSorted();
  const steps = await Promise.all(names.map((name) => readFile(join(template, "migrations", name), "utf8")));
  expect(steps).toEqual(MIGRATIONS.map((step) => `${step}\n`));
});

it("is bootstrapped with a key of its own and a database, once", async () => {
  expect(npmRun("bootstrap")).toMatchObject({ status: 0 });
  const variables = await readFile(join(folder, ".dev.vars"), "utf8");
  expect(variables).toMatch(/^WILLCALL_KEYS=[A-Za-z0-9+/]{43}=$/m);
  expect(npmRun("bootstrap")).toMatchObject({ status: 0 });
  expect(await readFile(join(folder, ".dev.vars"), "utf8")).toBe(variables);
}, 90_000);

it("builds for deployment, with one app and with many", () => {
  expect(run("wrangler", "deploy", "--dry-run")).toMatchObject({ status: 0 });
  expect(run("wrangler", "deploy", "--dry-run", "src/many-apps.ts")).toMatchObject({ status: 0 });
}, 90_000);

it("has its bindings typed by `wrangler types`, with the rate limiter once its comment signs are taken off", async () => {
  const path = join(folder, "wrangler.jsonc");
  const written = await readFile(path, "utf8");
  await writeFile(path, written.replace('// "ratelimits"', '"ratelimits"'));
  expect(run("wrangler", "types")).toMatchObject({ status: 0 });
  const types = await readFile(join(folder, "worker-configuration.d.ts"), "utf8");
  for (const binding of ["MAILBOXES: DurableObjectNamespace", "RECORDS: D1Database", "BEGINS: RateLimit"])
    expect(types).toContain(binding);
}, 60_000);

it("serves logins over https in development", async () => {
  const path = join(folder, ".dev.vars");
  const written = await readFile(path, "utf8");
  await writeFile(path, written.replace(/^(CLIENT_ID|CLIENT_SECRET)=$/gm, "$1=value"));
  const port = await freePort();
  const child = spawn(process.execPath, ["scripts/dev.mjs", "--port", String(port)], {
    cwd: folder,
    env,
    detached: true,
  });
  try {
    await expect.poll(() => begin(port), { timeout: 60_000, interval: 500 }).toMatch(/"readKey"/);
  } finally {
    const exited = once(child, "exit");
    // Wrangler and workerd are in the group of the process that was started here.
    if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
    await exited;
  }
}, 90_000);

/** `POST /authorize` with the certificate that Wrangler made; resolves to the body, or why there is none. */
function begin(port: number): Promise<string> {
  return new Promise((resolve) => {
    const options = { port, path: "/authorize", method: "POST", rejectUnauthorized: false };
    request({ ...options, host: "localhost" }, (answer) => {
      let text = "";
      answer.on("data", (chunk) => {
        text += String(chunk);
      });
      answer.on("end", () => resolve(text));
    })
      .on("error", (error) => resolve(error.message))
      .end();
  });
}
