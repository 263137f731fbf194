import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { configJsonSchema } from "../packages/willcall/src/cli/config.ts";
import { MIGRATIONS } from "../packages/willcall/src/engines/sql/migrations.ts";

// The Worker's template migrates D1 with Wrangler, which wants a file for each step.
MIGRATIONS.forEach((step, index) => {
  const name = `${String(index + 1).padStart(4, "0")}_willcall.sql`;
  writeFileSync(new URL(`../examples/cloudflare-worker/migrations/${name}`, import.meta.url), `${step}\n`);
});

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
