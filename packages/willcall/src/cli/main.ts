import { randomBytes } from "node:crypto";
import { Command, CommanderError } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { OPERATOR_SCOPES } from "../accounts/operator-token.ts";
import { DEFAULT_OWNER } from "../accounts/owner-session.ts";
import type { Loaded } from "../config/load.ts";
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
import { createProviderClient } from "../providers/client.ts";
import { createDiscovery } from "../providers/discovery.ts";
import { createEgress } from "../providers/egress.node.ts";
import { addAccountTypes } from "./account-types.ts";
import { addAccounts } from "./accounts.ts";
import { bootstrap } from "./bootstrap.ts";
import { checkConfig, configJsonSchema } from "./config.ts";
import type { Finding } from "./doctor.ts";
import { examine, findingsText } from "./doctor.ts";
import { diskFiles, hasCode, onlyLooking, writePrivate } from "./files.ts";
import { appKinds } from "./init.ts";
import { checkKeys, generateKey, rotateKeys } from "./keys.ts";
import { Ended } from "./exec.ts";
import { showHome } from "./home.ts";
import { Refused } from "./operator-client.ts";
import {
  type OperatorTokenParts,
  createOperatorToken,
  listOperatorTokens,
  revokeOperatorToken,
} from "./operator-tokens.ts";
import { probe } from "./probe.ts";
import { listProviders, listText, showProvider, showText } from "./providers.ts";
import { serve } from "./serve.ts";
import { keepYoungSpaceSmall } from "./young-space.ts";
import type { SetupFlags } from "./setup.ts";
import { setUp, setUpText, terminalQuestions } from "./setup.ts";
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
 * wrong configuration, the command's own for `exec`, 1 for everything else. Nothing it prints holds a secret but what was
 * asked for: a fresh key or token.
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
const start = async (options: NodeOptions) => {
  keepYoungSpaceSmall();
  return (await import("../node.ts")).serveNode(options);
};
const openStore = (path: string) => openSqlite({ path });

function program(terminal: Terminal, process: Process, log: () => Log): Command {
  const root = new Command("willcall")
    .enablePositionalOptions()
    .description(manifest.description)
    .version(manifest.version)
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
    .option("--couch-port <port>", "provision account types on this port, too, as at a CouchDB (5984)")
    .action(({ couchPort, ...flags }: Flags & { couchPort?: string }) => {
      const parts = { ...process, log: log(), announce: terminal.announce, openStore, start };
      return serve(from(flags), parts, couchPort);
    });

  configured(
    root.command("bootstrap").description("Prepare the data directory and a development key"),
  ).action((flags: Flags) => bootstrap(from(flags), openStore, terminal));

  configured(root.command("home").description("Print a link that signs your browser in"))
    .option("--owner <name>", "as whom", DEFAULT_OWNER)
    .action(async ({ owner, ...flags }: Flags & { owner: string }) =>
      showHome(await looking(flags), owner, terminal),
    );

  const config = root.command("config").description("Look at the configuration");
  configured(config.command("check").description("Say what is wrong with it, or what it amounts to"))
    .option("--json", "for programs")
    .action(async (flags: Flags & Json) => checkConfig(await looking(flags), flags.json ?? false, terminal));
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
  configured(
    keys.command("rotate").description("Wrap the tokens of all accounts with the first root key"),
  ).action(async (flags: Flags) => rotateKeys(await looking(flags), openStore, terminal));
  addProviders(root, terminal, looking);
  addInit(root, terminal);
  addAccounts({ root, configured, terminal, process, load: looking });
  addAccountTypes({ root, configured, terminal, load: (flags) => loadConfig(from(flags)), openStore });
  addOperatorTokens(root, (flags) => ({ sources: from(flags), openStore, terminal }));
  configured(root.command("doctor [provider]").description("Check the configuration and its providers"))
    .option("--json", "for programs")
    .action(async (provider: string | undefined, flags: Flags & Json) => {
      const findings = await diagnose(() => looking(flags), provider);
      terminal.say(flags.json ? JSON.stringify(findings, null, 2) : findingsText(findings));
      if (findings.some(({ state }) => state === "bad")) throw new Unwell();
    });
  return root;
}

