import { beforeEach, describe, expect, it } from "vitest";
import { temporaryStore } from "../engines/sqlite/testing.ts";
import type { Accounts } from "../engines/vault-store.ts";
import { ACCOUNT, ADA, Clock, RotatingProvider, accessToken, openProcess } from "./testing.ts";

const HOUR = 3_600_000;
const LEASE = 20_000;
const wanted = { id: ACCOUNT };
const again = { ...ADA, reconnects: true };

let path: string;
let clock: Clock;

beforeEach(() => {
  path = temporaryStore();
  clock = new Clock();
});

/** Where a process dies: it never comes back from that call, which was made (`after`) or not (`before`). */
type Death = readonly ["before" | "after", "lease" | "write" | "remove" | "refresh" | "revoke"];

/** `target`, with `work` in the place of one of its calls. */
function around<T extends object>(
  target: T,
  name: string,
  work: (call: () => Promise<unknown>) => Promise<unknown>,
): T {
  return new Proxy(target, {
    get(object, key) {
      const value: unknown = Reflect.get(object, key);
      if (typeof value !== "function") return value;
      return (...parameters: unknown[]) => {
        const call = async (): Promise<unknown> => Reflect.apply(value, object, parameters);
        return key === name ? work(call) : call();
      };
    },
  });
}

/** Dies in a call: whatever it did is done, and nobody hears of it. */
const mortal = <T extends object>(target: T, [when, name]: Death, died: () => void): T =>
  around(target, name, async (call) => {
    if (when === "after") await call();
    return dead(died);
  });

function dead(died: () => void): Promise<never> {
  died();
  return new Promise(() => {});
}

/**
 * Connects an account an hour ago, lets a process die in `work`, and opens another one on the same store once the lease
 * of the dead one is over.
 */
async function crash(
  provider: RotatingProvider,
  death: Death,
  work: (process: ReturnType<typeof openProcess>) => Promise<unknown>,
): Promise<ReturnType<typeof openProcess>> {
  const before = openProcess(path, clock, provider);
  await before.vault.connect(ADA, before.arrived(provider.grant()));
  await before.close();
  clock.advance(HOUR);
  const { promise: died, resolve } = Promise.withResolvers<void>();
  const wrap = (accounts: Accounts): Accounts => mortal(accounts, death, resolve);
  const doomed = openProcess(path, clock, mortal(provider, death, resolve), wrap);
  void work(doomed);
  await died;
  await doomed.close();
  clock.advance(LEASE);
  return openProcess(path, clock, provider);
}

const refresh = ({ vault }: ReturnType<typeof openProcess>) => vault.refresh(wanted);

describe("kill -9 in a refresh", () => {
  it.each<[string, Death, number]>([
    ["1: before the lease is asked for", ["before", "lease"], 1],
    ["2: with the lease, which nobody knows of", ["after", "lease"], 1],
    ["3: before the provider is asked", ["before", "refresh"], 1],
    ["4: after the provider rotated the token, before its answer arrived", ["after", "refresh"], 2],
    ["5: with the answer, before it is written", ["before", "write"], 2],
    ["6: after it was written, before anybody heard of it", ["after", "write"], 1],
  ])(
    "%s: the account lives, at a provider that honours a token until its successor is used (S11)",
    async (_point, death, calls) => {
      const provider = new RotatingProvider(clock.now, 2);
      const survivor = await crash(provider, death, refresh);
      const read = await survivor.vault.read(wanted);
      expect(read).toMatchObject({ kind: "tokens", row: { status: "connected" } });
      expect(provider.asked).toHaveLength(calls);
      expect(provider.honours(read.kind === "tokens" ? read.holding.refreshToken : null)).toBe(true);
      await survivor.close();
    },
  );

  it("5: with the answer, at a provider that honours only the newest: its owner is asked, and can bring it back", async () => {
    const provider = new RotatingProvider(clock.now, 1);
    const survivor = await crash(provider, ["before", "write"], refresh);
    expect(await survivor.vault.read(wanted)).toEqual({ kind: "needs_reconnect", reason: "dead_token" });
    await survivor.vault.connect(again, survivor.arrived(provider.grant()));
    expect(await survivor.vault.read(wanted)).toMatchObject({ kind: "tokens" });
    await survivor.close();
  });
});

