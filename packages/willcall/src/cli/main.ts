import { randomBytes } from "node:crypto";
import { Command, CommanderError } from "commander";
import { loadConfig } from "../config/load.ts";
import { ConfigError } from "../config/mistakes.ts";
import type { ConfigSources } from "../config/sources.ts";
import type { Flags } from "../config/variables.ts";
import { StoreError } from "../engines/errors.ts";
import { openSqlite } from "../engines/sqlite/open.ts";
import type { NodeOptions } from "../node.ts";
import type { Log } from "../observe/log.ts";
import { pinoLog } from "../observe/pino.ts";
import { catalogue } from "../providers/catalogue/index.ts";
import { bootstrap } from "./bootstrap.ts";
import { checkConfig, configJsonSchema } from "./config.ts";
import { diskFiles, hasCode, onlyLooking } from "./files.ts";
import { checkKeys, generateKey } from "./keys.ts";
import { serve } from "./serve.ts";
import type { Terminal } from "./terminal.ts";

/** What `main` takes from the process. */
export interface Process {
  /** Calls back at each SIGTERM or SIGINT. */
  readonly onStopSignal: (stop: () => void) => void;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
}

/**
 * Runs one `willcall` command; `argv` is what follows the command's name, `log` makes the
 * log of `serve`. Resolves to the exit code: 0, 78 for a
 * wrong configuration, 1 for everything else. Nothing it prints holds a secret.
 */
export async function main(
  argv: readonly string[],
  terminal: Terminal,
  process: Process,
  log: () => Log = pinoLog,
): Promise<number> {
  try {
    await program(terminal, process, log).parseAsync(argv, { from: "user" });
    return 0;
  } catch (error) {
    return report(error, terminal);
  }
}

/** The broker is loaded only by the command that runs it, so that all others answer quickly. */
const start = async (options: NodeOptions) => (await import("../node.ts")).serveNode(options);
const openStore = (path: string) => openSqlite({ path });

function program(terminal: Terminal, process: Process, log: () => Log): Command {
  const root = new Command("willcall")
    .description("An OAuth broker for apps that cannot keep a secret")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.say(text.trimEnd()),
      writeErr: (text) => terminal.complain(text.trimEnd()),
    });
  const from = (flags: Flags): ConfigSources => ({
    cwd: terminal.cwd,
    env: terminal.env,
    flags,
    files: diskFiles,
    catalogue,
    random: randomBytes,
  });
  const looking = (flags: Flags) => loadConfig({ ...from(flags), files: onlyLooking(diskFiles) });

  configured(root.command("serve").description("Start the broker"))
    .option("--port <port>", "port to listen on (8787)")
    .option("--host <address>", "address to listen on (127.0.0.1)")
    .option("--https", "serve https, with localhost.pem or a self-signed certificate")
    .action((flags: Flags) => serve(from(flags), { ...process, log: log(), openStore, start }));

  configured(
    root.command("bootstrap").description("Prepare the data directory and a development key"),
  ).action((flags: Flags) => bootstrap(from(flags), openStore, terminal));

  const config = root.command("config").description("Look at the configuration");
  configured(config.command("check").description("Say what is wrong with it, or what it amounts to"))
    .option("--json", "for programs")
    .action(async (flags: Flags & { json?: boolean }) =>
      checkConfig(await looking(flags), flags.json ?? false, terminal),
    );
  config
    .command("schema")
    .description("Print the JSON Schema of willcall.config.json")
    .action(() => terminal.say(configJsonSchema().trimEnd()));

  const keys = root.command("keys").description("Root keys");
  keys
    .command("generate")
    .description("Print a fresh root key for WILLCALL_KEYS")
    .action(() => generateKey(terminal));
  configured(keys.command("check").description("Say which root keys are in force")).action(
    async (flags: Flags) => checkKeys(await looking(flags), terminal),
  );
  return root;
}

/** The options of every command that reads the configuration. */
function configured(command: Command): Command {
  return command
    .option("--config <file>", "configuration file (willcall.config.json)")
    .option("--data <directory>", "data directory (.willcall)");
}

/** Says what went wrong; the exit code. */
function report(error: unknown, { complain }: Terminal): number {
  if (error instanceof CommanderError) return error.exitCode;
  if (error instanceof ConfigError) {
    complain(error.message);
    return error.exitCode;
  }
  if (error instanceof StoreError) complain(error.message);
  else if (hasCode(error, "EADDRINUSE"))
    complain("Something listens on that port already. Stop it, or choose another with --port.");
  else if (hasCode(error, "EADDRNOTAVAIL", "ENOTFOUND"))
    complain("This machine does not have the address given by --host.");
  else if (hasCode(error, "EACCES", "EPERM"))
    complain("This port or file is not yours to use. Choose a port above 1023, or check permissions.");
  else throw error;
  return 1;
}
