import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildPackage } from "./build.ts";

const root = join(import.meta.dirname, "..");
const modules = join(root, "node_modules");
/** Every package that is published. */
const packages = globSync("packages/*/tsconfig.build.json", { cwd: root }).map(dirname);

interface Manifest {
  name: string;
  version: string;
  bin?: Record<string, string>;
  exports: Record<string, string | { types: string; default: string }>;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/** A folder with nothing in it but what npm would install. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "willcall-installed-"));
  for (const path of packages) install(join(root, path));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

const manifestOf = (path: string): Manifest => JSON.parse(readFileSync(join(path, "package.json"), "utf8"));

/** Packs a package and unpacks it as npm would; what it says it depends on is linked, and nothing else. */
function install(path: string): void {
  const { name, dependencies, peerDependencies } = manifestOf(path);
  const dist = join(folder, "built", name);
  buildPackage(path, dist);
  const { stdout } = spawnSync("npm", ["pack", "--json", dist], { cwd: folder, encoding: "utf8" });
  const [{ filename }]: [{ filename: string }] = JSON.parse(stdout);
  const target = join(folder, "node_modules", name);
  mkdirSync(target, { recursive: true });
  spawnSync("tar", ["-xzf", join(folder, filename), "--strip-components=1", "-C", target]);
  for (const needed of Object.keys({ ...dependencies, ...peerDependencies })) link(needed);
}

function link(name: string): void {
  const path = join(folder, "node_modules", name);
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(join(modules, name), path);
}

function run(command: string, ...args: string[]): SpawnSyncReturns<string> {
  const env = { ...process.env, PATH: [join(modules, ".bin"), process.env["PATH"]].join(delimiter), CI: "1" };
  return spawnSync(command, args, { cwd: folder, encoding: "utf8", env, timeout: 60_000 });
}

/** What TypeScript has to say against files in the folder. */
function check(...args: string[]): string {
  const options = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2024", "--types", "node"];
  return run("tsc", "--ignoreConfig", ...options, ...args).stdout;
}

/** Runs a module that lies in the folder; what it printed. */
function runModule(text: string): string {
  writeFileSync(join(folder, "module.mjs"), text);
  const { stdout, stderr } = run(process.execPath, "module.mjs");
  return `${stdout}${stderr}`.trim();
}

describe.each(packages)("%s, as it is published", (path) => {
  const { name } = manifestOf(join(root, path));

  it("has a file and its types at every entry", () => {
    const installed = join(folder, "node_modules", name);
    const entries = Object.values(manifestOf(installed).exports);
    const files = entries.flatMap((entry) => (typeof entry === "string" ? [entry] : Object.values(entry)));
    expect(files.filter((file) => !existsSync(join(installed, file)))).toEqual([]);
  });

  it("holds no source that Node would refuse, no test, and no way to run a script", () => {
    const installed = join(folder, "node_modules", name);
    const files = globSync("**/*.{ts,tsx,mts}", { cwd: installed }).filter((file) => !file.endsWith(".d.ts"));
    expect(files).toEqual([]);
    expect(globSync("**/*.test.*", { cwd: installed })).toEqual([]);
    expect(manifestOf(installed)).not.toHaveProperty("scripts");
  });

  it("states what it imports: every entry loads with that alone", () => {
    const entries = Object.entries(manifestOf(join(folder, "node_modules", name)).exports)
      .filter(
        ([entry, target]) => typeof target !== "string" && !onlyElsewhere.has(`${name}${entry.slice(1)}`),
      )
      .map(([entry]) => `${name}${entry.slice(1)}`);
    const imports = entries.map((entry) => `await import(${JSON.stringify(entry)});`).join("\n");
    expect(runModule(`${imports}\nconsole.log("loaded");`)).toBe("loaded");
  });
});

/** What cannot be loaded by Node: it stands on the Workers runtime, or on a browser's elements. */
const onlyElsewhere = new Set(["willcall/worker", "@willcall/client/element"]);

describe("willcall, installed", () => {
  it("is a command that says its version", () => {
    const installed = join(folder, "node_modules", "willcall");
    const { version, bin } = manifestOf(installed);
    const { stdout } = run(process.execPath, join(installed, bin?.["willcall"] ?? ""), "--version");
    expect(stdout.trim()).toBe(version);
  });

  it("knows its providers", () => {
    const installed = join(folder, "node_modules", "willcall");
    const { stdout } = run(
      process.execPath,
      join(installed, "bin", "willcall.mjs"),
      "providers",
      "search",
      "notion",
    );
    expect(stdout).toContain("notion");
  });

  it("serves from a program", () => {
    const printed = runModule(`
      import { randomBytes } from "node:crypto";
      import { catalogue, diskFiles, loadConfig, openSqlite, pinoLog, serveNode } from "willcall";
      const env = { CLIENT_ID: "id", CLIENT_SECRET: "secret", PLUGIN_ID: "abc",
        REDIRECT_URI: "http://localhost:8787/redirect/",
        AUTHORIZE_ENDPOINT: "https://meadow.example/a", TOKEN_ENDPOINT: "https://meadow.example/t", SCOPE: "" };
      const sources = { cwd: ${JSON.stringify(folder)}, env, flags: {}, files: diskFiles, catalogue, random: randomBytes };
      const { config } = await loadConfig(sources);
      const log = pinoLog({ destination: { write: () => {} } });
      const engine = openSqlite({ path: ":memory:" });
      const { url, close } = await serveNode({ config, engine, log, listen: { host: "127.0.0.1", port: 0 } });
      const { status } = await fetch(url + "/authorize", { method: "POST" });
      console.log(status);
      await close();`);
    expect(printed).toBe("200");
  });

  it("builds as a Worker, from the template, whose types fit", () => {
    cpSync(join(root, "examples", "cloudflare-worker"), folder, { recursive: true });
    for (const name of ["wrangler", "@types/node"]) link(name);
    expect(run("wrangler", "deploy", "--dry-run")).toMatchObject({ status: 0 });
    expect(run("wrangler", "types")).toMatchObject({ status: 0 });
    const bundled = ["--module", "esnext", "--moduleResolution", "bundler", "--resolveJsonModule"];
    expect(check(...bundled, "worker-configuration.d.ts", "src/index.ts", "src/many-apps.ts")).toBe("");
  }, 90_000);
});

describe("@willcall/connector, installed", () => {
  it("is required by a program as Cozy's documentation writes one", () => {
    writeFileSync(
      join(folder, "connector.cjs"),
      `const { BaseKonnector, requestFactory, log } = require("@willcall/connector")
      module.exports = new BaseKonnector(start)
      async function start() { log("info", typeof requestFactory()) }`,
    );
    const { stdout, stderr } = run(process.execPath, "connector.cjs");
    expect([JSON.parse(stdout), stderr]).toEqual([expect.objectContaining({ message: "function" }), ""]);
  });
});

it("both have types that TypeScript finds", () => {
  writeFileSync(
    join(folder, "typed.ts"),
    `import { type Broker, createBroker } from "willcall";
    import { readPack } from "willcall/catalogue";
    import { createClient } from "@willcall/client";
    // @ts-expect-error -- it is a function
    const broker: number = createBroker;
    // @ts-expect-error -- it is a promise
    const pack: number = readPack();
    // @ts-expect-error -- it wants options
    createClient();
    export const fetch = (one: Broker) => one.fetch;
    export { broker, pack };`,
  );
  link("@types/node");
  expect(check("--module", "nodenext", "typed.ts")).toBe("");
}, 60_000);
