import { assert, json, oneof, property, string } from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { isFresh, isTokens, type Kept, readKept, timeLeft } from "./tokens.ts";

const kept = (changes: Partial<Kept> = {}): Kept => ({
  v: 1,
  at: 1_000_000,
  access_token: "a",
  expires_in: 3600,
  ...changes,
});

describe("a stored record", () => {
  test("comes back as it was written", () => {
    const written = kept({ scope: "read", instance_url: "https://eu.example" });
    expect(readKept(JSON.stringify(written))).toEqual(written);
  });

  test.each([null, undefined, "", "{", "null", "7", "[]", '{"v":2,"access_token":"a"}', '{"v":1}'])(
    "is nobody's when it reads %j",
    (text) => {
      expect(readKept(text)).toBeUndefined();
    },
  );

  test("never throws, whatever else uses that key", () => {
    assert(
      property(oneof(string(), json()), (text) => {
        expect(readKept(text)?.v ?? 1).toBe(1);
      }),
    );
  });
});

describe("an answer of the token endpoint", () => {
  test.each<Record<string, unknown>>([{}, { access_token: "" }, { access_token: 7 }])(
    "holds no tokens when it is %j",
    (answer) => {
      expect(isTokens(answer)).toBe(false);
    },
  );
});

describe("freshness", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("lasts until a minute before the end", () => {
    vi.setSystemTime(1_000_000 + 3_539_000);
    expect(isFresh(kept())).toBe(true);
    vi.setSystemTime(1_000_000 + 3_541_000);
    expect(isFresh(kept())).toBe(false);
    expect(timeLeft(kept())).toBe(59_000);
  });

  test("lasts half the life of a token that lives for less than two minutes", () => {
    vi.setSystemTime(1_000_000 + 29_000);
    expect(isFresh(kept({ expires_in: 60 }))).toBe(true);
    vi.setSystemTime(1_000_000 + 31_000);
    expect(isFresh(kept({ expires_in: 60 }))).toBe(false);
  });

  test("has no end where the provider said none", () => {
    const { expires_in: _, ...endless } = kept();
    vi.setSystemTime(9_000_000_000_000);
    expect(isFresh(endless)).toBe(true);
    vi.setSystemTime(0);
    expect(isFresh(endless)).toBe(true);
  });

  test("ends when the clock was set back by hours, since nobody knows any more", () => {
    vi.setSystemTime(1_000_000 - 7_200_000);
    expect(isFresh(kept())).toBe(false);
  });
});
