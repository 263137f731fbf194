import { type ChildProcess, fork } from "node:child_process";
import { readFileSync } from "node:fs";

/** Clock ticks per second in /proc; fixed on every Linux that Node supports. */
const TICKS = 100;

/** A server under test, in a process of its own. */
export interface Server {
  readonly port: number;
  /** Processor time used since it started, in seconds (user and system). */
  cpu(): number;
  /** Resident memory, in MB. */
  memory(): number;
  /** JavaScript heap in use after a full collection, in MB. */
  heap(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts `bench/servers/<name>.ts`; it sends its port when it listens. */
export async function startServer(name: string, environment: Record<string, string> = {}): Promise<Server> {
  const child = fork(new URL(`servers/${name}.ts`, import.meta.url), {
    env: { ...process.env, ...environment },
    execArgv: ["--expose-gc", "--no-warnings"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const port = await message<number>(child);
  const status = (file: string): string => readFileSync(`/proc/${child.pid}/${file}`, "utf8");
  return {
    port,
    cpu: () => {
      const fields = status("stat").split(") ")[1]?.split(" ") ?? [];
      return (Number(fields[11]) + Number(fields[12])) / TICKS;
    },
    memory: () => Number(/VmRSS:\s+(\d+)/.exec(status("status"))?.[1] ?? 0) / 1024,
    heap: () => {
      child.send("heap");
      return message<number>(child);
    },
    stop: async () => {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await gone;
    },
  };
}

function message<T>(child: ChildProcess): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  child.once("message", (value) => resolve(value as T));
  child.once("exit", (code) => reject(new Error(`the server ended with code ${code}`)));
  return promise;
}
