import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./port.ts";
import type { Beginning, Configuration, Running } from "./target.ts";

/** A directory with a configuration and a store, where one broker or several on one store run. */
export interface Site {
  readonly folder: string;
  readonly dataDir: string;
  readonly configuration: Configuration;
}

/** How one process over a site is run. */
export interface Process {
  stop(): Promise<void>;
  kill?(): Promise<void>;
}

/** Starts a process of a site on `port`; it adds what it logs to `logs`. */
export type Launch = (
  site: Site,
  port: number,
  env: Readonly<Record<string, string>>,
  logs: string[],
) => Promise<Process>;

/** Writes the configuration into a directory of its own. */
async function prepare(configuration: Configuration): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), "willcall-conformance-"));
  await writeFile(join(folder, "willcall.config.json"), JSON.stringify(configuration));
  return { folder, dataDir: join(folder, "data"), configuration };
}

/** Everything that targets on this machine share: addresses, restarts, siblings, cleaning up. */
export async function startSite(
  launch: Launch,
  configuration: (base: string) => Configuration,
  { env = {} }: Beginning = {},
  advance?: (milliseconds: number) => void,
): Promise<Running> {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const site = await prepare({ publicUrl: base, data: "data", ...configuration(base) });
  const first = await run(launch, site, port, env, advance);
  return {
    ...first,
    [Symbol.asyncDispose]: async () => {
      await first[Symbol.asyncDispose]();
      await rm(site.folder, { recursive: true });
    },
  };
}

async function run(
  launch: Launch,
  site: Site,
  port: number,
  variables: Readonly<Record<string, string>>,
  advance: ((milliseconds: number) => void) | undefined,
): Promise<Running> {
  const logs: string[] = [];
  const siblings: Running[] = [];
  let env = variables;
  const first = await launch(site, port, env, logs);
  let process: Process | undefined = first;
  const stop = async (): Promise<void> => {
    await process?.stop();
    process = undefined;
  };
  return {
    base: `http://127.0.0.1:${port}`,
    logs,
    dataDir: site.dataDir,
    ...(advance && { advance }),
    stop,
    ...(first.kill && {
      kill: async () => {
        await process?.kill?.();
        process = undefined;
      },
    }),
    restart: async (more) => {
      await stop();
      env = { ...env, ...more };
      process = await launch(site, port, env, logs);
    },
    sibling: async () => {
      const sibling = await run(launch, site, await freePort(), env, advance);
      siblings.push(sibling);
      return sibling;
    },
    [Symbol.asyncDispose]: async () => {
      for (const sibling of siblings) await sibling[Symbol.asyncDispose]();
      await stop();
    },
  };
}
