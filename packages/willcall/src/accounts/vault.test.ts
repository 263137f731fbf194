import { beforeEach, describe, expect, it } from "vitest";
import { temporaryStore } from "../engines/sqlite/testing.ts";
import type { AccountId } from "../engines/vault-store.ts";
import { failureOfAnswer, failureOfCode } from "../providers/errors.ts";
import { ACCOUNT, ADA, Clock, RotatingProvider, accessToken, down, openProcess } from "./testing.ts";

const HOUR = 3_600_000;
const wanted = { id: ACCOUNT };

let clock: Clock;
let provider: RotatingProvider;
let here: ReturnType<typeof openProcess>;

beforeEach(() => {
  clock = new Clock();
  provider = new RotatingProvider(clock.now);
  here = openProcess(temporaryStore(), clock, provider);
  return () => here.close();
});

const connect = (...change: Parameters<RotatingProvider["grant"]>) =>
  here.vault.connect(ADA, here.arrived(provider.grant(...change)));

describe("connecting", () => {
  it("keeps the tokens as an account with its owner, label and scope", async () => {
    expect(await connect()).toBe("connected");
    expect(await here.vault.find(wanted)).toMatchObject({
      owner: "ada",
      provider: "meadow",
      status: "connected",
      label: "ada@example.com",
      scope: "read",
      version: 1,
    });
  });

  it("keeps an account whose owner the provider does not name", async () => {
    provider.identity = {};
    await connect();
    expect(await here.vault.find(wanted)).toMatchObject({ label: null, status: "connected" });
  });

  it("stores no token in the clear (S1)", async () => {
    const tokens = provider.grant();
    await here.vault.connect(ADA, here.arrived(tokens));
    const row = await here.accounts.read(ACCOUNT);
    expect(Buffer.from(row?.sealed ?? []).toString("latin1")).not.toMatch(/access-|refresh-/);
  });
});

describe("reconnecting", () => {
  const again = { ...ADA, reconnects: true };

  it("replaces the tokens in place, with what was granted this time", async () => {
    await connect();
    const tokens = provider.grant({ scope: "read write" });
    expect(await here.vault.connect(again, here.arrived(tokens))).toBe("connected");
    expect(accessToken(await here.vault.read(wanted))).toBe(tokens.access_token);
    expect(await here.vault.find(wanted)).toMatchObject({ scope: "read write", version: 2 });
  });

  it("brings a dead account back", async () => {
    await connect();
    provider.failure = failureOfCode("invalid_grant", "refresh");
    clock.advance(HOUR);
    await here.vault.read(wanted);
    expect(await here.vault.find(wanted)).toMatchObject({ status: "needs_reconnect", reason: "dead_token" });
    await here.vault.connect(again, here.arrived(provider.grant()));
    expect(await here.vault.read(wanted)).toMatchObject({ kind: "tokens" });
  });

  it("keeps the refresh token where the provider gives no other", async () => {
    await connect();
    const { refresh_token: _, ...tokens } = provider.grant();
    await here.vault.connect(again, here.arrived(tokens));
    const read = await here.vault.read(wanted);
    expect(read.kind === "tokens" && read.holding.refreshToken).toMatch(/^refresh-/);
  });

  it("refuses somebody else's login, and changes nothing", async () => {
    await connect();
    const before = accessToken(await here.vault.read(wanted));
    provider.identity = { id: "2", label: "eve@example.com" };
    const refused = await here.vault.connect(again, here.arrived(provider.grant()));
    expect(refused).toMatchObject({ reason: "other_identity" });
    expect(accessToken(await here.vault.read(wanted))).toBe(before);
    expect(await here.vault.find(wanted)).toMatchObject({ label: "ada@example.com", version: 1 });
  });

  it.each([
    ["deleted", { ...again, account: "nobody-has-this-id-000" as AccountId }],
    ["another owner's", { ...again, owner: "eve" }],
  ])("refuses an account that is %s", async (_what, connecting) => {
    await connect();
    expect(await here.vault.connect(connecting, here.arrived(provider.grant()))).toMatchObject({
      reason: "account_gone",
    });
  });
});

