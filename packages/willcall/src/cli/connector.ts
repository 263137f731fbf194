import { randomUUID } from "node:crypto";
import { join, resolve } from "node:path";
import { ConfigError } from "../config/mistakes.ts";
import type { Files } from "../config/sources.ts";
import { type Connector, openManifest } from "../connectors/connector.ts";
import type { Said } from "../connectors/log-line.ts";
import { MANIFEST_FILE } from "../connectors/manifest.ts";
import { TIME_LIMIT, runConnector } from "../connectors/run.node.ts";
import { type OperatorClient, Refused } from "./operator-client.ts";
import type { Terminal } from "./terminal.ts";

/** Seconds that a run may take at most: its token lasts no longer. */
const LONGEST = 1_800;

/** Which connector to run, and how. */
export interface ConnectorRun {
  /** Its directory, from the working directory. */
  readonly directory: string;
  readonly account: string;
  /** Seconds, as somebody wrote them. */
  readonly timeLimit?: string | undefined;
  readonly locale: string;
}

/** What a run works with. */
export interface ConnectorWorld {
  readonly client: Pick<OperatorClient, "account" | "connectorToken" | "shownTokens">;
  /** Where the broker is. */
  readonly url: string;
  readonly files: Pick<Files, "read">;
  readonly terminal: Terminal;
  /** Calls back at each SIGTERM or SIGINT, which the connector gets then. */
  readonly onStopSignal: (stop: () => void) => void;
}

/**
 * Runs a connector with an account, and prints what it says, line by line and without secrets. Resolves to an exit code: the
 * program's own, 124 where its time was over, 1 where it failed and ended well all the same. Rejects with `ConfigError` for
 * a manifest that cannot be used, with `Refused` where the broker or the account does not fit.
 */
export async function runOne(
  { client, url, files, terminal, onStopSignal }: ConnectorWorld,
  { directory, account, timeLimit, locale }: ConnectorRun,
): Promise<number> {
  const seconds = readTimeLimit(timeLimit);
  const connector = await openConnector(files, resolve(terminal.cwd, directory));
  const found = await client.account(account);
  if (found === undefined) throw new Refused("There is no such account. `willcall login` connects one.");
  const type = connector.manifest.oauth?.accountType;
  if (type !== undefined && type !== found.provider) {
    throw new Refused(
      `This connector uses accounts at ${type}, and this one is at ${found.provider}. Name another with --account.`,
    );
  }
  const { token } = await client.connectorToken(account);
  const stop = new AbortController();
  onStopSignal(() => stop.abort());
  const { outcome, lastError, exitCode } = await runConnector(
    { connector, account, url, token, run: randomUUID(), timeLimit: seconds, locale, manual: true },
    {
      env: terminal.env,
      signal: stop.signal,
      secrets: () => client.shownTokens(account, token),
      onLine: (said) => terminal.say(lineOf(said)),
    },
  );
  if (lastError === null) terminal.complain(`${connector.manifest.slug} has succeeded.`);
  else
    terminal.complain(
      `${connector.manifest.slug} ${ends[outcome]}: ${lastError}${advice(lastError, account)}`,
    );
  return exitCode;
}

const ends = {
  succeeded: "has succeeded",
  failed: "has failed",
  timed_out: "has run for too long",
  stopped: "was stopped",
} as const;

/** What a person can do about the error that only they can mend. */
function advice(error: string, account: string): string {
  return error.startsWith("USER_ACTION_NEEDED.OAUTH_OUTDATED")
    ? `. Run \`willcall login --account ${account}\` to connect it again.`
    : "";
}

const lineOf = ({ type, message }: Said): string => `${type.padEnd(8)} ${message}`;

async function openConnector(files: Pick<Files, "read">, directory: string): Promise<Connector> {
  const read = await openManifest(files, directory);
  if (read.ok) return { directory, manifest: read.manifest };
  const file = join(directory, MANIFEST_FILE);
  throw new ConfigError(
    read.mistakes.map(({ path, ...rest }) => ({
      path: path === MANIFEST_FILE ? file : `${file}: ${path}`,
      ...rest,
    })),
  );
}

function readTimeLimit(written: string | undefined): number {
  if (written === undefined) return TIME_LIMIT;
  const seconds = /^\d{1,4}$/.test(written) ? Number(written) : 0;
  if (seconds >= 1 && seconds <= LONGEST) return seconds;
  const remedy = `Write seconds, from 1 to ${LONGEST}.`;
  throw new ConfigError([{ path: "--time-limit", problem: "is no time that a connector may take", remedy }]);
}
