import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { temporaryStore } from "../engines/sqlite/testing.ts";
import { makeTicket } from "../login/begin.ts";
import { CLAIM_WINDOW, TOMBSTONE_WINDOW, hashState, makeState } from "../login/login.ts";
import type { Login } from "../login/login.ts";
import { rowOf } from "../login/launch.ts";
import { configuredRegistrations } from "../registrations.ts";
import { openAttempt, readAttempt } from "./attempt.ts";
import { type SessionRequest, beginSession } from "./session.ts";
import { ACCOUNT, ADA, Clock, RotatingProvider, openProcess } from "./testing.ts";

let clock: Clock;
let process: ReturnType<typeof openProcess>;
let provider: RotatingProvider;

beforeEach(() => {
  clock = new Clock();
  provider = new RotatingProvider(clock.now);
  process = openProcess(temporaryStore(), clock, provider);
});
afterEach(() => process.close());

/** Begins connecting an account; resolves to its ticket and its login. */
async function begin(change: Partial<SessionRequest> = {}): Promise<{ ticket: string; login: Login }> {
  const { desk, vault } = process;
  const app = desk.config.accounts;
  if (app === undefined) throw new TypeError("accounts are kept");
  const asked = { owner: "ada", provider: "meadow", scope: null, inputs: {}, origin: null, ...change };
  const begun = await beginSession(desk, vault, app, configuredRegistrations(app), asked);
  if ("error" in begun) throw new Error(begun.error);
  const ticket = new URL(begun.url).searchParams.get("ticket") ?? "";
  const login = openAttempt(desk, "ada", ticket);
  if (login === undefined) throw new TypeError("the ticket opens");
  return { ticket, login };
}

/** A browser opens the login's link; resolves to the hash of its state. */
async function launch(login: Login): Promise<string> {
  const { mailboxes, platform } = process.desk;
  const state = makeState(login.id, platform.random(16));
  await mailboxes.launch(rowOf(login, state, null), clock.now());
  return hashState(state);
}

/** The login's tokens have been stored. */
async function settle(login: Login): Promise<void> {
  const { mailboxes } = process.desk;
  const state = await launch(login);
  const until = clock.now() + TOMBSTONE_WINDOW;
  await mailboxes.claim(login.id, state, clock.now(), clock.now() + 15_000);
  const end = { status: "ready", box: new Uint8Array(0), forgetAt: until, expiresAt: until } as const;
  await mailboxes.settle(login.id, state, end, clock.now());
}

const stateOf = async (login: Login) => (await readAttempt(process.desk, login)).state;

describe("the ticket of an attempt", () => {
  it("opens for its owner alone", async () => {
    const { ticket } = await begin();
    expect(openAttempt(process.desk, "ada", ticket)).toBeDefined();
    expect(openAttempt(process.desk, "eve", ticket)).toBeUndefined();
    expect(openAttempt(process.desk, "ada", `${ticket}A`)).toBeUndefined();
    expect(openAttempt(process.desk, "ada", "")).toBeUndefined();
  });

  it("is not that of an app's login", async () => {
    const { login } = await begin();
    const ticket = makeTicket(process.desk, { ...login, dialect: "native" });
    expect(openAttempt(process.desk, "ada", ticket)).toBeUndefined();
  });

  it("opens for as long as somebody remembers how it ended", async () => {
    const { ticket } = await begin();
    clock.advance(TOMBSTONE_WINDOW - 1);
    expect(openAttempt(process.desk, "ada", ticket)).toBeDefined();
    clock.advance(1);
    expect(openAttempt(process.desk, "ada", ticket)).toBeUndefined();
  });
});

describe("an attempt", () => {
  it("waits until its window has come back, and for ten minutes at most", async () => {
    const { login } = await begin();
    expect(await stateOf(login)).toBe("waiting");
    await launch(login);
    expect(await stateOf(login)).toBe("waiting");
    clock.advance(CLAIM_WINDOW);
    expect(await stateOf(login)).toBe("expired");
  });

  it("whose window never opened is over after ten minutes, too", async () => {
    const { login } = await begin();
    clock.advance(CLAIM_WINDOW);
    expect(await stateOf(login)).toBe("expired");
  });

  it("is connected when its tokens are stored, also long after", async () => {
    const { login } = await begin();
    await settle(login);
    clock.advance(CLAIM_WINDOW);
    expect(await stateOf(login)).toBe("connected");
  });

  it("for an account that is there is called by another name", async () => {
    await process.vault.connect(ADA, process.arrived(provider.grant()));
    const { login } = await begin({ account: ACCOUNT });
    await settle(login);
    expect(await stateOf(login)).toBe("reconnected");
  });

  it("says why it failed, and nothing else", async () => {
    const { mailboxes } = process.desk;
    const { login } = await begin();
    await launch(login);
    await mailboxes.end(login.id, "failed", "other_identity", clock.now());
    expect(await readAttempt(process.desk, login)).toMatchObject({
      state: "failed",
      reason: "other_identity",
    });
    const other = await begin();
    await launch(other.login);
    await mailboxes.end(other.login.id, "cancelled", "cancelled", clock.now());
    expect(await readAttempt(process.desk, other.login)).toMatchObject({ state: "cancelled", reason: null });
  });

  it("is waited for while it stands as it was seen", async () => {
    const { login } = await begin();
    const leaving = new AbortController();
    const waiting = readAttempt(process.desk, login, "waiting", leaving.signal);
    await settle(login);
    expect((await waiting).state).toBe("connected");
  });

  it("is not waited for when it stands otherwise, or when nobody waits any more", async () => {
    const { login } = await begin();
    const { signal } = new AbortController();
    expect((await readAttempt(process.desk, login, "retry", signal)).state).toBe("waiting");
    const leaving = new AbortController();
    const waiting = readAttempt(process.desk, login, "waiting", leaving.signal);
    leaving.abort();
    expect((await waiting).state).toBe("waiting");
  });
});
