import { beforeEach, expect, it } from "vitest";
import { Keyring } from "../crypto/keys.ts";
import { temporaryStore } from "../engines/sqlite/testing.ts";
import type { AccountId } from "../engines/vault-store.ts";
import { Secret } from "../secret.ts";
import { openHolding } from "./holding.ts";
import { rewrapAccounts } from "./rewrap.ts";
import { ACCOUNT, ADA, Clock, OLD_KEY, RotatingProvider, accessToken, openProcess } from "./testing.ts";

const newKey = new Secret(Buffer.alloc(32, 8));
const both = new Keyring([newKey, OLD_KEY]);
const onlyNew = new Keyring([newKey]);

let clock: Clock;
let provider: RotatingProvider;
let broker: ReturnType<typeof openProcess>;

beforeEach(async () => {
  clock = new Clock();
  provider = new RotatingProvider(clock.now);
  broker = openProcess(temporaryStore(), clock, provider);
  await broker.vault.connect(ADA, broker.arrived(provider.grant()));
  return () => broker.close();
});

const rewrap = (keys = both) => rewrapAccounts(keys, broker.desk.platform, broker.accounts);

it("makes every account open without the old key, once", async () => {
  for (let index = 0; index < 250; index++) {
    const account = `account-${String(index).padStart(14, "0")}` as AccountId;
    await broker.vault.connect({ ...ADA, account }, broker.arrived(provider.grant()));
  }
  expect(await rewrap()).toEqual({ rewrapped: 251, current: 0, unreadable: 0 });
  expect(await rewrap()).toEqual({ rewrapped: 0, current: 251, unreadable: 0 });
  const rows = await broker.accounts.list({}, "", 300);
  const holdings = await Promise.all(rows.map((row) => openHolding({ keys: onlyNew }, row)));
  expect(holdings).not.toContain(undefined);
});

it("changes nothing else of an account", async () => {
  const before = await broker.accounts.read(ACCOUNT);
  await rewrap();
  const after = await broker.accounts.read(ACCOUNT);
  expect({ ...after, sealed: 0, fence: 0 }).toEqual({ ...before, sealed: 0, fence: 0 });
});

it("leaves what opens with none of the keys as it is, and counts it", async () => {
  expect(await rewrap(onlyNew)).toEqual({ rewrapped: 0, current: 0, unreadable: 1 });
  expect(accessToken(await broker.vault.read({ id: ACCOUNT }))).toMatch(/^access-/);
});

it("waits for a refresh that is under way, and loses none of its tokens (S11)", async () => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const refresh = provider.refresh.bind(provider);
  provider.refresh = async (...parameters) => {
    ask();
    await released;
    return refresh(...parameters);
  };
  const refreshing = broker.vault.refresh({ id: ACCOUNT }, 1);
  await asked;
  const rewrapping = rewrap();
  release();
  const fresh = accessToken(await refreshing);
  expect(await rewrapping).toMatchObject({ rewrapped: 1 });
  const row = await broker.accounts.read(ACCOUNT);
  expect(row && (await openHolding({ keys: onlyNew }, row))?.accessToken).toBe(fresh);
});
