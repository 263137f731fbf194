import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { LogFields, LogRecord } from "./log.ts";
import { errorFields, recordingLog, sieve } from "./log.ts";
import { pinoLog } from "./pino.ts";

/** Fields as code without types could pass them. */
function untyped(fields: Record<string, unknown>): LogFields {
  return fields;
}

test("known fields pass in their shape", () => {
  const until = new Date("2030-01-31T00:00:00Z");
  expect(
    sieve({ app: "sheets", provider: "google", reason: "provider_down", status: 503, ms: 12.4, until }),
  ).toEqual({
    app: "sheets",
    provider: "google",
    reason: "provider_down",
    status: 503,
    ms: 12,
    until: "2030-01-31T00:00:00.000Z",
  });
});

test("the root app's empty name passes", () => {
  expect(sieve({ app: "" })).toEqual({ app: "" });
});

test("of a mailbox id only the first six characters are written", () => {
  expect(sieve({ login: "AbCdEf0123456789abcdef" })).toEqual({ login: "AbCdEf" });
});

test("a field that nobody declared is dropped", () => {
  expect(sieve(untyped({ query: "code=CANARY", headers: { authorization: "CANARY" } }))).toEqual({});
});

test("a value that does not fit its field is refused", () => {
  expect(sieve({ reason: "Bearer CANARY", app: "CANARY", url: "https://x.example/?code=CANARY" })).toEqual({
    reason: "[refused]",
    app: "[refused]",
    url: "[refused]",
  });
});

test("no object and no control character ever passes, whatever is given", () => {
  const value = fc.oneof(fc.anything(), fc.string({ unit: "binary" }));
  const fields = fc.constantFrom(
    "app",
    "provider",
    "dialect",
    "login",
    "reason",
    "url",
    "detail",
    "error",
    "at",
  );
  fc.assert(
    fc.property(fc.dictionary(fields, value), (given) => {
      for (const written of Object.values(sieve(untyped(given)))) {
        expect(["string", "number"]).toContain(typeof written);
        expect(String(written)).not.toMatch(/\p{Cc}/u);
      }
    }),
  );
});

test("an unforeseen error is logged by class, code and place, without its message", () => {
  const error = Object.assign(new TypeError("bad token CANARY\nsecond line CANARY"), { code: "ERR_X" });
  const fields = sieve(errorFields(error));
  expect(fields.error).toBe("TypeError ERR_X");
  expect(fields.at).toContain("log.test.ts");
  expect(JSON.stringify(fields)).not.toContain("CANARY");
});

test("what was thrown without being an error is not shown", () => {
  expect(errorFields("CANARY")).toEqual({ error: "not an Error" });
});

test("a record carries level, time and event", () => {
  const records: LogRecord[] = [];
  const log = recordingLog(
    (record) => records.push(record),
    () => 1_000,
  );
  log.warn("login.second_browser", { app: "sheets" });
  expect(records).toEqual([{ level: "warn", time: 1_000, event: "login.second_browser", app: "sheets" }]);
});

test("on Node each event is one JSON line with nothing but sieved fields", () => {
  const lines: string[] = [];
  const log = pinoLog({ destination: { write: (line) => void lines.push(line) } });
  log.info("login.taken", {
    ...untyped({ tokens: "CANARY" }),
    app: "sheets",
    login: "AbCdEf0123456789abcdef",
  });
  expect(lines).toHaveLength(1);
  const { time, ...rest } = JSON.parse(lines[0] ?? "");
  expect(time).toEqual(expect.any(Number));
  expect(rest).toEqual({ level: "info", event: "login.taken", app: "sheets", login: "AbCdEf" });
});

test("events below the level are not written", () => {
  const lines: string[] = [];
  const log = pinoLog({ destination: { write: (line) => void lines.push(line) }, level: "warn" });
  log.info("sweep", { count: 3 });
  expect(lines).toEqual([]);
});
