// `node scripts/run.mjs <script> [arguments]`: the way into every command of this repository. It runs on the Node
// that is there (20 or later), installs what is missing, and runs the script on the Node that was installed.
//
// `node a && node b` in package.json would not do: the shell remembers where it found `node` the first time.

import { spawn, spawnSync } from "node:child_process";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installed } from "./installed.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const windows = process.platform === "win32";

if (!installed(root)) {
  console.log("Installing what is missing …");
  const { npm_execpath: cli, npm_node_execpath: node = process.execPath } = process.env;
  // Under `npm start` the same npm runs again, on its own Node: this one may be in what it replaces.
  const [command, ...first] = cli?.endsWith(".js") ? [node, cli] : ["npm"];
  const options = { cwd: root, encoding: "utf8", shell: windows && first.length === 0 };
  // Not `npm ci`: it refuses a lock file that leaves out optional packages for machines unlike the one it was made
  // on. This takes the versions and hashes of the lock file all the same, and leaves the file as it is.
  const flags = [
    "install",
    "--no-save",
    "--include=dev",
    "--include=optional",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ];
  const { status, stdout, stderr, error } = spawnSync(command, [...first, ...flags], options);
  if (status !== 0) {
    console.error(
      `${error ?? `${stdout}${stderr}`}\nnpm install failed. It needs the npm registry, this once.`,
    );
    process.exit(1);
  }
}

const path = [join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter);
const assertNode = new URL("assert-node.mjs", import.meta.url).href;
const child = spawn("node", ["--import", assertNode, ...process.argv.slice(2)], {
  stdio: "inherit",
  env: { ...process.env, PATH: path },
  // There the installed Node is a `node.cmd`.
  shell: windows,
});
// The script ends in its own time; this process waits for it. A terminal's Ctrl-C reaches the script by itself.
process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code, signal) => {
  process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1);
});
