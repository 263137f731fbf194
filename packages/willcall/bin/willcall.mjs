#!/usr/bin/env node
// Plain JavaScript that every Node can parse, so that an old one is told what it lacks and not that a word of
// TypeScript is a syntax error.

import { existsSync } from "node:fs";
import module from "node:module";
import { join } from "node:path";

const major = Number(process.versions.node.split(".")[0]);
if (major < 26) {
  console.error(
    `Willcall needs Node 26 or later; this is ${process.version}. Install it from https://nodejs.org.`,
  );
  process.exit(1);
}

// What Node compiled once it need not compile at the next start. In a folder of this user alone: in the shared one
// that is Node's default, another user could leave code for a process that holds secrets. Where nothing can be
// written, Node goes on without.
const { XDG_CACHE_HOME, LOCALAPPDATA, HOME } = process.env;
const caches = XDG_CACHE_HOME || LOCALAPPDATA || (HOME && join(HOME, ".cache"));
if (caches) module.enableCompileCache(join(caches, "willcall"));

// In the repository the sources run as they are; in the published package they have been compiled.
const source = new URL("../src/cli/main.ts", import.meta.url);
const { main } = await import(
  existsSync(source) ? source.href : new URL("../src/cli/main.js", import.meta.url).href
);

const terminal = {
  cwd: process.cwd(),
  env: process.env,
  say: (line) => console.log(line),
  complain: (line) => console.error(line),
  ...(process.stderr.isTTY && { announce: (line) => console.error(line) }),
};
const stopping = {
  onStopSignal: (stop) => {
    for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, stop);
  },
  exit: (code) => process.exit(code),
};
process.exitCode = await main(process.argv.slice(2), terminal, stopping);
