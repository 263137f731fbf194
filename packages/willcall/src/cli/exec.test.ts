import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Execution, execute } from "./exec.ts";
import { type OperatorClient, Refused } from "./operator-client.ts";

let folder: string;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  folder = mkdtempSync(join(tmpdir(), "willcall-exec-"));
  return () => rmSync(folder, { recursive: true });
});
afterEach(() => vi.useRealTimers());

/** A broker that gives these answers, one after another; an error is thrown. */
function broker(...answers: ({ version: number; expires_in?: number } | Error)[]) {
  let asked = 0;
  const client: Pick<OperatorClient, "tokens"> = {
    tokens: async () => {
      const answer = answers[asked++];
      if (answer === undefined) throw new TypeError("asked too often");
      if (answer instanceof Error) throw answer;
      return {
        account: "a",
        access_token: `token-${answer.version}`,
        token_type: "bearer",
        scope: null,
        extra: {},
        ...answer,
      };
    },
  };
  return { client, asked: () => asked };
}

/** Runs a command; `stop` is a signal to us, and `kept` are the tokens that were put where the command reads them. */
function run(client: Pick<OperatorClient, "tokens">, command: string, parameters: readonly string[] = []) {
  const kept: string[] = [];
  const { promise: started, resolve } = Promise.withResolvers<() => void>();
  const execution: Execution = {
    account: "a",
    command,
    parameters,
    cwd: folder,
    env: { PATH: process.env["PATH"], WILLCALL_KEYS: "hush", MINE: "yes" },
    keep: async (token) => void kept.push(token),
    onStopSignal: resolve,
  };
  return { ended: execute(client, execution), kept, stop: async () => (await started)() };
}

it("gives the command its token, its own variables, and none of Willcall's", async () => {
  const script = 'echo "$WILLCALL_ACCESS_TOKEN,$MINE,$WILLCALL_KEYS" > out';
  expect(await run(broker({ version: 1 }).client, "sh", ["-c", script]).ended).toBe(0);
  expect(readFileSync(join(folder, "out"), "utf8")).toBe("token-1,yes,\n");
});

it("keeps a newer token while the command runs, as soon as the broker has one", async () => {
  const { client, asked } = broker({ version: 1, expires_in: 3600 }, { version: 2, expires_in: 3600 });
  const { ended, kept, stop } = run(client, "sleep", ["60"]);
  await vi.waitFor(() => expect(kept).toEqual(["token-1"]));
  await vi.advanceTimersByTimeAsync(3_359_000);
  expect(asked()).toBe(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(kept).toEqual(["token-1", "token-2"]);
  await stop();
  expect(await ended).toBe(128 + 15);
});

it("looks again soon when the broker could not be asked, and writes nothing that it has already", async () => {
  const { client, asked } = broker({ version: 1, expires_in: 300 }, new Refused("down"), { version: 1 });
  const { ended, kept, stop } = run(client, "sleep", ["60"]);
  await vi.waitFor(() => expect(kept).toEqual(["token-1"]));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked()).toBe(2);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(asked()).toBe(3);
  expect(kept).toEqual(["token-1"]);
  await stop();
  await ended;
});

it("does not start the command where there is no token for it", async () => {
  await expect(run(broker(new Refused("There is no such account.")).client, "sh").ended).rejects.toThrow(
    Refused,
  );
});
