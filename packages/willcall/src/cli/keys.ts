import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { rewrapConnectorData } from "../accounts/connector-data.ts";
import { rewrapAccountTypes } from "../account-types/rewrap.ts";
import { rewrapAccounts } from "../accounts/rewrap.ts";
import type { Loaded } from "../config/load.ts";
import { ROOT_KEY_LENGTH, formatRootKey } from "../config/root-keys.ts";
import { Keyring, rootKeyId } from "../crypto/keys.ts";
import type { Engine } from "../engines/engine.ts";
import { STORE_FILE } from "./bootstrap.ts";
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

/** Wraps the tokens of all accounts, and all account types, with the first root key, while brokers go on, and says what came of it. */
export async function rotateKeys(
  { config, dataDir }: Loaded,
  openStore: (path: string) => Engine,
  terminal: Terminal,
): Promise<void> {
  const engine = openStore(join(dataDir, STORE_FILE));
  try {
    if (engine.vault === undefined) throw new TypeError("the store of the command line keeps accounts");
    const keys = new Keyring(config.rootKeys);
    const platform = { now: Date.now, random: randomBytes, sleep };
    const { rewrapped, current, unreadable } = await rewrapAccounts(keys, platform, engine.vault.accounts);
    const types = await rewrapAccountTypes(keys, platform, engine.vault.accountTypes);
    const lost = await rewrapConnectorData(keys, platform, engine.vault.accountData);
    const id = keys.first.id.toString("hex");
    terminal.say(
      `Accounts wrapped with root key ${id}: ${rewrapped + current}, of them just now: ${rewrapped}.`,
    );
    if (types.rewrapped + types.current > 0)
      terminal.say(
        `Account types wrapped with it: ${types.rewrapped + types.current}, of them just now: ${types.rewrapped}.`,
      );
    if (types.unreadable > 0)
      terminal.complain(
        `Account types that open with none of the keys: ${types.unreadable}. Bring their key back, or write them anew.`,
      );
    if (lost > 0)
      terminal.complain(
        `Accounts whose connector's data opens with none of the keys: ${lost}. Bring their key back, or that data is gone.`,
      );
    if (unreadable > 0)
      terminal.complain(
        `Accounts that open with none of the keys: ${unreadable}. Bring their key back, or let their owners connect again.`,
      );
  } finally {
    await engine.close();
  }
}
