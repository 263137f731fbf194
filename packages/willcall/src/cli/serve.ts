import { join } from "node:path";
import type { Config } from "../config/config.ts";
import { loadConfig } from "../config/load.ts";
import { ConfigError } from "../config/mistakes.ts";
import type { Listen } from "../config/place.ts";
import type { ConfigSources } from "../config/sources.ts";
import type { Engine } from "../engines/engine.ts";
import type { NodeOptions, Serving } from "../node.ts";
import type { Log } from "../observe/log.ts";
import { STORE_FILE } from "./bootstrap.ts";
import { homeLink } from "./home.ts";
import { writePrivate } from "./files.ts";
import type { TlsPair } from "./tls.ts";
import { readTls } from "./tls.ts";

/** What `serve` starts and how it is told to stop. */
export interface ServeParts {
  readonly log: Log;
  /** Writes a line that only a person at a terminal may see, never a log; absent where nobody sits at one. */
  readonly announce?: ((line: string) => void) | undefined;
  readonly openStore: (path: string) => Engine;
  readonly start: (options: NodeOptions) => Promise<Serving>;
  /** Calls back at each SIGTERM or SIGINT. */
  readonly onStopSignal: (stop: () => void) => void;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
}

/**
 * Loads the configuration, opens the store and listens until a stop signal; resolves when everything is closed.
 * A second signal ends the process at once. Rejects with `ConfigError`, `StoreError` or the listening socket's error.
 *
 * @param couchPort the port, as written, on which account types are provisioned besides
 */
export async function serve(sources: ConfigSources, parts: ServeParts, couchPort?: string): Promise<void> {
  const { log } = parts;
  const { config, listen, dataDir, directory, keyFile, warnings } = await loadConfig(sources);
  const port = couchPort === undefined ? undefined : readCouchPort(couchPort, config);
  for (const detail of warnings) log.warn("config.warning", { detail });
  if (keyFile?.created)
    log.info("keys.generated", { detail: `Made a root key for development: ${keyFile.path}` });

  // Before anything is opened, so that a signal in between doesn't leave it open.
  const stop = stopSignal(parts);
  const tls = listen.https === false ? undefined : await prepareTls(listen.https, sources, directory, log);
  const engine = parts.openStore(join(dataDir, STORE_FILE));
  const server = await startOrClose(parts, {
    config,
    engine,
    log,
    listen: { host: listen.host, port: listen.port, tls, couchPort: port },
  });
  log.info("listening", { url: server.url, detail: `Browsers reach it at ${config.publicUrl}` });
  if (server.couchUrl !== undefined)
    log.info("listening", {
      url: server.couchUrl,
      detail: "Account types are provisioned here, as at a CouchDB",
    });
  if (config.accounts !== undefined)
    parts.announce?.(`To sign in, once, within ten minutes: ${homeLink(config)}`);
  await stop;
  await server.close();
}

/** CouchDB's port as a number. Throws `ConfigError` where it is none, or where nothing would be behind it. */
function readCouchPort(written: string, { accounts }: Config): number {
  if (!/^\d{1,5}$/.test(written) || Number(written) > 65_535)
    throw new ConfigError([
      { path: "--couch-port", problem: "is not a port", remedy: "Write 5984, or another from 1 to 65535." },
    ]);
  if (accounts === undefined) {
    const problem = "is missing: there are no account types to provision without it";
    throw new ConfigError([
      { path: "accounts", problem, remedy: 'Write "accounts": {}, or leave --couch-port out.' },
    ]);
  }
  return Number(written);
}

async function prepareTls(
  https: Exclude<Listen["https"], false>,
  { cwd, files }: ConfigSources,
  directory: string,
  log: Log,
): Promise<TlsPair> {
  const { pair, made } = await readTls(https, { cwd, directory, files, write: writePrivate, now: Date.now });
  if (made !== undefined) {
    const hint = "A browser asks once whether to trust it; `mkcert localhost` makes a pair that it trusts.";
    log.info("tls.generated", { detail: `Made a self-signed certificate: ${made}. ${hint}` });
  }
  return pair;
}

/** Starts listening; if that fails, closes the store, which nobody else would. */
async function startOrClose({ start }: ServeParts, options: NodeOptions): Promise<Serving> {
  try {
    return await start(options);
  } catch (error) {
    await options.engine.close();
    throw error;
  }
}

/** Resolves at the first stop signal; the second one ends the process. */
async function stopSignal({ onStopSignal, exit }: ServeParts): Promise<void> {
  await new Promise<void>((resolve) => {
    let stopping = false;
    onStopSignal(() => {
      if (stopping) exit(1);
      stopping = true;
      resolve();
    });
  });
}
