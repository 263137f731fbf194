import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Reads a bundle before the clock starts, and gives it Node's own modules and what stands for those of Workers. */
const measure = `
  import { readFileSync } from "node:fs";
  import { SourceTextModule, SyntheticModule } from "node:vm";
  const source = readFileSync(process.argv[1], "utf8");
  const workers = { env: { CONFIGURATION: "{}" }, DurableObject: class {} };
  const builtIn = new Map([["cloudflare:workers", workers]]);
  for (const name of ["crypto", "net", "path", "buffer"]) builtIn.set("node:" + name, await import("node:" + name));
  const before = process.threadCpuUsage();
  const module = new SourceTextModule(source);
  await module.link((name) => {
    const exports = builtIn.get(name);
    return new SyntheticModule(Object.keys(exports), function () {
      for (const [key, value] of Object.entries(exports)) this.setExport(key, value);
    });
  });
  await module.evaluate();
  const { user, system } = process.threadCpuUsage(before);
  process.stdout.write(String((user + system) / 1000));`;

/**
 * Processor milliseconds that it takes to compile a bundle and run its top level: what a Worker's start costs. Measured
 * on Node, whose engine is the same, without Node's own start and without reading the file.
 */
export function startUpCost(bundle: string): number {
  const folder = mkdtempSync(join(tmpdir(), "willcall-start-"));
  const path = join(folder, "worker.mjs");
  writeFileSync(path, bundle);
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--experimental-vm-modules", "--no-warnings", "--input-type=module", "--eval", measure, path],
    { encoding: "utf8" },
  );
  rmSync(folder, { recursive: true });
  if (stdout === "") throw new Error(`the bundle did not start: ${stderr}`);
  return Number(stdout);
}
