import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { countTests, type Counts, sum } from "./test-report.ts";

/**
 * `npm test`: format, lint, types, then every test. The last line is `N passed, N failed, N skipped`, where format,
 * lint and types count as one test each. With `CI=true` a skipped test is a failed one: there, nothing may be missing.
 */
const ci = process.env.CI === "true" || process.env.CI === "1";

/** Runs a tool of `node_modules/.bin`, which `run.mjs` put first in the path; on Windows those are `.cmd` files. */
function tool(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "inherit", shell: process.platform === "win32" }).status === 0;
}

function check(title: string, command: string, ...args: string[]): Counts {
  console.log(`\n${title}`);
  const passed = tool(command, args);
  return { passed: Number(passed), failed: Number(!passed), skipped: 0 };
}

function tests(): Counts {
  console.log("\nTests");
  const folder = mkdtempSync(join(tmpdir(), "willcall-test-"));
  const file = join(folder, "report.json");
  const extra = process.argv.slice(2);
  const passed = tool("vitest", [
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile=${file}`,
    ...extra,
  ]);
  const counts = countTests(readReport(file), passed);
  rmSync(folder, { recursive: true });
  return counts;
}

function readReport(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

const counted = sum([
  check("Format", "biome", "format", "."),
  check("Lint", "oxlint", "--type-aware"),
  check("Types", "tsc", "--noEmit", "-p", "."),
  tests(),
]);
const { passed, failed, skipped } = ci
  ? { passed: counted.passed, failed: counted.failed + counted.skipped, skipped: 0 }
  : counted;
if (ci && counted.skipped > 0) console.log(`\n${counted.skipped} skipped, which CI counts as failed.`);
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