describe("reading", () => {
  it("gives what is there while it is fresh, and asks nobody", async () => {
    await connect();
    clock.advance(HOUR - 301_000);
    expect(await here.vault.read(wanted)).toMatchObject({ kind: "tokens", row: { version: 1 } });
    expect(provider.asked).toEqual([]);
  });

  it("renews what ends within five minutes", async () => {
    await connect();
    clock.advance(HOUR - 300_000);
    expect(await here.vault.read(wanted)).toMatchObject({ kind: "tokens", row: { version: 2 } });
    expect(provider.asked).toHaveLength(1);
  });

  it("renews a short-lived token only in the last quarter of its life", async () => {
    await connect({ expiresAt: clock.now() + 240_000 });
    clock.advance(179_000);
    await here.vault.read(wanted);
    expect(provider.asked).toHaveLength(0);
    clock.advance(1_000);
    await here.vault.read(wanted);
    expect(provider.asked).toHaveLength(1);
  });

  it("takes a token whose end nobody knows for good (A15)", async () => {
    const { expiresAt: _, ...tokens } = provider.grant();
    await here.vault.connect(ADA, here.arrived(tokens));
    clock.advance(400 * 24 * HOUR);
    expect(await here.vault.read(wanted)).toMatchObject({ kind: "tokens" });
    expect(provider.asked).toEqual([]);
  });

  it("gives a token that still holds when the provider is down, and none when it does not", async () => {
    await connect();
    provider.failure = down;
    clock.advance(HOUR - 60_000);
    expect(await here.vault.read(wanted)).toMatchObject({ kind: "tokens", row: { version: 1 } });
    clock.advance(60_000);
    expect(await here.vault.read(wanted)).toMatchObject({ kind: "unavailable" });
  });

  it("says that the account needs its owner when there is no refresh token and the token is over", async () => {
    const { refresh_token: _, ...tokens } = provider.grant();
    await here.vault.connect(ADA, here.arrived(tokens));
    expect(await here.vault.read(wanted)).toMatchObject({ kind: "tokens" });
    clock.advance(HOUR);
    expect(await here.vault.read(wanted)).toEqual({ kind: "needs_reconnect", reason: "no_refresh_token" });
    expect(await here.vault.find(wanted)).toMatchObject({ status: "needs_reconnect" });
  });

  it("answers for another owner as for nobody", async () => {
    await connect();
    expect(await here.vault.read({ id: ACCOUNT, owner: "eve" })).toEqual({ kind: "unknown" });
    expect(await here.vault.read({ id: "__proto__" as AccountId })).toEqual({ kind: "unknown" });
  });

  it("never gives a row that was copied over another one (S1)", async () => {
    await connect();
    const other = "the-other-account-0000" as AccountId;
    await here.vault.connect({ ...ADA, account: other, owner: "eve" }, here.arrived(provider.grant()));
    const [mine, leased] = await Promise.all([
      here.accounts.read(ACCOUNT),
      here.accounts.lease(other, clock.now(), clock.now() + 1),
    ]);
    if (mine === undefined || leased === undefined) throw new Error("no rows");
    await here.accounts.write(other, leased.fence, { ...leased, sealed: mine.sealed });
    expect(await here.vault.read({ id: other })).toEqual({ kind: "needs_reconnect", reason: "unreadable" });
  });
});

