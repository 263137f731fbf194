import { randomBytes } from "node:crypto";
import type { Loaded } from "../config/load.ts";
import { ROOT_KEY_LENGTH, formatRootKey } from "../config/root-keys.ts";
import { rootKeyId } from "../crypto/keys.ts";
import type { Terminal } from "./terminal.ts";

/** Prints a fresh root key, ready for `WILLCALL_KEYS`. */
export function generateKey(terminal: Terminal): void {
  terminal.say(formatRootKey(randomBytes(ROOT_KEY_LENGTH)));
}

/** Says which root keys are in force, by their ids; never the keys. */
export function checkKeys({ config, keyFile }: Loaded, terminal: Terminal): void {
  const from = keyFile === undefined ? "the configuration" : keyFile.path;
  terminal.say(
    `${config.rootKeys.length === 1 ? "One root key" : `${config.rootKeys.length} root keys`} from ${from}:`,
  );
  for (const [index, key] of config.rootKeys.entries()) {
    const id = rootKeyId(key.reveal()).toString("hex");
    terminal.say(`  ${id}  ${index === 0 ? "seals and opens" : "opens only"}`);
  }
}
