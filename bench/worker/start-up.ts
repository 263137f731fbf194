import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What stands for the module that Workers bring. */
const runtime = "data:text/javascript,export const env={CONFIGURATION:'{}'};export class DurableObject{}";

/**
 * Processor milliseconds that it takes to compile a bundle and run its top level: what a Worker's start costs. Measured
 * on Node, whose engine is the same, without Node's own start.
 */
export function startUpCost(bundle: string): number {
  const folder = mkdtempSync(join(tmpdir(), "willcall-start-"));
  const path = join(folder, "worker.mjs");
  writeFileSync(path, bundle);
  const measure = `
    import { registerHooks } from "node:module";
    const url = ${JSON.stringify(runtime)};
    registerHooks({
      resolve: (name, context, next) => name === "cloudflare:workers" ? { url, shortCircuit: true } : next(name, context),
    });
    await Promise.all(["crypto", "net", "path", "buffer"].map((name) => import("node:" + name)));
    const before = process.threadCpuUsage();
    await import(${JSON.stringify(path)});
    const { user, system } = process.threadCpuUsage(before);
    process.stdout.write(String((user + system) / 1000));`;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", measure], {
    encoding: "utf8",
  });
  rmSync(folder, { recursive: true });
  return Number(stdout);
}