describe("refreshing", () => {
  beforeEach(async () => {
    await connect();
    clock.advance(120_000);
  });

  it("asks the provider even though the token holds", async () => {
    const refreshed = await here.vault.refresh(wanted);
    expect(refreshed).toMatchObject({ kind: "tokens", row: { version: 2 } });
    expect(here.logs.map(({ event }) => event)).toContain("account.refreshed");
  });

  it("answers late callers with what came in the last minute", async () => {
    const first = accessToken(await here.vault.refresh(wanted));
    clock.advance(59_000);
    expect(accessToken(await here.vault.refresh(wanted))).toBe(first);
    clock.advance(1_000);
    expect(accessToken(await here.vault.refresh(wanted))).not.toBe(first);
  });

  it("gets newer ones at once for who names the version that is dead", async () => {
    await here.vault.refresh(wanted);
    expect(await here.vault.refresh(wanted, 1)).toMatchObject({ row: { version: 2 } });
    expect(await here.vault.refresh(wanted, 2)).toMatchObject({ row: { version: 3 } });
    expect(provider.asked).toHaveLength(2);
  });

  it("keeps what the provider leaves out of its answer", async () => {
    const { refresh_token: _r, scope: _s, ...kept } = provider.grant({ extra: {} });
    provider.refresh = async () => ({ ok: true, tokens: kept });
    const refreshed = await here.vault.refresh(wanted);
    expect(refreshed.kind === "tokens" && refreshed.holding.refreshToken).toMatch(/^refresh-/);
    expect(refreshed).toMatchObject({ row: { scope: "read", label: "ada@example.com" } });
  });

  it("ends in needs_reconnect only on the provider's own word", async () => {
    provider.failure = failureOfCode("invalid_grant", "refresh");
    const dead = { kind: "needs_reconnect", reason: "dead_token" };
    expect(await here.vault.refresh(wanted)).toEqual(dead);
    provider.failure = undefined;
    expect(await here.vault.refresh(wanted)).toEqual(dead);
    expect(provider.asked).toHaveLength(1);
  });

  it.each([
    ["down", down, { kind: "unavailable", after: 5 }],
    ["busy", failureOfAnswer(429, undefined, new Map(), "refresh"), { kind: "unavailable", after: 30 }],
    ["refusing the client", failureOfCode("invalid_client", "refresh"), { kind: "misconfigured" }],
  ])("survives a provider that is %s", async (_what, failure, answer) => {
    provider.failure = failure;
    expect(await here.vault.refresh(wanted)).toEqual(answer);
    expect(await here.vault.find(wanted)).toMatchObject({ status: "error", reason: failure.reason });
    provider.failure = undefined;
    clock.advance(30_000);
    expect(await here.vault.refresh(wanted)).toMatchObject({ kind: "tokens", row: { status: "connected" } });
  });

  it("backs off further with every failure, and asks nobody meanwhile", async () => {
    provider.failure = down;
    for (const pause of [5, 10, 20, 40]) {
      expect(await here.vault.refresh(wanted)).toEqual({ kind: "unavailable", after: pause });
      expect(await here.vault.refresh(wanted)).toEqual({ kind: "unavailable", after: pause });
      clock.advance(pause * 1000);
    }
    expect(provider.asked).toHaveLength(4);
  });

  it("leaves an account without refresh token as it is, and says so", async () => {
    const { refresh_token: _, ...tokens } = provider.grant();
    const other = "the-other-account-0000" as AccountId;
    await here.vault.connect({ ...ADA, account: other }, here.arrived(tokens));
    clock.advance(60_000);
    expect(await here.vault.refresh({ id: other })).toEqual({ kind: "no_refresh_token" });
    expect(await here.vault.read({ id: other })).toMatchObject({ kind: "tokens" });
  });

  it("asks a provider at most thirty times a minute for one account", async () => {
    for (let version = 1; version <= 30; version++) await here.vault.refresh(wanted, version);
    expect(await here.vault.refresh(wanted, 31)).toEqual({ kind: "limited", after: 60 });
    expect(provider.asked).toHaveLength(30);
  });

  it("calls once for a hundred who ask at once", async () => {
    const all = await Promise.all(Array.from({ length: 100 }, () => here.vault.refresh(wanted)));
    expect(new Set(all.map(accessToken)).size).toBe(1);
    expect(provider.asked).toHaveLength(1);
  });
});

describe("deleting", () => {
  it("revokes at the provider and leaves nothing", async () => {
    const tokens = provider.grant();
    await here.vault.connect(ADA, here.arrived(tokens));
    expect(await here.vault.remove(wanted)).toBe("revoked");
    expect(provider.revoked).toEqual([tokens.refresh_token]);
    expect(await here.vault.find(wanted)).toBeUndefined();
    expect(await here.vault.remove(wanted)).toBeUndefined();
  });

  it("goes on when the provider does not answer", async () => {
    await connect();
    Object.assign(provider, { revoke: async () => down });
    expect(await here.vault.remove(wanted)).toBe("failed");
    expect(await here.vault.find(wanted)).toBeUndefined();
  });

  it("tries the access token where the provider takes no refresh token", async () => {
    const tokens = provider.grant();
    await here.vault.connect(ADA, here.arrived(tokens));
    const tried: string[] = [];
    Object.assign(provider, {
      revoke: async (_provider: unknown, token: string, hint: string) => {
        tried.push(token);
        return hint === "access_token" ? "revoked" : "unsupported";
      },
    });
    expect(await here.vault.remove(wanted)).toBe("revoked");
    expect(tried).toEqual([tokens.refresh_token, tokens.access_token]);
  });

  it("is another owner's to do as little as nobody's", async () => {
    await connect();
    expect(await here.vault.remove({ id: ACCOUNT, owner: "eve" })).toBeUndefined();
    expect(await here.vault.find(wanted)).toBeDefined();
  });
});
