import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import type { Readable } from "node:stream";
import { type Start, environmentOf } from "./environment.ts";
import { linesOf } from "./lines.ts";
import { type Said, readLine } from "./log-line.ts";
import { Redactor, mayHoldToken } from "./redact.ts";
import type { RunOutcome } from "./runs.ts";

/** Seconds that a connector may run unless somebody says otherwise, as Cozy's stack has it. */
export const TIME_LIMIT = 300;
/** Milliseconds that a connector has to end by itself once it was asked to. */
const GRACE = 5_000;

/** How a program ended. */
export interface RunEnd {
  readonly outcome: RunOutcome;
  /** Why it did not succeed, in the connector's own word where it gave one; null after a success. Untrusted text. */
  readonly lastError: string | null;
  /** For a shell: the program's own, 128 and more where a signal ended it, 124 for the time limit, 1 where it said `error`. */
  readonly exitCode: number;
}

/** What a run reports to, and who may end it. */
export interface RunWorld {
  /** Our own environment, of which the connector sees little. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Gets each line as it comes, without secrets. */
  readonly onLine: (said: Said) => void;
  /** The account's tokens as they are now: asked at the start, and before a line is shown that could hold one. May reject. */
  readonly secrets: () => Promise<readonly string[]>;
  /** Ends the run when it aborts. */
  readonly signal: AbortSignal;
}

/**
 * Runs a connector as Cozy's stack does: `node <directory>` with its environment and nothing of ours, logs read from its
 * standard output. Never rejects: a program that cannot be started is a failure, too.
 */
export async function runConnector(start: Start, world: RunWorld): Promise<RunEnd> {
  const { directory } = start.connector;
  const redactor = new Redactor();
  redactor.add(start.token);
  await learn(redactor, world);
  const child = spawn(process.execPath, [directory], {
    cwd: directory,
    env: environmentOf(start, world.env),
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own: what it starts ends with it, and a Ctrl-C reaches it once, through us.
    detached: process.platform !== "win32",
  });
  const ended = ending(child, start.timeLimit, world.signal);
  const ear = createEar(redactor, world);
  const [{ code, cause }] = await Promise.all([ended, ear.hear(child.stdout), ear.hearTrouble(child.stderr)]);
  return outcomeOf(code, cause, ear.lastError());
}

/** Reads the lines of a program, and tells them without secrets. */
function createEar(redactor: Redactor, world: RunWorld) {
  let critical: string | undefined;
  let error: string | undefined;

  async function tell({ type, message }: Said): Promise<void> {
    const isSafe = !mayHoldToken(message) || (await learn(redactor, world));
    const cleaned = isSafe ? redactor.clean(message) : WITHHELD;
    // Cozy's stack takes the last critical line for the reason, or else the last error.
    if (type === "critical") critical = cleaned;
    if (type === "error") error = cleaned;
    world.onLine({ type, message: cleaned });
  }

  async function listen(stream: Readable, read: (line: string) => Said | undefined): Promise<void> {
    for await (const line of linesOf(stream)) {
      const said = read(line);
      if (said !== undefined) await tell(said);
    }
  }

  return {
    hear: (stream: Readable) => listen(stream, readLine),
    hearTrouble: (stream: Readable) =>
      listen(stream, (line) => {
        const said = readLine(line);
        return said && { type: "warn", message: said.message };
      }),
    lastError: () => critical ?? error,
  };
}

/** What stands for a line that could hold a token while nobody can say which tokens there are. */
const WITHHELD = "(not shown: which tokens the account has cannot be read right now)";

/** Has the account's tokens taken out from now on. False: nobody can say what they are. */
async function learn(redactor: Redactor, { secrets }: RunWorld): Promise<boolean> {
  try {
    for (const secret of await secrets()) redactor.add(secret);
    return true;
  } catch {
    return false;
  }
}

type Cause = "itself" | "time" | "signal" | "never started";

/** Waits for a program's end, and brings it about when its time is over or somebody says so. */
async function ending(
  child: ChildProcess,
  timeLimit: number,
  signal: AbortSignal,
): Promise<{ code: number; cause: Cause }> {
  let cause: Cause = "itself";
  let kill: NodeJS.Timeout | undefined;
  const end = (why: Cause): void => {
    cause = why;
    endGroup(child, "SIGTERM");
    kill ??= setTimeout(() => endGroup(child, "SIGKILL"), GRACE);
  };
  const onAbort = (): void => end("signal");
  const limit = setTimeout(() => end("time"), timeLimit * 1_000);
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  try {
    const [code, by]: unknown[] = await once(child, "exit");
    return { code: typeof code === "number" ? code : 128 + numberOf(by), cause };
  } catch {
    return { code: 127, cause: "never started" };
  } finally {
    clearTimeout(limit);
    clearTimeout(kill);
    // Whoever it left behind holds its output open, and nobody waits for them.
    endGroup(child, "SIGKILL");
    signal.removeEventListener("abort", onAbort);
  }
}

function endGroup(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): void {
  if (child.pid === undefined || process.platform === "win32") {
    child.kill(signal);
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Nobody is left in it.
  }
}

function outcomeOf(code: number, cause: Cause, said: string | undefined): RunEnd {
  switch (cause) {
    case "time":
      return { outcome: "timed_out", lastError: said ?? "its time was over", exitCode: 124 };
    case "signal":
      return { outcome: "stopped", lastError: said ?? "it was stopped", exitCode: code };
    case "never started":
      return { outcome: "failed", lastError: "it could not be started", exitCode: code };
    case "itself":
      if (code !== 0)
        return { outcome: "failed", lastError: said ?? `it ended with ${code}`, exitCode: code };
      if (said !== undefined) return { outcome: "failed", lastError: said, exitCode: 1 };
      return { outcome: "succeeded", lastError: null, exitCode: 0 };
  }
}

function numberOf(signal: unknown): number {
  return Object.entries(constants.signals).find(([name]) => name === signal)?.[1] ?? 0;
}
