import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { Miniflare, type MiniflareOptions } from "miniflare";
import { send } from "./http.ts";
import { type Site, startSite } from "./site.ts";
import type { Target } from "./target.ts";
import { bundleWorker } from "./worker-bundle.ts";

let bundle: Promise<string> | undefined;

const entry = join(import.meta.dirname, "worker-entry.ts");
/** A Worker has no file system to keep a development key in. */
const developmentKeys = new WeakMap<Site, string>();

/** What differs from the usual Worker. */
export interface WorkerdOptions {
  /** False: D1 holds the mailboxes too. */
  readonly objects?: boolean;
  /** Logins that one address may begin in a minute, by the limiter that Cloudflare brings. */
  readonly begins?: number;
}

/**
 * The broker in real workerd, on Durable Objects and D1, by way of Miniflare and sockets of workerd's own. A sibling is
 * another Worker on the same objects.
 */
export const workerdWith = (given: WorkerdOptions): Target => ({
  start: async (configuration, beginning) => {
    const script = await (bundle ??= bundleWorker(entry));
    let ahead = 0;
    let ports: readonly number[] = [];
    let miniflare: Miniflare | undefined;

    async function run(site: Site, env: Readonly<Record<string, string>>, logs: string[]): Promise<void> {
      const options = optionsFor(given, site, ports, script, env, logs);
      if (miniflare !== undefined) await miniflare.setOptions(options);
      miniflare ??= await startMiniflare(options);
      // As Node does at its start, and a cron trigger every minute: what accounts wait for begins there.
      const sweep = "accounts" in site.configuration ? "&scheduled" : "";
      for (const port of ports) await tellWorker(`http://127.0.0.1:${port}`, `ahead=${ahead}${sweep}`);
    }

    let before: Promise<void> = Promise.resolve();
    /** One change at a time: all Workers of a site run in one workerd. */
    function inTurn(change: () => Promise<void>): Promise<void> {
      const done = before.then(change);
      before = done.catch(() => {});
      return done;
    }

    return startSite(
      async (site, port, env, logs) => {
        await inTurn(() => {
          ports = [...ports, port];
          return run(site, env, logs);
        });
        return {
          stop: () =>
            inTurn(async () => {
              ports = ports.filter((other) => other !== port);
              if (ports.length > 0) return;
              await miniflare?.dispose();
              miniflare = undefined;
            }),
        };
      },
      configuration,
      beginning,
      (milliseconds) => {
        ahead += milliseconds;
        setClocks(ports, ahead);
      },
    );
  },
});

/** The usual Worker. */
export const workerd: Target = workerdWith({});

/** Tells a Worker to do something and not to serve (`control` in `worker-entry.ts`); resolves to its answer. */
export async function tellWorker(base: string, query: string): Promise<string> {
  return (await send(`${base}/?${query}`, { headers: CONTROL })).text;
}

/** Somebody else may hold the port for a moment, as the near end of a connection of theirs. */
async function startMiniflare(options: MiniflareOptions, tries = 10): Promise<Miniflare> {
  const miniflare = new Miniflare(options);
  try {
    await miniflare.ready;
    return miniflare;
  } catch (error) {
    await miniflare.dispose().catch(() => {});
    if (tries === 0) throw error;
    await sleep(200);
    return startMiniflare(options, tries - 1);
  }
}

/** The host under which a Worker listens to the suite (`worker-entry.ts`). */
const CONTROL = { host: "control.test" };

/** Tells every Worker what time it is, and returns when all of them know: cases don't wait for the clock. */
function setClocks(ports: readonly number[], ahead: number): void {
  const tell = `import { get } from "node:http";
    const options = { host: "127.0.0.1", path: "/?ahead=${ahead}", headers: ${JSON.stringify(CONTROL)} };
    for (const port of [${ports.join()}]) get({ ...options, port });`;
  execFileSync(process.execPath, ["--input-type=module", "--eval", tell]);
}

const nameOf = (port: number): string => `broker-${port}`;

function optionsFor(
  { objects = true, begins }: WorkerdOptions,
  site: Site,
  ports: readonly number[],
  script: string,
  env: Readonly<Record<string, string>>,
  logs: string[],
): MiniflareOptions {
  const { configuration, dataDir } = site;
  mkdirSync(dataDir, { recursive: true });
  const key = developmentKeys.get(site) ?? randomBytes(32).toString("base64");
  developmentKeys.set(site, key);
  const [owner = 0] = ports;
  return {
    workers: ports.map((port) => ({
      name: nameOf(port),
      modules: [{ type: "ESModule" as const, path: "worker.js", contents: script }],
      compatibilityDate: "2026-07-01",
      compatibilityFlags: ["nodejs_compat", "enable_request_signal", "global_fetch_strictly_public"],
      bindings: { WILLCALL_KEYS: key, ...env, CONFIGURATION: JSON.stringify(configuration) },
      ...(objects && {
        durableObjects: {
          MAILBOXES: {
            className: "Mailboxes",
            useSQLite: true,
            ...(port !== owner && { scriptName: nameOf(owner) }),
          },
        },
      }),
      ...(begins !== undefined && {
        ratelimits: { BEGINS: { namespace_id: "1001", simple: { limit: begins, period: 60 as const } } },
      }),
      d1Databases: { RECORDS: "records" },
      unsafeDirectSockets: [{ host: "127.0.0.1", port }],
    })),
    durableObjectsPersist: join(dataDir, "objects"),
    d1Persist: join(dataDir, "d1"),
    handleRuntimeStdio: (stdout: Readable, stderr: Readable) => {
      createInterface(stdout).on("line", (line) => {
        if (line.startsWith("{")) logs.push(line);
        else console.error(line);
      });
      createInterface(stderr).on("line", (line) => console.error(line));
    },
  };
}
