import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Running } from "./target.ts";

const command = join(import.meta.dirname, "..", "..", "packages", "willcall", "bin", "willcall.mjs");

/** Makes an operator token of these scopes, as an operator does: by the command, beside the broker. */
export async function limitedToken({ dataDir }: Running, ...scopes: readonly string[]): Promise<string> {
  if (dataDir === undefined) throw new TypeError("this target's store is no directory");
  const argv = [command, "operator-tokens", "create", "limited", "--data", dataDir, "--scope", ...scopes];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { cwd: dataDir });
  return stdout.trim();
}
