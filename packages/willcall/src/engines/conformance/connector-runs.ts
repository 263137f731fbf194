import { beforeEach, describe, expect, it } from "vitest";
import type { ConnectorRunRows } from "../connector-runs.ts";
import type { AccountId, VaultStore } from "../vault-store.ts";
import { ID, OTHER, T, account, opened } from "./an-account.ts";

const row = (connector: string, content: number, account = ID) => ({
  account,
  connector,
  sealed: new Uint8Array([content, 0, 255]),
});

/** The cases for `ConnectorRunRows`. `open` gives the fresh store of the running case. */
export function connectorRunsConformance(open: () => VaultStore | undefined): void {
  describe("connectors' runs", () => {
    let store: VaultStore;
    let runs: ConnectorRunRows;

    beforeEach(async () => {
      store = opened(open);
      runs = store.connectorRuns;
      for (const id of [ID, OTHER]) await store.accounts.insert(account({ id }));
    });

    it("are one for an account and a connector: the last", async () => {
      expect(await runs.read(ID, "photos")).toBeUndefined();
      expect(await runs.write(row("photos", 1))).toBe(true);
      expect(await runs.write(row("photos", 2))).toBe(true);
      expect(await runs.write(row("bills", 3))).toBe(true);
      expect(await runs.write(row("photos", 4, OTHER))).toBe(true);
      expect(await runs.read(ID, "photos")).toEqual(row("photos", 2));
      expect(await runs.read(ID, "bills")).toEqual(row("bills", 3));
      expect(await runs.read(OTHER, "photos")).toEqual(row("photos", 4, OTHER));
    });

    it("are kept for no account that there is not", async () => {
      expect(await runs.write(row("photos", 1, "nobody" as AccountId))).toBe(false);
    });

    it("go with their account", async () => {
      await runs.write(row("photos", 1));
      const leased = await store.accounts.lease(ID, T, T + 20_000);
      await store.accounts.remove(ID, leased?.fence ?? 0, {
        type: "account.deleted",
        reason: "revoked",
        at: T,
      });
      expect(await runs.read(ID, "photos")).toBeUndefined();
    });
  });
}
