import { join } from "node:path";
import { ensureKeyFile } from "../config/compile-keys.ts";
import { loadConfig, locate } from "../config/load.ts";
import { ConfigError, sentence } from "../config/mistakes.ts";
import type { ConfigSources } from "../config/sources.ts";
import type { Engine } from "../engines/engine.ts";
import type { Terminal } from "./terminal.ts";

/** The store's file inside the data directory. */
export const STORE_FILE = "willcall.db";

/**
 * Prepares what the broker needs on disk: the data directory with its store, and a development key. May be
 * repeated: what is there stays. Needs no complete configuration, and says what is still missing in it.
 */
export async function bootstrap(
  sources: ConfigSources,
  openStore: (path: string) => Engine,
  terminal: Terminal,
): Promise<void> {
  const { dataDir, directory, keysConfigured } = await locate(sources);
  await openStore(join(dataDir, STORE_FILE)).close();
  terminal.say(`The data directory is ready: ${dataDir}`);
  if (keysConfigured) terminal.say("Root keys are configured; no key file is needed.");
  else terminal.say(await prepareKey(sources, directory));

  try {
    await loadConfig(sources);
    terminal.say("The configuration is sound. Start with `npm run dev` or `willcall serve`.");
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    terminal.say("Before it can start, the configuration needs:");
    for (const mistake of error.mistakes) terminal.say(`  ${sentence(mistake)}`);
  }
}

async function prepareKey({ files, random }: ConfigSources, directory: string): Promise<string> {
  const { path, created, file } = await ensureKeyFile(directory, files, random);
  if (!file.ok) return `The root key for development cannot be used: ${path} is ${file.reason}.`;
  return created
    ? `Made a root key for development: ${path}`
    : `The root key for development is there: ${path}`;
}
