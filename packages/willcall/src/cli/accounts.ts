import { resolve } from "node:path";
import type { Command } from "commander";
import { DEFAULT_OWNER } from "../accounts/owner-session.ts";
import type { Loaded } from "../config/load.ts";
import type { Flags } from "../config/variables.ts";
import { browserOpener } from "./browser.ts";
import { runOne } from "./connector.ts";
import { isInGit, putAccessToken, readDevConfig } from "./dev-config.ts";
import { Ended, execute, withoutOurs } from "./exec.ts";
import { diskFiles, writePrivate } from "./files.ts";
import { type Invitation, logIn } from "./login.ts";
import { type OperatorClient, Refused, brokerAddress, createOperatorClient } from "./operator-client.ts";
import type { Terminal } from "./terminal.ts";

/** What the commands are added to, and work with. */
export interface AccountCommands {
  readonly root: Command;
  /** Adds the options of every command that reads the configuration. */
  readonly configured: (command: Command) => Command;
  readonly terminal: Terminal;
  readonly process: { readonly onStopSignal: (stop: () => void) => void };
  readonly load: (flags: Flags) => Promise<Loaded>;
}

interface DevConfigFlag {
  readonly devConfig?: string;
}

interface LoginFlags extends DevConfigFlag {
  readonly account?: string;
  readonly owner: string;
  readonly scope?: string;
  readonly elsewhere?: boolean;
  readonly browser: boolean;
}

interface ConnectorFlags {
  readonly account: string;
  readonly timeLimit?: string;
  readonly locale: string;
}

/** `willcall login`, `token`, `exec` and `connector run`: accounts for who writes connectors. */
export function addAccounts({ root, configured, terminal, process, load }: AccountCommands): void {
  const addressFor = (flags: Flags) => brokerAddress(terminal.env, async () => (await load(flags)).config);
  const clientFor = async (flags: Flags): Promise<OperatorClient> =>
    createOperatorClient(await addressFor(flags), fetch);
  const keeper = (file: string | undefined) => createKeeper(terminal, file);

  configured(root.command("login [provider]").description("Connect an account of yours, and say its id"))
    .option("--account <id>", "connect this account again, in place")
    .option("--owner <name>", "whose account it is", DEFAULT_OWNER)
    .option("--scope <scopes>", "what to ask for, with spaces between")
    .option("--elsewhere", "the browser is on another machine")
    .option("--no-browser", "print the link, and open nothing")
    .option("--dev-config <file>", "put the access token into this konnector-dev-config.json")
    .action(
      async (
        provider: string | undefined,
        { elsewhere = false, browser, devConfig, ...flags }: Flags & LoginFlags,
      ) => {
        const client = await clientFor(flags);
        const keep = keeper(devConfig);
        // Nobody should log in for a file that the token cannot get into.
        if (devConfig !== undefined)
          await readDevConfig({ path: resolve(terminal.cwd, devConfig), files: diskFiles });
        const open = browser && !elsewhere ? openerAt(terminal) : undefined;
        const show = ({ url, code }: Invitation) => {
          if (code) terminal.complain(`Open ${code.at} on another machine, and enter ${code.letters}. Or:`);
          terminal.complain(`Open this in a browser to log in:\n${url}`);
          open?.(url);
        };
        const id = await logIn(client, { ...flags, provider, elsewhere }, show);
        if (devConfig !== undefined) await keep((await client.tokens(id)).access_token);
        terminal.say(id);
      },
    );

  configured(root.command("token <account>").description("Print an account's access token, fresh")).action(
    async (account: string, flags: Flags) => {
      terminal.say((await (await clientFor(flags)).tokens(account)).access_token);
    },
  );

  configured(
    root
      .command("exec <account> [command...]")
      .usage("[options] <account> -- <command> [parameters...]")
      .description("Run a command with an account's access token in WILLCALL_ACCESS_TOKEN"),
  )
    .option("--dev-config <file>", "keep the token fresh in this konnector-dev-config.json while it runs")
    .passThroughOptions()
    .action(
      async (account: string, words: readonly string[], { devConfig, ...flags }: Flags & DevConfigFlag) => {
        // What follows the account is passed through as it stands, the separator included.
        const [command, ...parameters] = words[0] === "--" ? words.slice(1) : words;
        if (command === undefined) throw new Refused("Say which command to run, after --.");
        const { cwd, env } = terminal;
        const execution = { account, command, parameters, cwd, env, keep: keeper(devConfig), ...process };
        throw new Ended(await execute(await clientFor(flags), execution));
      },
    );

  const connector = root.command("connector").description("Programs that use an account");
  configured(
    connector.command("run <directory>").description("Run a connector with an account, and show its log"),
  )
    .requiredOption("--account <id>", "the account that it uses")
    .option("--time-limit <seconds>", "end it after so long (300)")
    .option("--locale <language>", "the language of the person whose account it is", "en")
    .action(async (directory: string, { account, timeLimit, locale, ...flags }: Flags & ConnectorFlags) => {
      const address = await addressFor(flags);
      const client = createOperatorClient(address, fetch);
      const world = { client, url: address.url, files: diskFiles, terminal, ...process };
      throw new Ended(await runOne(world, { directory, account, timeLimit, locale }));
    });
}

/** How the browser of whoever sits at the terminal is opened. */
const openerAt = ({ env, announce }: Terminal) =>
  browserOpener({ env: withoutOurs(env), platform: process.platform, attended: announce !== undefined });

/** Puts tokens into a development configuration, where one is named; warns the first time where git would take it along. */
function createKeeper({ cwd, complain }: Terminal, file: string | undefined) {
  let warned = false;
  return async (accessToken: string): Promise<void> => {
    if (file === undefined) return;
    const path = resolve(cwd, file);
    await putAccessToken({ path, files: diskFiles, write: writePrivate }, accessToken);
    if (!warned && (await isInGit(path))) complain(`git does not ignore ${path}: add it to .gitignore.`);
    warned = true;
  };
}
