import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { MailboxId, NewLogin } from "../engine.ts";

/** The path of a store that does not exist yet, in a directory that goes when the running test ends. */
export function temporaryStore(): string {
  const directory = mkdtempSync(join(tmpdir(), "willcall-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, "willcall.db");
}

/** What a sibling process can be asked to do with its own engine. */
export type SiblingCall =
  | { verb: "launch"; login: NewLogin; now: number }
  | { verb: "end" | "take"; id: MailboxId; now: number }
  | { verb: "wait"; id: MailboxId; since: number };

/** Another process that has the store open. */
export interface Sibling {
  /** Resolves to what the call gave there; never, if the process was killed first. */
  call(call: SiblingCall): Promise<unknown>;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
}

/** Starts a process on the store; it ends with the running test. Resolves when the store is open there. */
export async function startSibling(path: string): Promise<Sibling> {
  const script = fileURLToPath(new URL("sibling.ts", import.meta.url));
  const child = fork(script, [path], { serialization: "advanced", execArgv: [] });
  const exited = once(child, "exit");
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
  };
  onTestFinished(kill);
  const [first] = await Promise.race([once(child, "message"), exited]);
  if (first !== "open") throw new Error(`the sibling ended with ${String(first)}`);

  let tags = 0;
  const answers = new Map<number, (answer: unknown) => void>();
  child.on("message", ({ tag, answer }: { tag: number; answer: unknown }) => answers.get(tag)?.(answer));
  return {
    call: (call) =>
      new Promise((resolve) => {
        const tag = tags++;
        answers.set(tag, resolve);
        child.send({ tag, call });
      }),
    kill,
  };
}
