import { expect } from "vitest";
import type { LoginRow, MailboxId, Mailboxes, NewLogin } from "../engine.ts";

/** Milliseconds; the cases count from here. */
export const T = 1_800_000_000_000;
/** A login that nobody finished reads expired from here on. */
export const EXPIRES = T + 600_000;
/** An exchange that nobody settled reads failed from here on. */
export const DEADLINE = T + 15_000;
/** A box that nobody took reads expired from here on. */
export const BOX_EXPIRES = T + 735_000;
/** A row may be deleted from here on. */
export const FORGET = T + 900_000;
export const BOX = new Uint8Array([1, 2, 3]);
/** Who begins these logins, and takes their boxes. */
export const TAKER = { dialect: "read-key", app: "demo" } as const;
/** How a good exchange ends. */
export const READY = { status: "ready", box: BOX, expiresAt: BOX_EXPIRES, forgetAt: FORGET } as const;

/** A login with a mailbox of its own, changed as the case needs it. */
export function newLogin(change: Partial<NewLogin> = {}): NewLogin {
  const random = crypto.getRandomValues(new Uint8Array(16));
  const id = btoa(String.fromCharCode(...random)).replace(/[+/]/g, "-");
  return {
    id: id.slice(0, 22) as MailboxId,
    ...TAKER,
    provider: "google",
    stateHash: "hash-1",
    login: null,
    binding: null,
    expiresAt: EXPIRES,
    forgetAt: FORGET,
    ...change,
  };
}

/** Starts `work` that many times at once. */
export function times<T>(count: number, work: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, work));
}

/** Brings fresh logins to a point of their life. `open` gives the mailboxes of the running case. */
export function createSteps(open: () => Mailboxes) {
  async function launched(change?: Partial<NewLogin>): Promise<MailboxId> {
    const login = newLogin(change);
    expect(await open().launch(login, T)).toBe("inserted");
    return login.id;
  }

  async function exchanging(change?: Partial<NewLogin>): Promise<MailboxId> {
    const id = await launched(change);
    expect(await open().claim(id, "hash-1", T, DEADLINE)).toBe(true);
    return id;
  }

  async function settled(change?: Partial<NewLogin>): Promise<MailboxId> {
    const id = await exchanging(change);
    expect(await open().settle(id, "hash-1", READY, T)).toBe(true);
    return id;
  }

  async function retryable(): Promise<MailboxId> {
    const id = await exchanging();
    await open().settle(id, "hash-1", { status: "retry", reason: "provider_down" }, T);
    return id;
  }

  /** The row with its box, for the one call that gets it. */
  async function taken(id: MailboxId, now = T): Promise<LoginRow | undefined> {
    const taking = await open().take(id, TAKER, now);
    return taking.kind === "box" ? taking.row : undefined;
  }

  async function statusOf(id: MailboxId, now = T): Promise<LoginRow["status"] | undefined> {
    return (await open().read(id, now))?.status;
  }

  async function changedAt(id: MailboxId): Promise<number> {
    return (await open().read(id, T))?.changedAt ?? 0;
  }

  return { launched, exchanging, settled, retryable, taken, statusOf, changedAt };
}
