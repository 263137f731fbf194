import { describe, expect, it } from "vitest";
import type { Records } from "../engine.ts";

/** Milliseconds; the cases count from here. */
const T = 1_800_000_000_000;
const UNTIL = T + 15_000;
const FORGET = T + 900_000;
const ID = "grant-of-this-case-000";

/** The cases for `Records`; `open` gives the fresh ones of the running case. */
export function recordsConformance(open: () => Records): void {
  const lease = (now = T) => open().leaseGrant(ID, 4, now, now + 15_000, FORGET);

  describe("a grant", () => {
    it("is unknown until its first lease", async () => {
      expect(await open().readGrant(ID)).toBeUndefined();
    });

    it("begins at the generation of its first lease", async () => {
      const row = {
        id: ID,
        generation: 4,
        ended: null,
        replay: null,
        leaseUntil: UNTIL,
        fence: 1,
        forgetAt: FORGET,
      };
      expect(await lease()).toEqual(row);
      expect(await open().readGrant(ID)).toEqual(row);
    });

    it("is leased to one of twenty who ask at once", async () => {
      const leases = await Promise.all(Array.from({ length: 20 }, () => lease()));
      expect(leases.filter(Boolean)).toHaveLength(1);
    });

    it("can be leased again when the lease is over, but keeps its generation", async () => {
      await lease();
      expect(await lease(UNTIL - 1)).toBeUndefined();
      expect(await open().leaseGrant(ID, 9, UNTIL, UNTIL + 1, FORGET)).toMatchObject({
        generation: 4,
        fence: 2,
      });
    });

    it("can be leased again as soon as the holder wrote", async () => {
      await lease();
      await open().writeGrant(ID, 1, { generation: 5 });
      expect(await lease()).toMatchObject({ generation: 5, fence: 2 });
    });

    it("stores what the holder writes and leaves the rest (S11)", async () => {
      const replay = new Uint8Array([7, 0, 255]);
      await lease();
      expect(await open().writeGrant(ID, 1, { generation: 5, replay, forgetAt: FORGET + 1 })).toBe(true);
      await lease();
      expect(await open().writeGrant(ID, 2, {})).toBe(true);
      expect(await open().readGrant(ID)).toEqual({
        id: ID,
        generation: 5,
        ended: null,
        replay,
        leaseUntil: 0,
        fence: 2,
        forgetAt: FORGET + 1,
      });
    });

    it("forgets the replay when told so", async () => {
      await lease();
      await open().writeGrant(ID, 1, { replay: new Uint8Array([1]) });
      await lease();
      await open().writeGrant(ID, 2, { replay: null });
      expect(await open().readGrant(ID)).toMatchObject({ replay: null });
    });

    it("takes nothing from a holder who stalled until another took over (S11)", async () => {
      await lease();
      await lease(UNTIL);
      expect(await open().writeGrant(ID, 1, { generation: 5, ended: "dead_token" })).toBe(false);
      expect(await open().readGrant(ID)).toMatchObject({ generation: 4, ended: null, fence: 2 });
    });

    it("ends for one reason, which stays", async () => {
      await lease();
      await open().writeGrant(ID, 1, { ended: "reuse" });
      await lease();
      await open().writeGrant(ID, 2, { ended: "revoked" });
      expect(await open().readGrant(ID)).toMatchObject({ ended: "reuse" });
    });

    it("cannot be written before it is leased", async () => {
      expect(await open().writeGrant(ID, 1, { generation: 5 })).toBe(false);
      expect(await open().readGrant(ID)).toBeUndefined();
    });
  });

  describe("once", () => {
    it("keeps the first value, whoever comes later", async () => {
      const values = await Promise.all(["a", "b", "c"].map((value) => open().once("first_start", value)));
      expect(new Set(values).size).toBe(1);
      expect(await open().once("first_start", "d")).toBe(values[0]);
    });

    it("keeps keys apart", async () => {
      await open().once("one", "1");
      expect(await open().once("two", "2")).toBe("2");
    });
  });

  describe("sweep", () => {
    it("deletes what is past its time and nothing else (S7)", async () => {
      await lease();
      await open().leaseGrant("kept", 1, T, UNTIL, FORGET + 1);
      expect(await open().sweep(FORGET - 1)).toBe(0);
      expect(await open().sweep(FORGET)).toBe(1);
      expect(await open().readGrant("kept")).toBeDefined();
    });

    it("deletes no row under its lease (S11)", async () => {
      await open().leaseGrant(ID, 1, T, FORGET + 1, FORGET);
      expect(await open().sweep(FORGET)).toBe(0);
    });
  });
}
