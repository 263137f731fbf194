import { beforeEach, describe, expect, it } from "vitest";
import type { AccountData } from "../account-data.ts";
import type { AccountId, VaultStore } from "../vault-store.ts";
import { ID, OTHER, T, account, opened } from "./an-account.ts";

const row = (version: number, id = ID) => ({ id, version, sealed: new Uint8Array([version, 0, 255]) });

/** The cases for `AccountData`. `open` gives the fresh store of the running case. */
export function accountDataConformance(open: () => VaultStore | undefined): void {
  describe("connectors' data", () => {
    let store: VaultStore;
    let data: AccountData;

    beforeEach(async () => {
      store = opened(open);
      data = store.accountData;
      for (const id of [ID, OTHER]) await store.accounts.insert(account({ id }));
    });

    it("reads as it was written, and as nothing before", async () => {
      expect(await data.read(ID)).toBeUndefined();
      expect(await data.write(0, row(1))).toBe(true);
      expect(await data.write(1, row(2))).toBe(true);
      expect(await data.read(ID)).toEqual(row(2));
      expect(await data.read(OTHER)).toBeUndefined();
    });

    it("takes nothing from somebody who has not seen the last write", async () => {
      await data.write(0, row(1));
      expect(await data.write(0, row(1))).toBe(false);
      await data.write(1, row(2));
      expect(await data.write(1, { ...row(2), sealed: new Uint8Array([9]) })).toBe(false);
      expect(await data.write(7, row(8))).toBe(false);
      expect(await data.read(ID)).toEqual(row(2));
    });

    it("is written by one of ten who have seen the same", async () => {
      await data.write(0, row(1));
      const all = Array.from({ length: 10 }, () => data.write(1, row(2)));
      expect((await Promise.all(all)).filter(Boolean)).toHaveLength(1);
    });

    it("is sealed anew without becoming another", async () => {
      await data.write(0, row(1));
      const anew = { ...row(1), sealed: new Uint8Array([7]) };
      expect(await data.write(1, anew)).toBe(true);
      expect(await data.read(ID)).toEqual(anew);
    });

    it("is kept for no account that there is not", async () => {
      expect(await data.write(0, row(1, "nobody" as AccountId))).toBe(false);
    });

    it("is listed in pages, in one order", async () => {
      await data.write(0, row(1, OTHER));
      await data.write(0, row(1));
      expect((await data.list("", 1)).map(({ id }) => id)).toEqual([ID]);
      expect(await data.list(ID, 5)).toEqual([row(1, OTHER)]);
    });

    it("goes with its account", async () => {
      await data.write(0, row(1));
      const leased = await store.accounts.lease(ID, T, T + 20_000);
      await store.accounts.remove(ID, leased?.fence ?? 0, {
        type: "account.deleted",
        reason: "revoked",
        at: T,
      });
      expect(await data.read(ID)).toBeUndefined();
    });
  });
}
