import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { Miniflare } from "miniflare";
import { bundleWorker } from "../../conformance/support/worker-bundle.ts";
import { MIGRATIONS } from "../../packages/willcall/src/engines/sql/migrations.ts";

/** A Worker in a workerd process of its own, with a socket of workerd's. */
export interface Workerd {
  readonly port: number;
  /** Resident memory of the process, in MB. */
  memory(): number;
  stop(): Promise<void>;
}

/** The workerd processes that this process has started. */
const children = (): string[] =>
  readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8").trim().split(" ").filter(Boolean);

/** Starts `bench/worker/<name>.ts` with its objects on disk, as `binding`. */
export async function startWorkerd(
  name: string,
  binding: string,
  bindings: Record<string, string>,
): Promise<Workerd> {
  const before = new Set(children());
  const folder = mkdtempSync(join(tmpdir(), "willcall-bench-"));
  const miniflare = new Miniflare({
    modules: [
      {
        type: "ESModule",
        path: "worker.js",
        contents: await bundleWorker(join(import.meta.dirname, `${name}.ts`), { minify: true }),
      },
    ],
    compatibilityDate: "2026-07-01",
    compatibilityFlags: ["nodejs_compat", "enable_request_signal"],
    bindings: { WILLCALL_KEYS: randomBytes(32).toString("base64"), ...bindings },
    durableObjects: { [binding]: { className: "Mailboxes", useSQLite: true } },
    durableObjectsPersist: folder,
    d1Databases: ["RECORDS"],
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
    handleRuntimeStdio: (stdout: Readable, stderr: Readable) => {
      stdout.resume();
      stderr.pipe(process.stderr);
    },
  });
  const { port } = await miniflare.unsafeGetDirectURL();
  const database = await miniflare.getD1Database("RECORDS");
  const statements = MIGRATIONS.flatMap((step) => step.split(";")).filter((text) => text.trim() !== "");
  await database.batch(statements.map((statement) => database.prepare(statement)));
  const pids = children().filter((pid) => !before.has(pid));
  return {
    port: Number(port),
    memory: () => {
      const sizes = pids.map(
        (pid) => /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1],
      );
      return Math.max(...sizes.map(Number)) / 1024;
    },
    stop: async () => {
      await miniflare.dispose();
      rmSync(folder, { recursive: true });
    },
  };
}
