import { beforeEach, describe, expect, it } from "vitest";
import { temporaryStore } from "../engines/sqlite/testing.ts";
import type { AccountId } from "../engines/vault-store.ts";
import type { Definition } from "../providers/definition.ts";
import type { TokenAnswer } from "../providers/provider.ts";
import { scheduled } from "./schedule.ts";
import { Clock, RotatingProvider, accessToken, down, openProcess } from "./testing.ts";

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const IDLE = { accountRefresh: { idleDays: 30 } } as const;

let path: string;
let clock: Clock;
let provider: RotatingProvider;
beforeEach(() => {
  path = temporaryStore();
  clock = new Clock();
  provider = new RotatingProvider(clock.now);
});

type Process = ReturnType<typeof openProcess>;
const idOf = (name: string): AccountId => name.padEnd(22, "0") as AccountId;

async function connect({ vault, arrived }: Process, name: string, tokens = provider.grant()): Promise<void> {
  await vault.connect({ account: idOf(name), owner: "ada", reconnects: false }, arrived(tokens));
}

describe("an account that nobody uses", () => {
  it("is renewed before its refresh token would end, again and again", async () => {
    const process = openProcess(path, clock, provider, undefined, IDLE);
    await connect(process, "one");
    for (let month = 0; month < 12; month++) {
      clock.advance(21 * DAY);
      await process.vault.renewDue();
    }
    expect(provider.asked).toHaveLength(12);
    expect(await process.vault.find({ id: idOf("one") })).toMatchObject({ status: "connected", version: 13 });
    await process.close();
  });

  it("is left alone until half of that time has passed", async () => {
    const process = openProcess(path, clock, provider, undefined, IDLE);
    await connect(process, "one");
    clock.advance(15 * DAY - 1);
    await process.vault.renewDue();
    expect(provider.asked).toEqual([]);
    await process.close();
  });

  it("is left alone for ever where nobody knows of an end", async () => {
    const process = openProcess(path, clock, provider);
    await connect(process, "one");
    clock.advance(1_000 * DAY);
    await process.vault.renewDue();
    expect(provider.asked).toEqual([]);
    await process.close();
  });

  it("is asked for once, however many processes look", async () => {
    const processes = [1, 2, 3].map(() => openProcess(path, clock, provider, undefined, IDLE));
    const [first] = processes;
    if (first === undefined) throw new TypeError("there are three");
    await connect(first, "one");
    clock.advance(21 * DAY);
    await Promise.all(processes.map(({ vault }) => vault.renewDue()));
    expect(provider.asked).toHaveLength(1);
    for (const process of processes) await process.close();
  });

  it("is not renewed while the broker drains", async () => {
    const process = openProcess(path, clock, provider, undefined, IDLE);
    await connect(process, "one");
    clock.advance(21 * DAY);
    process.desk.draining.begin();
    await process.vault.renewDue();
    expect(provider.asked).toEqual([]);
    await process.close();
  });

  it("is tried again, less and less often, while its provider is down, and comes back by itself", async () => {
    const process = openProcess(path, clock, provider, undefined, IDLE);
    await connect(process, "one");
    clock.advance(21 * DAY);
    provider.failure = down;
    const tries: number[] = [];
    for (let minutes = 0; minutes <= 300; minutes += 5) {
      const before = provider.asked.length;
      await process.vault.renewDue();
      if (provider.asked.length > before) tries.push(minutes);
      clock.advance(5 * MINUTE);
    }
    expect(tries).toEqual([0, 10, 30, 70, 150]);
    provider.failure = undefined;
    clock.advance(DAY);
    await process.vault.renewDue();
    expect(await process.vault.find({ id: idOf("one") })).toMatchObject({ status: "connected", failures: 0 });
    await process.close();
  });

  it("that is dead is not asked for again", async () => {
    const process = openProcess(path, clock, provider, undefined, IDLE);
    await connect(process, "one", provider.grant({ refresh_token: "unknown" }));
    for (let month = 0; month < 3; month++) {
      clock.advance(21 * DAY);
      await process.vault.renewDue();
    }
    expect(provider.asked).toEqual(["unknown"]);
    expect(await process.vault.find({ id: idOf("one") })).toMatchObject({ status: "needs_reconnect" });
    await process.close();
  });

  it("is put off unasked when its provider has just failed for another: a hundred cost no hundred calls", async () => {
    const process = openProcess(path, clock, provider, undefined, IDLE);
    const { accounts, vault } = process;
    for (let index = 0; index < 120; index++) await connect(process, `many-${index}`);
    for (let index = 0; index < 120; index++) {
      const leased = await accounts.lease(idOf(`many-${index}`), clock.now(), clock.now() + 1);
      if (leased === undefined) throw new TypeError("nobody else leases");
      await accounts.write(leased.id, leased.fence, { ...leased, refreshAt: clock.now() + DAY });
    }
    provider.failure = down;
    clock.advance(2 * DAY);
    await vault.renewDue();
    // The call that failed, and those that were under way with it; not one for each account.
    expect(provider.asked.length).toBeLessThanOrEqual(5);
    expect(await accounts.claimDue(clock.now(), MINUTE, 1)).toEqual([]);
    await process.close();
  });

  it("keeps the token that its reader gets", async () => {
    const process = openProcess(path, clock, provider, undefined, IDLE);
    await connect(process, "one");
    clock.advance(21 * DAY);
    await process.vault.renewDue();
    const read = await process.vault.read({ id: idOf("one") });
    expect(accessToken(read)).toMatch(/^access-/);
    expect(provider.asked).toHaveLength(1);
    await process.close();
  });
});

