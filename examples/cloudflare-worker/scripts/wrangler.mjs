import { spawnSync } from "node:child_process";

/** Runs Wrangler in this folder, and ends the process with its exit code if it fails. */
export function wrangler(...args) {
  const { status } = spawnSync("wrangler", args, { stdio: "inherit", shell: process.platform === "win32" });
  if (status !== 0) process.exit(status ?? 1);
}
