import { expect, test } from "vitest";
import type { LogRecord } from "./log.ts";
import { readableLine } from "./pretty.ts";

function line(record: Omit<LogRecord, "time" | "level"> & Partial<LogRecord>): string {
  return readableLine({ time: 0, level: "info", ...record }).replace(/^\d\d:\d\d:\d\d/, "TIME");
}

test("a step of a login names the login, the step and who takes part", () => {
  expect(line({ event: "login.taken", app: "sheets", provider: "google", login: "AbCdEf" })).toBe(
    "TIME   login AbCdEf taken: the app has its tokens (sheets → google)",
  );
});

test("the root app needs no name", () => {
  expect(line({ event: "login.ready", app: "", provider: "google", login: "AbCdEf", ms: 120 })).toBe(
    "TIME   login AbCdEf ready: the tokens are sealed and wait for the app (120 ms, google)",
  );
});

test("a failure is marked and says why", () => {
  expect(line({ event: "login.failed", level: "error", reason: "provider_down", status: 503 })).toBe(
    "TIME ✗ ended: it failed (provider down, HTTP 503)",
  );
});

test("where it listens is said in full", () => {
  expect(line({ event: "listening", url: "https://localhost:8787" })).toBe(
    "TIME   Listening on https://localhost:8787",
  );
});

test("a date is shown without its time", () => {
  expect(line({ event: "refresh.raw_token", level: "warn", until: "2030-01-31T00:00:00.000Z" })).toBe(
    "TIME ! A provider's own refresh token was taken and answered with a handle (until 2030-01-31)",
  );
});
