// Loaded by run.mjs before every script.

// An old Node says this, and not something about TypeScript syntax.
const major = Number(process.versions.node.split(".")[0]);
if (major < 26) {
  console.error(
    `Willcall needs Node 26 or later; this is ${process.version}.\n` +
      "It comes with `npm install` for Linux (x64, arm64), macOS (arm64) and Windows (x64), unless optional packages\n" +
      "were left out (--omit=optional). Run it again with them, or install Node 26 from https://nodejs.org.",
  );
  process.exit(1);
}

// Whoever kills run.mjs means the script, which is in another process group and would go on.
const parent = process.ppid;
const watch = setInterval(() => {
  if (process.ppid === parent) return;
  clearInterval(watch);
  process.kill(process.pid, "SIGTERM");
}, 1000);
watch.unref();
