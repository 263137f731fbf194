import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

/** A fresh clone in miniature, with an npm that writes down that it was called. */
let clone: string;

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), "willcall-clone-"));
  for (const file of ["run.mjs", "installed.mjs", "preload.mjs"]) {
    cpSync(join(import.meta.dirname, file), join(clone, "scripts", file));
  }
  writeFileSync(join(clone, "hello.mjs"), `console.log("hello", ...process.argv.slice(2)); process.exit(3);`);
  lockFile("package-lock.json", "1.0.0");
  npm(`
    import { mkdirSync, copyFileSync } from "node:fs";
    console.log("noise");
    mkdirSync("node_modules", { recursive: true });
    copyFileSync("package-lock.json", "node_modules/.package-lock.json");
  `);
});

afterEach(() => rmSync(clone, { recursive: true }));

function lockFile(path: string, version: string): void {
  const packages = {
    "": { name: "clone" },
    "packages/part": { version: "0.0.1" },
    "node_modules/thing": { version },
    "node_modules/for-another-machine": { version, optional: true },
  };
  writeFileSync(join(clone, path), JSON.stringify({ packages }));
}

function installedLockFile(version: string): void {
  mkdirSync(join(clone, "node_modules"));
  const packages = { "node_modules/thing": { version } };
  writeFileSync(join(clone, "node_modules", ".package-lock.json"), JSON.stringify({ packages }));
}

function npm(source: string): void {
  writeFileSync(join(clone, "npm.mjs"), source);
  writeFileSync(join(clone, "npm-cli.js"), `import("./npm.mjs")`);
}

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ["scripts/run.mjs", ...args], {
    cwd: clone,
    encoding: "utf8",
    env: { ...process.env, npm_execpath: join(clone, "npm-cli.js"), npm_node_execpath: process.execPath },
  });
}

describe("a command of the repository", () => {
  test("installs on a fresh clone, in one line, and then runs", () => {
    const { status, stdout } = run("hello.mjs", "you");
    expect(stdout).toBe("Installing what is missing …\nhello you\n");
    expect(status).toBe(3);
  });

  test("does not install again", () => {
    run("hello.mjs");
    expect(run("hello.mjs").stdout).toBe("hello\n");
  });

  test("takes no notice of packages for other machines", () => {
    installedLockFile("1.0.0");
    expect(run("hello.mjs").stdout).toBe("hello\n");
  });

  test("installs again when the lock file has moved on", () => {
    installedLockFile("0.9.0");
    expect(run("hello.mjs").stdout).toMatch(/^Installing/);
  });

  test("shows what npm said when it failed, and runs nothing", () => {
    npm(`console.error("the registry is on fire"); process.exit(1);`);
    const { status, stdout, stderr } = run("hello.mjs");
    expect(stderr).toContain("the registry is on fire");
    expect(stdout).not.toContain("hello");
    expect(status).toBe(1);
  });
});

/** Runs `waits.mjs`, in a process group of its own, until `stop` has stopped it; resolves to what it printed. */
async function stopped(stop: (pid: number) => void): Promise<string> {
  const running = spawn(process.execPath, ["scripts/run.mjs", "waits.mjs"], { cwd: clone, detached: true });
  let printed = "";
  running.stdout.on("data", (chunk: Buffer) => {
    printed += chunk.toString();
    if (chunk.toString().includes("ready")) stop(Number(running.pid));
  });
  await once(running.stdout, "close");
  return printed;
}

describe.skipIf(process.platform === "win32")("a script that waits", () => {
  beforeEach(() => {
    installedLockFile("1.0.0");
    const source = `
      let count = 0;
      const end = () => { console.log("signals:", count); process.exit(0); };
      for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => count++ || setTimeout(end, 300));
      setInterval(() => {}, 1000);
      console.log("ready");`;
    writeFileSync(join(clone, "waits.mjs"), source);
  });

  test("takes one Ctrl-C that arrives twice for one signal", async () => {
    const printed = await stopped((pid) => {
      process.kill(pid, "SIGINT");
      process.kill(-pid, "SIGINT");
    });
    expect(printed).toContain("signals: 1");
  });

  test("ends when what runs it was killed", async () => {
    expect(await stopped((pid) => process.kill(pid, "SIGKILL"))).toContain("signals: 1");
  });
});

test("an old Node is told what it needs", () => {
  const pretend = `data:text/javascript,Object.defineProperty(process.versions,"node",{value:"20.1.0"})`;
  const { status, stderr } = spawnSync(
    process.execPath,
    ["--import", pretend, join(clone, "scripts", "preload.mjs")],
    { encoding: "utf8" },
  );
  expect(stderr).toContain("Willcall needs Node 26 or later");
  expect(status).toBe(1);
});
