import { beforeEach, describe, expect, it } from "vitest";
import type { AccountTypeRow, AccountTypes } from "../account-types.ts";
import type { VaultStore } from "../vault-store.ts";

const row = (change: Partial<AccountTypeRow> = {}): AccountTypeRow => ({
  id: "meadow",
  rev: "1-a",
  deleted: false,
  sealed: new Uint8Array([1, 0, 255]),
  ...change,
});

/** The cases for `AccountTypes`. `open` gives the fresh store of the running case. */
export function accountTypesConformance(open: () => VaultStore | undefined): void {
  let types: AccountTypes;
  beforeEach(() => {
    const opened = open();
    if (opened === undefined) throw new TypeError("this engine keeps no accounts");
    types = opened.accountTypes;
  });

  describe("an account type", () => {
    it("reads as it was written", async () => {
      expect(await types.write(row(), null)).toBe(true);
      expect(await types.read("meadow")).toEqual(row());
    });

    it("is unknown by an id that nobody wrote, whatever it is called", async () => {
      await types.write(row(), null);
      for (const id of ["__proto__", "", "' OR 1=1 --", "Meadow", "context/meadow"])
        expect(await types.read(id)).toBeUndefined();
    });

    it("is not written twice as the first", async () => {
      await types.write(row(), null);
      expect(await types.write(row({ rev: "1-b" }), null)).toBe(false);
      expect(await types.read("meadow")).toEqual(row());
    });

    it("is replaced only by who has seen what is there", async () => {
      await types.write(row(), null);
      const next = row({ rev: "2-b", sealed: new Uint8Array([2]) });
      expect(await types.write(next, "1-z")).toBe(false);
      expect(await types.write(next, "1-a")).toBe(true);
      expect(await types.write(next, "1-a")).toBe(false);
      expect(await types.read("meadow")).toEqual(next);
    });

    it("is written by one of twenty who have seen the same", async () => {
      await types.write(row(), null);
      const all = Array.from({ length: 20 }, (_, index) => types.write(row({ rev: `2-${index}` }), "1-a"));
      expect((await Promise.all(all)).filter(Boolean)).toHaveLength(1);
    });

    it("cannot be replaced where there is none", async () => {
      expect(await types.write(row(), "1-a")).toBe(false);
      expect(await types.list()).toEqual([]);
    });

    it("leaves its rev when it is deleted", async () => {
      await types.write(row(), null);
      const gone = row({ rev: "2-b", deleted: true, sealed: new Uint8Array(0) });
      expect(await types.write(gone, "1-a")).toBe(true);
      expect(await types.read("meadow")).toEqual(gone);
    });

    it("is listed by id", async () => {
      for (const id of ["b", "a/c", "a"]) await types.write(row({ id }), null);
      expect((await types.list()).map(({ id }) => id)).toEqual(["a", "a/c", "b"]);
    });
  });
}
