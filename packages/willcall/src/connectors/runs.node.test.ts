import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { openConnectorToken } from "../accounts/connector-token.ts";
import { Clock, RotatingProvider, accessToken, openProcess } from "../accounts/testing.ts";
import { openSqlite } from "../engines/sqlite/open.ts";
import { temporaryStore } from "../engines/sqlite/testing.ts";
import type { AccountId } from "../engines/vault-store.ts";
import type { Json } from "../providers/provider.ts";
import { Secret } from "../secret.ts";
import type { Connector } from "./connector.ts";
import type { ConnectorRuns, Run } from "./runs.ts";
import { createConnectorRuns } from "./runs.node.ts";

const account = "AbcdefghijklmnopqrstuA" as AccountId;
const wanted = { account, owner: "ada" };
const connectorSecret = new Secret<Json>({ apiKey: "not-to-be-shown-18" });

let directory: string;
let connector: Connector;
let process: ReturnType<typeof openProcess>;
let path: string;
let runs: ReturnType<typeof open>;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "connector-"));
  connector = {
    directory,
    manifest: {
      slug: "photos",
      name: "Photos",
      fields: [],
      parameters: {},
      oauth: { accountType: "meadow" },
    },
  };
  const clock = new Clock();
  const provider = new RotatingProvider(clock.now);
  path = temporaryStore();
  process = openProcess(path, clock, provider);
  await process.vault.connect(
    { account, owner: "ada", reconnects: false },
    process.arrived(provider.grant()),
  );
  runs = open();
  return async () => {
    await runs[Symbol.asyncDispose]();
    await process.close();
    await rm(directory, { recursive: true });
  };
});

/** The runs of a process on the same store. */
function open(): ConnectorRuns & AsyncDisposable {
  const engine = openSqlite({ path });
  const store = engine.vault;
  if (store === undefined) throw new TypeError("SQLite keeps accounts");
  const { registration } = process.arrived(new RotatingProvider(() => 0).grant());
  const registrations = {
    at: async (name: string) => (name === "meadow" ? { ...registration, connectorSecret } : undefined),
    list: async () => [],
  };
  const opened = createConnectorRuns({ desk: process.desk, store, registrations }, globalThis.process.env);
  return {
    ...opened,
    [Symbol.asyncDispose]: async () => {
      await opened.close();
      await engine.close();
    },
  };
}

const program = (text: string) => writeFile(join(directory, "index.js"), text);
const say = (type: string, message: string) =>
  `console.log(JSON.stringify({ type: "${type}", message: ${message} }));\n`;

async function ended(): Promise<Run> {
  return vi.waitFor(
    async () => {
      const run = await runs.last(connector, account);
      if (run === undefined || run.endedAt === null) throw new Error("it still runs");
      return run;
    },
    { timeout: 20_000 },
  );
}

async function run(text: string): Promise<Run> {
  await program(text);
  expect(runs.start(connector, wanted)).toBe("started");
  return ended();
}

describe("a connector's run", () => {
  it("was not there before the first", async () => {
    expect(await runs.last(connector, account)).toBeUndefined();
  });

  it("gets a token for its account, and is kept with its lines", async () => {
    const { lines, outcome, lastError } = await run(
      say("info", "process.env.COZY_URL + ' ' + process.env.COZY_FIELDS"),
    );
    expect({ outcome, lastError }).toEqual({ outcome: "succeeded", lastError: null });
    expect(lines).toMatchObject([
      { type: "info", message: `http://localhost:8787/ {"account":"${account}","konnector":"photos"}` },
    ]);
  });

  it("may use that account, and no longer than a run may take", async () => {
    const { keys, platform } = process.desk;
    await run(`require("node:fs").writeFileSync("token", process.env.COZY_CREDENTIALS)`);
    const token = await readFile(join(directory, "token"), "utf8");
    expect(openConnectorToken(keys, token, platform.now())).toEqual(wanted);
    expect(openConnectorToken(keys, token, platform.now() + 1_800_000)).toBeUndefined();
  });

  it("shows no token (S4)", async () => {
    const token = accessToken(await process.vault.read({ id: account }));
    const { lines } = await run(say("info", `"${token} " + process.env.COZY_CREDENTIALS`));
    expect(lines).toMatchObject([{ message: "[secret] [secret]" }]);
  });

  it("is given its account type's secret, and does not show that either (S4)", async () => {
    const { lines } = await run(
      say("info", "JSON.parse(process.env.COZY_PARAMETERS).secret.apiKey") +
        say("info", "JSON.parse(process.env.COZY_PARAMETERS).secret.apiKey.length"),
    );
    expect(lines).toMatchObject([{ message: "[secret]" }, { message: "18" }]);
  });

  it("is sealed in the store, for its account and connector alone (S1)", async () => {
    await run(say("info", "'a word about Ada'"));
    const engine = openSqlite({ path });
    const row = await engine.vault?.connectorRuns.read(account, "photos");
    expect(Buffer.from(row?.sealed ?? []).toString("latin1")).not.toMatch(/Ada|info/);
    await engine.vault?.connectorRuns.write({
      account,
      connector: "bills",
      sealed: row?.sealed ?? Buffer.alloc(0),
    });
    const bills = { ...connector, manifest: { ...connector.manifest, slug: "bills" } };
    expect(await runs.last(bills, account)).toBeUndefined();
    await engine.close();
  });

  it("keeps the reason of a failure until a run succeeds", async () => {
    expect(await run(`${say("critical", "'VENDOR_DOWN'")}process.exit(1)`)).toMatchObject({
      outcome: "failed",
      lastError: "VENDOR_DOWN",
    });
    await program("setInterval(() => {}, 1000)");
    runs.start(connector, wanted);
    await vi.waitFor(async () =>
      expect(await runs.last(connector, account)).toMatchObject({ endedAt: null, lastError: "VENDOR_DOWN" }),
    );
    await runs.close();
    expect(await run("")).toMatchObject({ outcome: "succeeded", lastError: null });
  });

  it("keeps the last lines of a talkative connector", async () => {
    const { lines } = await run("for (let i = 0; i < 250; i++) console.log('line ' + i)");
    expect(lines).toHaveLength(200);
    expect(lines.at(-1)?.message).toBe("line 249");
  });

  it("happens once at a time for a connector and an account", async () => {
    await program("setInterval(() => {}, 1000)");
    expect(runs.start(connector, wanted)).toBe("started");
    expect(runs.start(connector, wanted)).toBe("running");
    await runs.close();
    expect((await runs.last(connector, account))?.outcome).toBe("stopped");
    expect(runs.start(connector, wanted)).toBe("started");
  });

  it("is known to other processes once it has ended, and forgotten with its account", async () => {
    await run(say("info", "'3 bills'"));
    await using elsewhere = open();
    expect(await elsewhere.last(connector, account)).toMatchObject({ lines: [{ message: "3 bills" }] });
    await process.vault.remove({ id: account });
    expect(await elsewhere.last(connector, account)).toBeUndefined();
  });

  it("is logged without what the connector said", async () => {
    await run(`${say("critical", "'a word of its own'")}process.exit(1)`);
    const events = process.logs.filter(({ event }) => event.startsWith("connector."));
    expect(events.map(({ event }) => event)).toEqual(["connector.started", "connector.ended"]);
    expect(JSON.stringify(process.logs)).not.toContain("a word of its own");
  });
});
