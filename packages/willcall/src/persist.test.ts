import { describe, expect, it } from "vitest";
import { type StoreErrorCode, StoreError } from "./engines/errors.ts";
import { type LogRecord, recordingLog } from "./observe/log.ts";
import { persist } from "./persist.ts";

/** A desk whose sleeps take no time and are counted. */
function desk() {
  const records: LogRecord[] = [];
  const slept: number[] = [];
  const now = (): number => slept.reduce((sum, one) => sum + one, 0);
  const platform = {
    now,
    random: (length: number) => new Uint8Array(length),
    sleep: async (milliseconds: number) => void slept.push(milliseconds),
    fetch: () => Promise.reject(new Error("no network here")),
  };
  return { platform, log: recordingLog((record) => records.push(record), now), records, slept };
}

/** A write that the store refuses so many times. */
function refusing(times: number, code: StoreErrorCode = "store_full") {
  let left = times;
  return async (): Promise<string> => {
    if (left-- > 0) throw new StoreError(code);
    return "stored";
  };
}

const broken = (): Promise<string> => Promise.reject(new TypeError("a mistake"));

describe("a write that must not be lost", () => {
  it("is repeated until the store takes it, and said once", async () => {
    const on = desk();
    await expect(persist(on, refusing(20))).resolves.toBe("stored");
    expect(on.slept).toHaveLength(20);
    expect(on.records).toMatchObject([{ event: "store.unavailable", reason: "store_full" }]);
  });

  it("is given up after half a minute, with the store's own reason", async () => {
    const on = desk();
    await expect(persist(on, refusing(Number.POSITIVE_INFINITY))).rejects.toMatchObject({
      code: "store_full",
    });
    expect(on.platform.now()).toBe(29_900);
  });

  it("is not repeated when something else went wrong: it may have been stored", async () => {
    const on = desk();
    await expect(persist(on, broken)).rejects.toThrow(TypeError);
    expect(on.slept).toEqual([]);
  });
});