describe("kill -9 in a reconnection", () => {
  it.each<[string, Death, number]>([
    ["7: before the lease is asked for", ["before", "lease"], 1],
    ["8: with the lease", ["after", "lease"], 1],
    ["9: before the new tokens are written", ["before", "write"], 1],
    ["10: after they were written", ["after", "write"], 2],
  ])(
    "%s: the account has the old tokens or the new ones, and works (S11)",
    async (_point, death, version) => {
      const provider = new RotatingProvider(clock.now, 2);
      const survivor = await crash(provider, death, (doomed) => {
        const tokens = provider.grant();
        return doomed.vault.connect(again, doomed.arrived(tokens));
      });
      expect(await survivor.vault.find(wanted)).toMatchObject({ version });
      await survivor.vault.connect(again, survivor.arrived(provider.grant()));
      expect(await survivor.vault.read(wanted)).toMatchObject({
        kind: "tokens",
        row: { status: "connected" },
      });
      await survivor.close();
    },
  );
});

describe("kill -9 in a deletion", () => {
  it.each<[string, Death]>([
    ["11: before the provider is told", ["before", "revoke"]],
    ["12: after the provider was told, before the account is gone", ["before", "remove"]],
  ])("%s: it can be deleted again, and then it is gone on both sides", async (_point, death) => {
    const provider = new RotatingProvider(clock.now);
    const survivor = await crash(provider, death, ({ vault }) => vault.remove(wanted));
    expect(await survivor.vault.remove(wanted)).toBe("revoked");
    expect(await survivor.vault.find(wanted)).toBeUndefined();
    await survivor.close();
  });
});

/** Holds the provider's answer until another process has had its turn. */
function stalling(provider: RotatingProvider) {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const slow = around(provider, "refresh", async (call) => {
    const answer = await call();
    ask();
    await released;
    return answer;
  });
  return { slow, asked, release };
}

describe("a process that stalls past its lease", () => {
  it("writes the token that only it has, though another process found the old one dead (S11)", async () => {
    const provider = new RotatingProvider(clock.now, 1);
    const { slow, asked, release } = stalling(provider);
    const [stalled, other] = [openProcess(path, clock, slow), openProcess(path, clock, provider)];
    await stalled.vault.connect(ADA, stalled.arrived(provider.grant()));
    clock.advance(HOUR);
    const refreshing = stalled.vault.refresh(wanted);
    await asked;
    clock.advance(LEASE);
    expect(await other.vault.read(wanted)).toMatchObject({ kind: "needs_reconnect" });
    release();
    expect(await refreshing).toMatchObject({ kind: "tokens" });
    expect(await other.vault.read(wanted)).toMatchObject({ kind: "tokens", row: { version: 2 } });
    await Promise.all([stalled.close(), other.close()]);
  });

  it("adopts a newer token of another process instead of its own", async () => {
    const provider = new RotatingProvider(clock.now, 2);
    const { slow, asked, release } = stalling(provider);
    const [stalled, other] = [openProcess(path, clock, slow), openProcess(path, clock, provider)];
    await stalled.vault.connect(ADA, stalled.arrived(provider.grant()));
    clock.advance(HOUR);
    const refreshing = stalled.vault.refresh(wanted);
    await asked;
    clock.advance(LEASE);
    const theirs = await other.vault.refresh(wanted);
    release();
    expect(accessToken(await refreshing)).toBe(accessToken(theirs));
    await Promise.all([stalled.close(), other.close()]);
  });

  it("revokes what it got for an account that was deleted meanwhile", async () => {
    const provider = new RotatingProvider(clock.now, 2);
    const { slow, asked, release } = stalling(provider);
    const [stalled, other] = [openProcess(path, clock, slow), openProcess(path, clock, provider)];
    await stalled.vault.connect(ADA, stalled.arrived(provider.grant()));
    clock.advance(HOUR);
    const refreshing = stalled.vault.refresh(wanted);
    await asked;
    clock.advance(LEASE);
    await other.vault.remove(wanted);
    release();
    expect(await refreshing).toEqual({ kind: "unknown" });
    expect(provider.revoked).toHaveLength(2);
    await Promise.all([stalled.close(), other.close()]);
  });
});

describe("four processes on one store", () => {
  it("make one call for 200 parallel refreshes, round after round, and lose nothing (S11)", async () => {
    const provider = new RotatingProvider(clock.now, 1);
    const processes = Array.from({ length: 4 }, () => openProcess(path, clock, provider));
    const [first] = processes;
    await first?.vault.connect(ADA, first.arrived(provider.grant()));
    for (let round = 1; round <= 10; round++) {
      clock.advance(HOUR);
      const asking = Array.from({ length: 50 }, () => processes.map(({ vault }) => vault.refresh(wanted)));
      const all = await Promise.all(asking.flat());
      expect(new Set(all.map(accessToken)).size).toBe(1);
      expect(provider.asked).toHaveLength(round);
    }
    await Promise.all(processes.map(({ close }) => close()));
  });
});