/** `willcall providers`: the catalogue. */
function addProviders(root: Command, terminal: Terminal, looking: (flags: Flags) => Promise<Loaded>): void {
  const providers = root.command("providers").description("The providers that Willcall knows");
  const list = async (query: string, { json }: Json) => {
    const found = await listProviders(catalogue, query);
    terminal.say(json ? JSON.stringify(found, null, 2) : listText(found));
  };
  providers
    .command("list", { isDefault: true })
    .description("List them all")
    .option("--json", "for programs")
    .action((flags: Json) => list("", flags));
  providers
    .command("search <words...>")
    .description("List those in which every word occurs")
    .option("--json", "for programs")
    .action((words: readonly string[], flags: Json) => list(words.join(" "), flags));
  configured(providers.command("show <id>").description("Say how to register an app there"))
    .option("--json", "for programs")
    .action(async (id: string, flags: Flags & Json) => {
      // Registering comes before configuring: without a sound configuration there is still much to say.
      const loaded = await looking(flags).catch((error: unknown) => {
        if (error instanceof ConfigError) return undefined;
        throw error;
      });
      const shown = await showProvider(catalogue, id, loaded?.config);
      terminal.say(flags.json ? JSON.stringify(shown, null, 2) : showText(shown));
    });
}

/** `willcall init`: a first configuration. */
function addInit(root: Command, terminal: Terminal): void {
  root
    .command("init")
    .description("Write a first configuration, from a few questions")
    .option("--provider <id>", "provider of the catalogue")
    .option("--kind <kind>", `kind of app: ${Object.keys(appKinds).join(", ")}`)
    .option("--name <name>", "its name in URLs (my-app)")
    .option("--origin <origin>", "a Framer plugin's id, or a web app's origin")
    .option("--json", "for programs")
    .action(async ({ json, ...flags }: SetupFlags & Json) => {
      const { ask, close } = terminalQuestions();
      try {
        const world = {
          cwd: terminal.cwd,
          catalogue,
          files: diskFiles,
          write: writePrivate,
          ask: json ? undefined : ask,
        };
        const done = await setUp(world, flags);
        terminal.say(json ? JSON.stringify(done, null, 2) : setUpText(done));
      } finally {
        close();
      }
    });
}

/** `willcall operator-tokens`: who may call the operator's API. */
function addOperatorTokens(root: Command, parts: (flags: Flags) => OperatorTokenParts): void {
  const tokens = root.command("operator-tokens").description("Tokens for the operator's API");
  configured(tokens.command("list", { isDefault: true }).description("List them all")).action(
    (flags: Flags) => listOperatorTokens(parts(flags)),
  );
  configured(tokens.command("create <label>").description("Make one, and print it once"))
    .option("--scope <scopes...>", `what it allows: ${OPERATOR_SCOPES.join(", ")} (all)`)
    .action((label: string, { scope, ...flags }: Flags & { scope?: readonly string[] }) =>
      createOperatorToken(parts(flags), label, scope ?? []),
    );
  configured(tokens.command("revoke <id>").description("End one at once")).action(
    (id: string, flags: Flags) => revokeOperatorToken(parts(flags), id),
  );
}

/** Runs the doctor against the real world. */
async function diagnose(load: () => Promise<Loaded>, provider: string | undefined): Promise<Finding[]> {
  const egress = createEgress({ allowLoopback: true });
  try {
    const platform = { fetch: egress.fetch, now: Date.now, random: randomBytes };
    const client = createProviderClient(platform);
    const discovery = createDiscovery(egress.fetch, Date.now);
    return await examine({ load, probe, client, discovery, now: Date.now }, provider);
  } finally {
    await egress.close();
  }
}

/** A command did its work, and what it found is bad. */
class Unwell extends Error {}

interface Json {
  readonly json?: boolean;
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
  if (error instanceof Unwell) return 1;
  if (error instanceof Ended) return error.code;
  if (error instanceof ConfigError) {
    complain(error.message);
    return error.exitCode;
  }
  if (error instanceof StoreError || error instanceof Refused) complain(error.message);
  else if (hasCode(error, "EADDRINUSE"))
    complain("Something listens on that port already. Stop it, or choose another with --port.");
  else if (hasCode(error, "EADDRNOTAVAIL", "ENOTFOUND"))
    complain("This machine does not have the address given by --host.");
  else if (hasCode(error, "EACCES", "EPERM"))
    complain("This port or file is not yours to use. Choose a port above 1023, or check permissions.");
  else if (hasCode(error, "ENOSPC", "EDQUOT", "EFBIG"))
    complain("There is no room left on the disk. The file that was to be written is as it was.");
  else throw error;
  return 1;
}
