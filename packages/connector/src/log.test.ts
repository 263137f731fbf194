import { expect, it } from "vitest";
import { createLog } from "./log.ts";

function lines(say: (log: ReturnType<typeof createLog>) => void): unknown[] {
  const written: string[] = [];
  say(createLog((line) => written.push(line)));
  return written.map((line): unknown => JSON.parse(line));
}

it("writes JSON lines that the broker and Cozy's stack read", () => {
  const [line] = lines((log) => log("warn", "3 bills", "save"));
  expect(line).toEqual({
    time: expect.stringMatching(/Z$/),
    type: "warn",
    label: "save",
    message: "3 bills",
  });
});

it("writes one line, whatever the message is", () => {
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  const messages = lines((log) => {
    log.info("a\nb");
    log.error(new Error("LOGIN_FAILED"));
    log.debug({ a: 1 });
    log.warn(undefined);
    log.info(cyclic);
    log.critical("x".repeat(100_000));
  });
  expect(messages).toMatchObject([
    { type: "info", message: "a\nb" },
    { type: "error", message: "LOGIN_FAILED" },
    { message: '{"a":1}' },
    { message: "undefined" },
    { message: expect.any(String) },
    { type: "critical", message: "x".repeat(32_767) },
  ]);
});

it("writes nothing of what the connector calls secret", () => {
  expect(lines((log) => log("secret", "hunter2"))).toEqual([]);
});
