import { beforeEach, describe, expect, it } from "vitest";
import type { AccountEvent, AccountId, AccountRow, VaultStore } from "../vault-store.ts";
import { ID, T, account, opened } from "./an-account.ts";

const UNTIL = T + 20_000;

const refreshed = (at: number): AccountEvent => ({ type: "account.refreshed", reason: null, at });

/** The cases for `Events` and `Endpoints`. `open` gives the fresh store of the running case. */
export function eventsConformance(open: () => VaultStore | undefined): void {
  let store: VaultStore;
  const insert = (id = ID): Promise<boolean> => store.accounts.insert(account({ id }));
  const lease = async (now = T): Promise<AccountRow> => {
    const leased = await store.accounts.lease(ID, now, now + 20_000);
    if (leased === undefined) throw new Error("no lease");
    return leased;
  };
  const types = async (): Promise<string[]> => (await store.events.list(0, 99)).map(({ type }) => type);

  beforeEach(() => {
    store = opened(open);
  });

  describe("events", () => {
    it("tell what became of an account, in order, also when it is gone", async () => {
      await insert();
      const first = await lease();
      await store.accounts.write(ID, first.fence, { ...first, version: 2 }, refreshed(T + 1));
      const second = await lease();
      await store.accounts.remove(ID, second.fence, {
        type: "account.deleted",
        reason: "revoked",
        at: T + 2,
      });
      const about = { account: ID, owner: "ada", provider: "google" };
      expect(await store.events.list(0, 99)).toEqual([
        { seq: 1, ...about, type: "account.connected", reason: null, at: T },
        { seq: 2, ...about, type: "account.refreshed", reason: null, at: T + 1 },
        { seq: 3, ...about, type: "account.deleted", reason: "revoked", at: T + 2 },
      ]);
    });

    it("tell nothing of a write that says nothing", async () => {
      await insert();
      const leased = await lease();
      await store.accounts.write(ID, leased.fence, leased);
      expect(await types()).toEqual(["account.connected"]);
    });

    it("tell nothing of what was not stored: a stalled holder's write, a second insert (S11)", async () => {
      await insert();
      await insert();
      const stalled = await lease();
      await lease(UNTIL);
      await store.accounts.write(ID, stalled.fence, { ...stalled, version: 2 }, refreshed(T));
      await store.accounts.remove(ID, stalled.fence, { type: "account.deleted", reason: null, at: T });
      expect(await types()).toEqual(["account.connected"]);
    });

    it("come in pages", async () => {
      for (const id of ["a", "b", "c"]) await insert(id as AccountId);
      expect((await store.events.list(0, 2)).map(({ account }) => account)).toEqual(["a", "b"]);
      expect((await store.events.list(2, 2)).map(({ account }) => account)).toEqual(["c"]);
    });

    it("are forgotten by their time, and no number is ever used again", async () => {
      await insert();
      const leased = await lease();
      await store.accounts.write(ID, leased.fence, leased, refreshed(T + 1));
      expect(await store.events.sweep(T)).toBe(0);
      expect(await store.events.sweep(T + 10)).toBe(1);
      await insert("b" as AccountId);
      expect((await store.events.list(0, 99)).map(({ seq }) => seq)).toEqual([2, 3]);
    });

    it("are forgotten however many there are", async () => {
      await Promise.all(Array.from({ length: 1_201 }, (_, index) => insert(`account-${index}` as AccountId)));
      expect(await store.events.sweep(T + 1)).toBe(1_200);
    });
  });

  describe("an endpoint", () => {
    const free = { failures: 0, retryAt: 0, ended: null, leaseUntil: 0 };

    it("begins behind the newest event when it is first seen", async () => {
      await insert();
      expect(await store.endpoints.read("one")).toBeUndefined();
      expect(await store.endpoints.lease("one", T, UNTIL)).toEqual({
        ...free,
        id: "one",
        delivered: 1,
        leaseUntil: UNTIL,
        fence: 1,
      });
    });

    it("is leased to one of twenty who ask at once", async () => {
      const all = Array.from({ length: 20 }, () => store.endpoints.lease("one", T, UNTIL));
      expect((await Promise.all(all)).filter(Boolean)).toHaveLength(1);
      expect(await store.endpoints.lease("one", UNTIL, UNTIL + 1)).toMatchObject({ fence: 2 });
    });

    it("keeps what its holder wrote, and nothing of one who stalled", async () => {
      await store.endpoints.lease("one", T, UNTIL);
      const state = { ...free, delivered: 7, failures: 2, retryAt: T + 5 };
      expect(await store.endpoints.write("one", 1, state)).toBe(true);
      expect(await store.endpoints.write("one", 0, { ...state, delivered: 9 })).toBe(false);
      expect(await store.endpoints.read("one")).toEqual({ ...state, id: "one", fence: 1 });
    });

    it("cannot be leased before it may be called again, nor when it has ended", async () => {
      await store.endpoints.lease("one", T, UNTIL);
      await store.endpoints.write("one", 1, { ...free, delivered: 0, retryAt: T + 5 });
      expect(await store.endpoints.lease("one", T + 4, UNTIL)).toBeUndefined();
      expect(await store.endpoints.lease("one", T + 5, UNTIL)).toMatchObject({ fence: 2 });
      await store.endpoints.write("one", 2, { ...free, delivered: 0, ended: "gone" });
      expect(await store.endpoints.lease("one", UNTIL, UNTIL + 1)).toBeUndefined();
    });
  });
}
