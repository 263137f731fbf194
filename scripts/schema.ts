import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { configJsonSchema } from "../packages/willcall/src/cli/config.ts";

const path = fileURLToPath(
  new URL("../packages/willcall/schema/willcall.config.schema.json", import.meta.url),
);
mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, configJsonSchema());
// As `npm run format` would, so that the two never disagree.
const { status } = spawnSync("biome", ["format", "--write", path], {
  stdio: "inherit",
  shell: process.platform === "win32",
});
process.exitCode = status ?? 1;