const openConfig = () => {
  const process = openProcess(path, clock, provider);
  void process.close();
  return process.desk.config;
};
const never = (): never => {
  throw new TypeError("nothing is fetched");
};
const idle = (days: number): Definition => ({ refresh: { idle_lifetime: (days * DAY) / 1_000 } });

const at = (
  share: number,
  definition: Definition,
  tokens: Partial<TokenAnswer> = {},
  accountRefresh = {},
) => {
  const config = { ...openConfig(), accountRefresh };
  const platform = { now: clock.now, sleep: clock.sleep, random: () => Uint8Array.of(share), fetch: never };
  const due = scheduled({ config, platform }, definition, { ...provider.grant(), ...tokens }, clock.now());
  return due === null ? null : (due - clock.now()) / DAY;
};

describe("the moment of a renewal", () => {
  it("lies between half and two thirds of what the definition says, spread by chance", () => {
    expect(at(0, idle(90))).toBe(45);
    expect(at(255, idle(90))).toBeCloseTo(60.3);
  });

  it("follows whichever end is first: the provider's word, the definition, the operator's", () => {
    const said = { refreshExpiresAt: clock.now() + 10 * DAY };
    expect(at(0, {}, said)).toBe(5);
    expect(at(0, idle(8), said)).toBe(4);
    expect(at(0, idle(8), said, { idleDays: 6 })).toBe(3);
    expect(at(0, {}, {}, { idleDays: 6 })).toBe(3);
  });

  it("is before the access token's end where that is what is renewed", () => {
    expect(at(0, { refresh: { with: "access_token" } }, { expiresAt: clock.now() + 60 * DAY })).toBe(30);
  });

  it("never comes where there is nothing to renew, where it would come too often, or where it is switched off", () => {
    const { refresh_token: _, ...without } = provider.grant();
    const config = { ...openConfig(), accountRefresh: { idleDays: 9 } };
    const platform = { now: clock.now, sleep: clock.sleep, random: () => Uint8Array.of(0), fetch: never };
    expect(scheduled({ config, platform }, idle(9), without, clock.now())).toBeNull();
    expect(at(0, { refresh: { supported: false, idle_lifetime: 9_000 } })).toBeNull();
    expect(at(0, { refresh: { idle_lifetime: 599 } })).toBeNull();
    expect(at(0, idle(9), {}, { background: false })).toBeNull();
    expect(at(0, {})).toBeNull();
  });
});
