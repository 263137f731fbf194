import { beforeEach, describe, expect, it } from "vitest";
import type { AccountId, VaultStore } from "../vault-store.ts";
import { ID, T, account, opened } from "./an-account.ts";

const UNTIL = T + 20_000;

const deleted = { type: "account.deleted", reason: "revoked", at: T } as const;

/** The cases for `VaultStore`. `open` gives the fresh one of the running case. */
export function vaultConformance(open: () => VaultStore | undefined): void {
  let store: VaultStore;
  const ids = async (...query: Parameters<VaultStore["accounts"]["list"]>): Promise<string[]> =>
    (await store.accounts.list(...query)).map(({ id }) => id);
  const due = async (now: number, limit = 9): Promise<string[]> =>
    (await store.accounts.claimDue(now, 1_000, limit)).map(({ id }) => id).sort();
  const schedule = async (id: string, refreshAt: number | null): Promise<void> => {
    await store.accounts.insert(account({ id: id as AccountId, refreshAt }));
  };

  beforeEach(() => {
    store = opened(open);
  });

  describe("an account", () => {
    it("reads as it was inserted", async () => {
      expect(await store.accounts.insert(account())).toBe(true);
      const fresh = { failures: 0, retryAt: 0, usedAt: null, leaseUntil: 0, fence: 0 };
      expect(await store.accounts.read(ID)).toEqual({ ...account(), ...fresh });
    });

    it("is never overwritten by another insert", async () => {
      await store.accounts.insert(account());
      expect(await store.accounts.insert(account({ owner: "eve" }))).toBe(false);
      expect(await store.accounts.read(ID)).toMatchObject({ owner: "ada" });
    });

    it("is unknown by an id that nobody has, whatever it is called", async () => {
      await store.accounts.insert(account());
      for (const id of ["__proto__", "", "' OR 1=1 --"]) {
        expect(await store.accounts.read(id as AccountId)).toBeUndefined();
      }
    });

    it("is leased to one of twenty who ask at once", async () => {
      await store.accounts.insert(account());
      const all = Array.from({ length: 20 }, () => store.accounts.lease(ID, T, UNTIL));
      expect((await Promise.all(all)).filter(Boolean)).toHaveLength(1);
    });

    it("cannot be leased where there is none", async () => {
      expect(await store.accounts.lease(ID, T, UNTIL)).toBeUndefined();
    });

    it("can be leased again when the lease is over", async () => {
      await store.accounts.insert(account());
      await store.accounts.lease(ID, T, UNTIL);
      expect(await store.accounts.lease(ID, UNTIL - 1, UNTIL + 1)).toBeUndefined();
      expect(await store.accounts.lease(ID, UNTIL, UNTIL + 1)).toMatchObject({ fence: 2 });
    });

    it("stores what the holder writes, and is free again (S11)", async () => {
      await store.accounts.insert(account());
      const state = {
        status: "error",
        reason: "provider_down",
        label: "ada@example.com",
        scope: "read write",
        version: 2,
        renewedAt: T + 1,
        expiresAt: T + 2,
        failures: 3,
        retryAt: T + 3,
        refreshAt: T + 4,
        sealed: new Uint8Array([2]),
      } as const;
      await store.accounts.lease(ID, T, UNTIL);
      expect(await store.accounts.write(ID, 1, state)).toBe(true);
      expect(await store.accounts.read(ID)).toEqual({
        ...account(),
        ...state,
        usedAt: null,
        leaseUntil: 0,
        fence: 1,
      });
    });

    it("takes nothing from a holder who stalled until another took over (S11)", async () => {
      await store.accounts.insert(account());
      const stalled = await store.accounts.lease(ID, T, UNTIL);
      await store.accounts.lease(ID, UNTIL, UNTIL + 20_000);
      if (stalled === undefined) throw new Error("no lease");
      expect(await store.accounts.write(ID, stalled.fence, { ...stalled, version: 2 })).toBe(false);
      expect(await store.accounts.remove(ID, stalled.fence, deleted)).toBe(false);
      expect(await store.accounts.read(ID)).toMatchObject({ version: 1, fence: 2 });
    });

    it("is gone when its holder removed it", async () => {
      await store.accounts.insert(account());
      await store.accounts.lease(ID, T, UNTIL);
      expect(await store.accounts.remove(ID, 1, deleted)).toBe(true);
      expect(await store.accounts.read(ID)).toBeUndefined();
    });

    it("remembers when it was used", async () => {
      await store.accounts.insert(account());
      await store.accounts.use(ID, T + 5);
      await expect.poll(async () => (await store.accounts.read(ID))?.usedAt).toBe(T + 5);
    });
  });

  describe("accounts that are due", () => {
    it("are taken from their time on, the longest due first, and no others", async () => {
      await schedule("later", T + 1);
      await schedule("second", T - 1);
      await schedule("first", T - 2);
      await schedule("never", null);
      expect(await due(T - 3)).toEqual([]);
      expect(await due(T, 1)).toEqual(["first"]);
      expect(await due(T)).toEqual(["second"]);
      expect(await due(T + 1)).toEqual(["later"]);
    });

    it("are taken by one of twenty who ask at once", async () => {
      await schedule("one", T);
      const all = await Promise.all(Array.from({ length: 20 }, () => due(T)));
      expect(all.flat()).toEqual(["one"]);
    });

    it("come up again after a pause that grows with their failures, if nobody wrote anything", async () => {
      await schedule("one", T);
      const [taken] = await store.accounts.claimDue(T, 1_000, 9);
      expect(taken).toMatchObject({ refreshAt: T + 1_000 });
      expect(await due(T + 999)).toEqual([]);
      const leased = await store.accounts.lease("one" as AccountId, T, UNTIL);
      if (leased === undefined) throw new Error("no lease");
      await store.accounts.write(leased.id, leased.fence, { ...leased, failures: 3 });
      expect(await store.accounts.claimDue(T + 1_000, 1_000, 9)).toMatchObject([{ refreshAt: T + 9_000 }]);
      const again = await store.accounts.lease("one" as AccountId, UNTIL, UNTIL + 1);
      if (again === undefined) throw new Error("no lease");
      await store.accounts.write(again.id, again.fence, { ...again, failures: 99, refreshAt: T });
      expect(await store.accounts.claimDue(T, 1_000, 9)).toMatchObject([{ refreshAt: T + 128_000 }]);
    });
  });

  describe("a list of accounts", () => {
    beforeEach(async () => {
      await store.accounts.insert(account({ id: "c" as AccountId }));
      await store.accounts.insert(account({ id: "a" as AccountId, owner: "bob" }));
      await store.accounts.insert(account({ id: "b" as AccountId, status: "needs_reconnect" }));
      await store.accounts.insert(account({ id: "d" as AccountId, provider: "notion" }));
    });

    it("comes in pages, in one order", async () => {
      expect(await ids({}, "", 3)).toEqual(["a", "b", "c"]);
      expect(await ids({}, "c", 3)).toEqual(["d"]);
    });

    it("holds what matches every part of the filter", async () => {
      expect(await ids({ owner: "ada" }, "", 9)).toEqual(["b", "c", "d"]);
      expect(await ids({ owner: "ada" }, "b", 1)).toEqual(["c"]);
      expect(await ids({ owner: "ada", provider: "google", status: "connected" }, "", 9)).toEqual(["c"]);
      expect(await ids({ provider: "notion" }, "", 9)).toEqual(["d"]);
      expect(await ids({ provider: "google", status: "connected" }, "a", 9)).toEqual(["c"]);
      expect(await ids({ status: "needs_reconnect" }, "", 9)).toEqual(["b"]);
      expect(await ids({ status: "connected" }, "a", 9)).toEqual(["c", "d"]);
      expect(await ids({ provider: "notion", status: "needs_reconnect" }, "", 9)).toEqual([]);
      expect(await ids({ owner: "eve" }, "", 9)).toEqual([]);
    });
  });

  describe("operator tokens", () => {
    const token = { id: "one", hash: "hash", label: "ci", scopes: "accounts:read", createdAt: T };

    it("are kept until they are removed", async () => {
      await store.operatorTokens.insert(token);
      await store.operatorTokens.insert({ ...token, id: "two", createdAt: T - 1 });
      expect(await store.operatorTokens.read("one")).toEqual(token);
      expect((await store.operatorTokens.list()).map(({ id }) => id)).toEqual(["two", "one"]);
      expect(await store.operatorTokens.remove("one")).toBe(true);
      expect(await store.operatorTokens.remove("one")).toBe(false);
      expect(await store.operatorTokens.read("one")).toBeUndefined();
    });
  });
}
