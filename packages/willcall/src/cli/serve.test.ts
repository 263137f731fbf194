import { describe, expect, test } from "vitest";
import { ConfigError } from "../config/mistakes.ts";
import { env, file, sources, workerVariables } from "../config/sources.fixture.ts";
import type { Engine } from "../engines/engine.ts";
import { openSqlite } from "../engines/sqlite/open.ts";
import type { NodeOptions } from "../node.ts";
import { type LogRecord, recordingLog } from "../observe/log.ts";
import { serve } from "./serve.ts";

/** A stage on which `serve` runs with a store in memory and a server that only writes down what happens. */
function stage(failure?: Error) {
  const records: LogRecord[] = [];
  const steps: string[] = [];
  const signals: (() => void)[] = [];
  const started = Promise.withResolvers<NodeOptions>();
  const openStore = (path: string): Engine => {
    steps.push(`open ${path}`);
    const engine = openSqlite({ path: ":memory:" });
    return { ...engine, close: async () => void steps.push("close store") };
  };
  const server = { url: "http://127.0.0.1:8787", port: 8787, close: async () => void steps.push("drain") };
  const start = async (options: NodeOptions) => {
    if (failure !== undefined) throw failure;
    started.resolve(options);
    return server;
  };
  const parts = {
    log: recordingLog(
      (record) => records.push(record),
      () => 0,
    ),
    openStore,
    start,
    onStopSignal: (stop: () => void) => void signals.push(stop),
    exit: (code: number) => void steps.push(`exit ${code}`),
  };
  const signal = () => signals.forEach((stop) => stop());
  return { records, steps, parts, started: started.promise, signal };
}

describe("serve", () => {
  test("drains though the signal came while it was starting", async () => {
    const { parts, steps, signal } = stage();
    const openStore = (path: string) => {
      signal();
      return parts.openStore(path);
    };
    await serve(sources({ file, env }), { ...parts, openStore });
    expect(steps.slice(1)).toEqual(["drain"]);
  });

  test("opens the store in the data directory and says where it listens", async () => {
    const { parts, started, records, steps, signal } = stage();
    const served = serve(sources({ file: { ...file, data: "store" }, env }), parts);
    const { listen } = await started;
    signal();
    await served;
    expect(steps[0]).toBe("open /site/store/willcall.db");
    expect(listen).toEqual({ host: "127.0.0.1", port: 8787, tls: undefined });
    expect(records).toContainEqual(
      expect.objectContaining({ event: "listening", url: "http://127.0.0.1:8787" }),
    );
  });

  test("serves account types on CouchDB's port, too", async () => {
    const { parts, started, signal } = stage();
    const served = serve(sources({ file: { accounts: {} } }), parts, "5984");
    expect((await started).listen).toMatchObject({ port: 8787, couchPort: 5984 });
    signal();
    await served;
  });

  test.each([
    ["couch", { accounts: {} }, "--couch-port is not a port"],
    ["65536", { accounts: {} }, "--couch-port is not a port"],
    ["5984", file, "accounts is missing"],
  ])("refuses CouchDB's port %s where it cannot be", async (port, written, mistake) => {
    await expect(serve(sources({ file: written, env }), stage().parts, port)).rejects.toThrow(mistake);
  });

  test("says what it made and what it was warned of", async () => {
    const { parts, started, records, signal } = stage();
    const served = serve(sources({ env: { ...workerVariables, WILLCALL_CONFIRM: "never" } }), parts);
    await started;
    signal();
    await served;
    expect(records.map(({ event }) => event)).toEqual([
      "config.warning",
      "config.warning",
      "keys.generated",
      "listening",
    ]);
  });

  test("shows a link to sign in to who sits at a terminal, and never to the log", async () => {
    const { parts, started, records, signal } = stage();
    const shown: string[] = [];
    const announce = (line: string) => void shown.push(line);
    const given = sources({ file: { ...file, accounts: { providers: { p: {} } } }, env });
    const served = serve(given, { ...parts, announce });
    await started;
    await expect.poll(() => shown).toEqual([expect.stringContaining("/session?code=")]);
    signal();
    await served;
    expect(JSON.stringify(records)).not.toContain("code=");
  });

  test("drains at the first stop signal", async () => {
    const { parts, started, steps, signal } = stage();
    const served = serve(sources({ file, env }), parts);
    await started;
    expect(steps).not.toContain("drain");
    signal();
    await served;
    expect(steps.slice(1)).toEqual(["drain"]);
  });

  test("ends at once at the second", async () => {
    const { parts, started, steps, signal } = stage();
    const served = serve(sources({ file, env }), parts);
    await started;
    signal();
    signal();
    await served;
    expect(steps).toContain("exit 1");
  });

  test("opens nothing when the configuration is wrong", async () => {
    const { parts, steps } = stage();
    await expect(serve(sources({}), parts)).rejects.toThrow(ConfigError);
    expect(steps).toEqual([]);
  });

  test("closes the store when it cannot listen", async () => {
    const { parts, steps } = stage(new Error("in use"));
    await expect(serve(sources({ file, env }), parts)).rejects.toThrow("in use");
    expect(steps.at(-1)).toBe("close store");
  });
});
