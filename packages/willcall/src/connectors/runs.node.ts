import { toBase64url } from "../crypto/bytes.ts";
import { makeConnectorToken } from "../accounts/connector-token.ts";
import { openHolding } from "../accounts/holding.ts";
import type { Desk } from "../desk.ts";
import type { AccountId, Accounts } from "../engines/vault-store.ts";
import { errorFields } from "../observe/log.ts";
import type { Json } from "../providers/provider.ts";
import type { Connector } from "./connector.ts";
import { type RunEnd, TIME_LIMIT, runConnector } from "./run.node.ts";
import { readRun, writeRun } from "./run-book.ts";
import type { ConnectorRuns, Run, RunLine, RunTools, RunWanted } from "./runs.ts";

/** Lines of a run that are kept, at most, … */
const LINES = 200;
/** … and characters of each. */
const LONGEST_LINE = 2_000;

/** A run that goes on. */
interface UnderWay {
  readonly startedAt: number;
  readonly lines: RunLine[];
  /** What the run before it failed for. */
  formerError: string | null;
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

const keyOf = ({ manifest }: Connector, account: AccountId): string => `${account} ${manifest.slug}`;

/** Runs connectors as programs on this machine, with the environment of this process as far as it is theirs to see. */
export function createConnectorRuns(
  { desk, store, registrations }: RunTools,
  env: Readonly<Record<string, string | undefined>> = process.env,
): ConnectorRuns {
  const { keys, platform, config, log } = desk;
  const rows = store.connectorRuns;
  const underWay = new Map<string, UnderWay>();

  function start(connector: Connector, wanted: RunWanted): "started" | "running" {
    const key = keyOf(connector, wanted.account);
    if (underWay.has(key)) return "running";
    const stop = new AbortController();
    const startedAt = platform.now();
    const lines: RunLine[] = [];
    const { promise: done, resolve } = Promise.withResolvers<void>();
    const run: UnderWay = { startedAt, lines, formerError: null, stop, done };
    underWay.set(key, run);
    void work(connector, wanted, run).finally(() => {
      underWay.delete(key);
      resolve();
    });
    return "started";
  }

  async function work(connector: Connector, wanted: RunWanted, run: UnderWay): Promise<void> {
    const { account } = wanted;
    const fields = { account, provider: connector.manifest.oauth?.accountType };
    log.info("connector.started", fields);
    try {
      const former = await readRun(desk, rows, account, connector.manifest.slug);
      run.formerError = former?.lastError ?? null;
      const { outcome, lastError } = await runOne(connector, wanted, run);
      const endedAt = platform.now();
      const ended = { ...shown(connector, account, run), endedAt, outcome, lastError };
      log.info("connector.ended", { ...fields, reason: outcome, ms: endedAt - run.startedAt });
      await writeRun(desk, rows, ended);
    } catch (error) {
      log.error("store.unavailable", errorFields(error));
    }
  }

  async function runOne(
    connector: Connector,
    wanted: RunWanted,
    { startedAt, lines, stop }: UnderWay,
  ): Promise<RunEnd> {
    const { oauth, slug } = connector.manifest;
    const secret = (await registrations.at(oauth?.accountType ?? slug))?.connectorSecret;
    const given = secret === undefined ? [] : textsIn(secret.reveal());
    const start = {
      connector,
      account: wanted.account,
      url: config.publicUrl,
      token: makeConnectorToken(keys, platform, wanted, startedAt + (TIME_LIMIT + 60) * 1_000),
      run: toBase64url(platform.random(16)),
      timeLimit: TIME_LIMIT,
      locale: "en",
      manual: true,
      secret,
    };
    return runConnector(start, {
      env,
      signal: stop.signal,
      secrets: async () => [...given, ...(await secretsOf(desk, store.accounts, wanted.account))],
      onLine: ({ type, message }) => {
        lines.push({ at: platform.now(), type, message: message.slice(0, LONGEST_LINE) });
        if (lines.length > LINES) lines.shift();
      },
    });
  }

  return {
    start,
    async last(connector, account) {
      const run = underWay.get(keyOf(connector, account));
      if (run === undefined) return readRun(desk, rows, account, connector.manifest.slug);
      return { ...shown(connector, account, run), endedAt: null, outcome: null, lastError: run.formerError };
    },
    async close() {
      const all = [...underWay.values()];
      for (const { stop } of all) stop.abort();
      await Promise.all(all.map(({ done }) => done));
    },
  };
}

/** Every text in a JSON value, at any depth. */
function textsIn(value: Json): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** The tokens that an account holds right now. */
async function secretsOf(desk: Desk, accounts: Accounts, id: AccountId): Promise<string[]> {
  const row = await accounts.read(id);
  const holding = row && (await openHolding(desk, row));
  const { accessToken, refreshToken, idToken } = holding ?? {
    accessToken: null,
    refreshToken: null,
    idToken: null,
  };
  return [accessToken, refreshToken, idToken].filter((token) => token !== null);
}

function shown(
  connector: Connector,
  account: AccountId,
  { startedAt, lines }: UnderWay,
): Omit<Run, "endedAt" | "outcome" | "lastError"> {
  return { connector: connector.manifest.slug, account, startedAt, lines: [...lines] };
}
