// `node scripts/run.mjs <script> [arguments]`: the way into every command of this repository. It runs on the Node
// that is there (20 or later), installs what is missing, and runs the script on the Node that was installed.
//
// `node a && node b` in package.json would not do: the shell remembers where it found `node` the first time. What
// runs until it is stopped is written `exec node …` there, or the shell would keep a signal that npm passes on
// (Windows has no such word: call `node scripts/run.mjs …` there).

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
const preload = new URL("preload.mjs", import.meta.url).href;
const child = spawn("node", ["--import", preload, ...process.argv.slice(2)], {
  stdio: "inherit",
  env: { ...process.env, PATH: path },
  // There the installed Node is a `node.cmd`.
  shell: windows,
  // In a group of its own it gets the signals that this process passes on, and no others.
  detached: !windows,
});

// One Ctrl-C arrives here from the terminal and again from npm; the script must not take that for impatience.
let lastSignal = 0;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    const repeated = Date.now() - lastSignal < 500;
    lastSignal = Date.now();
    if (!repeated && child.pid !== undefined) process.kill(windows ? child.pid : -child.pid, signal);
  });
}
child.on("exit", (code, signal) => {
  process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1);
});
