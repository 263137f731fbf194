import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Makes `dist/`, which is what gets published (`npm publish packages/client/dist`): JavaScript, types, and a
 * package.json whose entries name them. Here in the repository the entries name the sources, so that nothing has to
 * be built to run an example or a test.
 */
const here = join(import.meta.dirname, "..", "packages", "client");
const dist = join(here, "dist");
rmSync(dist, { recursive: true, force: true });
const { status } = spawnSync("tsc", ["-p", join(here, "tsconfig.build.json")], {
  stdio: "inherit",
  shell: process.platform === "win32",
});
if (status !== 0) process.exit(1);

const {
  scripts: _,
  exports: entries,
  ...manifest
} = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
const built = Object.entries<string>(entries).map(([name, source]) => {
  const file = source.replace("./src/", "./").replace(/\.tsx?$/, "");
  return [name, { types: `${file}.d.ts`, default: `${file}.js` }];
});
const published = { ...manifest, sideEffects: ["./element.js"], exports: Object.fromEntries(built) };
writeFileSync(join(dist, "package.json"), `${JSON.stringify(published, null, 2)}\n`);
copyFileSync(join(here, "README.md"), join(dist, "README.md"));
