import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Processor milliseconds that V8 needs to compile and run a bundle's top level: what a Worker's start costs. Measured
 * on Node, whose engine is the same, without Node's own start.
 */
export function startUpCost(bundle: string): number {
  const folder = mkdtempSync(join(tmpdir(), "willcall-start-"));
  const path = join(folder, "worker.mjs");
  const stub = "const env = { CONFIGURATION: '{}' }; class DurableObject {}";
  writeFileSync(path, bundle.replace(/import\s*\{([^}]*)\}\s*from\s*"cloudflare:workers";?/g, (_, names: string) =>
    names.split(",").map((name) => `const ${name.trim().replace(/^(\w+) as (\w+)$/, "$2=$1")}${/ as /.test(name) ? "" : "=undefined"};`).join("")));
  const measure = `${stub} globalThis.env = env; globalThis.DurableObject = DurableObject;
    await Promise.all(["crypto", "net", "path", "buffer"].map((name) => import("node:" + name)));
    const before = process.cpuUsage();
    await import(${JSON.stringify(path)});
    const { user, system } = process.cpuUsage(before);
    process.stdout.write(String((user + system) / 1000));`;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", measure], { encoding: "utf8" });
  rmSync(folder, { recursive: true });
  return Number(stdout);
}
