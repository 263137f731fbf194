import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { startSite } from "./site.ts";
import type { Target } from "./target.ts";

const command = join(import.meta.dirname, "..", "..", "packages", "willcall", "bin", "willcall.mjs");

/** The broker as a process of its own, through `willcall serve`: it can be killed between any two steps. */
export const childProcess: Target = {
  start: (configuration, beginning) =>
    startSite(
      async ({ folder }, port, env, logs) => {
        const child = spawn(process.execPath, [command, "serve", "--port", String(port)], {
          cwd: folder,
          env,
          stdio: ["ignore", "pipe", "inherit"],
        });
        const exited = once(child, "exit");
        const listening = new Promise<void>((resolve, reject) => {
          createInterface(child.stdout).on("line", (line) => {
            logs.push(line);
            if (line.includes('"event":"listening"')) resolve();
          });
          exited.then(() => reject(new Error("the broker did not start")), reject);
        });
        await listening;
        const end = (signal: NodeJS.Signals) => async (): Promise<void> => {
          child.kill(signal);
          await exited;
        };
        return { stop: end("SIGTERM"), kill: end("SIGKILL") };
      },
      configuration,
      beginning,
    ),
};
