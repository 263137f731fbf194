import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import type { OperatorClient } from "./operator-client.ts";

/** Milliseconds before an access token's end in which the broker gives a new one. */
const MARGIN = 240_000;
/** Milliseconds between two looks, where the provider does not say how long its tokens last, or for very short ones. */
const LOOK_AGAIN = 30_000;

/** A command that was run has ended; its exit code becomes ours. */
export class Ended extends Error {
  readonly code: number;

  constructor(code: number) {
    super("the command ended");
    this.code = code;
  }
}

/** What to run. */
export interface Execution {
  readonly account: string;
  readonly command: string;
  readonly parameters: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Keeps a token where the command reads it; called before it starts, and with every newer one while it runs. */
  readonly keep: (accessToken: string) => Promise<void>;
  /** Calls back at each SIGTERM or SIGINT, which the command gets then. */
  readonly onStopSignal: (stop: () => void) => void;
}

/**
 * Runs a command with an account's access token in `WILLCALL_ACCESS_TOKEN`. Resolves to its exit code: 127 where it cannot
 * be started, 128 and more where a signal ended it. Rejects with `Refused` when there is no token for it.
 */
export async function execute(client: Pick<OperatorClient, "tokens">, execution: Execution): Promise<number> {
  const { account, command, parameters, cwd, env, keep, onStopSignal } = execution;
  const first = await client.tokens(account);
  await keep(first.access_token);
  const child = spawn(command, parameters, {
    cwd,
    env: { ...withoutOurs(env), WILLCALL_ACCESS_TOKEN: first.access_token },
    stdio: "inherit",
  });
  onStopSignal(() => child.kill());
  const ended = new AbortController();
  const fresh = keepFresh(client, execution, first, ended.signal);
  try {
    const [code, signal]: unknown[] = await once(child, "exit");
    return typeof code === "number" ? code : 128 + numberOf(signal);
  } catch {
    return 127;
  } finally {
    ended.abort();
    await fresh;
  }
}

/** The environment without what is meant for Willcall alone: the operator's token reads every account. */
export function withoutOurs(env: Execution["env"]): Execution["env"] {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("WILLCALL_")));
}

function numberOf(signal: unknown): number {
  return Object.entries(constants.signals).find(([name]) => name === signal)?.[1] ?? 0;
}

/** Looks for a newer token whenever the last one is about to end. Trouble on the way is the next look's to mend. */
async function keepFresh(
  client: Pick<OperatorClient, "tokens">,
  { account, keep }: Execution,
  first: Awaited<ReturnType<OperatorClient["tokens"]>>,
  signal: AbortSignal,
): Promise<void> {
  let { version, expires_in } = first;
  while (!signal.aborted) {
    await pause(Math.max(LOOK_AGAIN, (expires_in ?? 0) * 1_000 - MARGIN), signal);
    if (signal.aborted) return;
    try {
      const next = await client.tokens(account);
      if (next.version !== version) await keep(next.access_token);
      ({ version, expires_in } = next);
    } catch {
      expires_in = undefined;
    }
  }
}

/** Resolves after so many milliseconds, or when the signal aborts. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  const stop = (): void => resolve();
  signal.addEventListener("abort", stop);
  await promise;
  clearTimeout(timer);
  signal.removeEventListener("abort", stop);
}
