import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ID, T, account, opened } from "../conformance/an-account.ts";
import type { Engine } from "../engine.ts";
import type { AccountRow, Accounts } from "../vault-store.ts";
import { openSqlite } from "./open.ts";
import { temporaryStore } from "./testing.ts";

let engines: Engine[];
let ours: Accounts;
let theirs: Accounts;

function open(path: string): Accounts {
  const engine = openSqlite({ path });
  engines.push(engine);
  return opened(() => engine.vault).accounts;
}

beforeEach(async () => {
  const path = temporaryStore();
  engines = [];
  [ours, theirs] = [open(path), open(path)];
  await ours.insert(account());
});
afterEach(async () => {
  vi.useRealTimers();
  for (const engine of engines) await engine.close();
});

async function renew(accounts: Accounts, now = T): Promise<AccountRow> {
  const leased = await accounts.lease(ID, now, now + 1);
  if (leased === undefined) throw new TypeError("nobody else leases");
  await accounts.write(ID, leased.fence, { ...leased, version: leased.version + 1 });
  return leased;
}

describe("an account that is read again and again", () => {
  it("is given again as it was", async () => {
    expect(await ours.read(ID)).toBe(await ours.read(ID));
  });

  it("is never older than what this process wrote", async () => {
    await ours.read(ID);
    await renew(ours);
    expect(await ours.read(ID)).toMatchObject({ version: 2, leaseUntil: 0 });
  });

  it("is never older than what another process wrote", async () => {
    await ours.read(ID);
    await renew(theirs);
    expect(await ours.read(ID)).toMatchObject({ version: 2 });
  });

  it("is not what was read while a write of this process was waiting", async () => {
    const leased = await ours.lease(ID, T, T + 1);
    if (leased === undefined) throw new TypeError("nobody else leases");
    const writing = ours.write(ID, leased.fence, { ...leased, version: 2 });
    await ours.read(ID);
    await writing;
    expect(await ours.read(ID)).toMatchObject({ version: 2 });
  });

  it("is gone at once when anybody removed it", async () => {
    await ours.read(ID);
    const { fence } = await renew(theirs);
    const leased = await theirs.lease(ID, T, T + 1);
    await theirs.remove(ID, leased?.fence ?? fence, { type: "account.deleted", reason: null, at: T });
    expect(await ours.read(ID)).toBeUndefined();
  });

  it("says when it was put off", async () => {
    const leased = await ours.lease(ID, T, T + 1);
    if (leased === undefined) throw new TypeError("nobody else leases");
    await ours.write(ID, leased.fence, { ...leased, refreshAt: T });
    await ours.read(ID);
    await ours.claimDue(T, 1_000, 1);
    expect(await ours.read(ID)).toMatchObject({ refreshAt: T + 1_000 });
  });

  it("says when it was used, at once", async () => {
    await ours.read(ID);
    await ours.use(ID, T + 5);
    expect(await ours.read(ID)).toMatchObject({ usedAt: T + 5 });
  });

  it("is forgotten after ten seconds: nothing stays in memory for having been read once", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    const first = await ours.read(ID);
    vi.advanceTimersByTime(10_000);
    expect(await ours.read(ID)).not.toBe(first);
  });
});
