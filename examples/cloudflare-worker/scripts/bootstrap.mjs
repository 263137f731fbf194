// Prepares development: .dev.vars with a root key of its own, and the local database. May be repeated.
import { randomBytes } from "node:crypto";
import { appendFileSync, chmodSync, copyFileSync, existsSync, readFileSync } from "node:fs";
import { wrangler } from "./wrangler.mjs";

if (!existsSync(".dev.vars")) {
  copyFileSync(".dev.vars.example", ".dev.vars");
  console.log("Made .dev.vars: fill it in.");
}
chmodSync(".dev.vars", 0o600);
if (!/^WILLCALL_KEYS=./m.test(readFileSync(".dev.vars", "utf8"))) {
  appendFileSync(".dev.vars", `\nWILLCALL_KEYS=${randomBytes(32).toString("base64")}\n`);
  console.log("Made a root key for development.");
}
wrangler("d1", "migrations", "apply", "RECORDS", "--local");
