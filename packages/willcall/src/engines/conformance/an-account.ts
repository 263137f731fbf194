import type { AccountId, NewAccount, VaultStore } from "../vault-store.ts";

/** Milliseconds; the cases count from here. */
export const T = 1_800_000_000_000;
/** The account of the running case, … */
export const ID = "account-of-this-case-0" as AccountId;
/** … and another. */
export const OTHER = "account-of-this-case-1" as AccountId;

/** Ada's account `ID`, connected at `T`. */
export const account = (change: Partial<NewAccount> = {}): NewAccount => ({
  id: ID,
  owner: "ada",
  provider: "google",
  status: "connected",
  reason: null,
  label: null,
  scope: null,
  version: 1,
  createdAt: T,
  renewedAt: T,
  expiresAt: null,
  refreshAt: null,
  sealed: new Uint8Array([1, 0, 255]),
  ...change,
});

/** The store that a case is given; throws where the engine keeps no accounts. */
export function opened(open: () => VaultStore | undefined): VaultStore {
  const store = open();
  if (store === undefined) throw new TypeError("this engine keeps no accounts");
  return store;
}
