import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Keyring } from "../crypto/keys.ts";
import { temporaryStore } from "../engines/sqlite/testing.ts";
import { Secret } from "../secret.ts";
import {
  OWNER_SESSION_LIFE,
  SESSION_CODE_LIFE,
  makeOwnerSession,
  makeSessionCode,
  openOwnerSession,
  openSessionCode,
  useSessionCode,
} from "./owner-session.ts";
import { Clock, RotatingProvider, openProcess } from "./testing.ts";

const keyring = (...fill: number[]): Keyring =>
  new Keyring(fill.map((value) => new Secret(Buffer.alloc(32, value))));
const keys = keyring(1);
const now = 1_900_000_000_000;
const platform = { random: randomBytes, now: () => now };
const asked = { owner: "ada", returnTo: "https://app.example/settings", origin: "https://app.example" };
const make = (change: Partial<typeof asked> = {}) => makeSessionCode(keys, platform, { ...asked, ...change });

/** `text` with the character at `at` changed. */
const changed = (text: string, at: number): string =>
  text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);

describe("a session code", () => {
  it("says who is signed in, and shows nothing of it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }), (owner) => {
        const { code } = make({ owner });
        expect(code).toMatch(/^[\w-]+$/);
        expect(openSessionCode(keys, code, now)).toMatchObject({ ...asked, owner, createdAt: now });
      }),
    );
  });

  it("takes the longest of everything", () => {
    const owner = "\u0001".repeat(128);
    const returnTo = `https://a.example/${"\u{1f511}".repeat(247)}`;
    expect(openSessionCode(keys, make({ owner, returnTo }).code, now)).toMatchObject({ owner, returnTo });
  });

  it("ends after ten minutes", () => {
    const { code, expiresAt } = make();
    expect(expiresAt).toBe(now + SESSION_CODE_LIFE);
    expect(openSessionCode(keys, code, expiresAt - 1)).toBeDefined();
    expect(openSessionCode(keys, code, expiresAt)).toBeUndefined();
  });

  it("is nothing with one character changed, or of another kind", () => {
    const { code } = make();
    fc.assert(
      fc.property(fc.nat(code.length - 1), (at) => {
        expect(openSessionCode(keys, changed(code, at), now)).toBeUndefined();
      }),
    );
    for (const text of ["", code.slice(0, -4), "A".repeat(100_000), makeOwnerSession(keys, platform, "ada")])
      expect(openSessionCode(keys, text, now)).toBeUndefined();
  });

  it("is used by one of twenty who try at once, over two processes", async () => {
    const clock = new Clock();
    const path = temporaryStore();
    const processes = [1, 2].map(() => openProcess(path, clock, new RotatingProvider(clock.now)));
    const [first] = processes;
    const made = first && makeSessionCode(first.desk.keys, first.desk.platform, asked);
    const code = made && openSessionCode(keyring(7), made.code, clock.now());
    if (code === undefined) throw new TypeError("a fresh code opens");
    const uses = processes.flatMap(({ desk }) =>
      Array.from({ length: 10 }, () => useSessionCode(desk, code)),
    );
    expect((await Promise.all(uses)).filter(Boolean)).toHaveLength(1);
    await Promise.all(processes.map(({ close }) => close()));
  });

  it("leaves nothing behind when it is long over (S7)", async () => {
    const clock = new Clock();
    const { desk, close } = openProcess(temporaryStore(), clock, new RotatingProvider(clock.now));
    const code = openSessionCode(
      desk.keys,
      makeSessionCode(desk.keys, desk.platform, asked).code,
      clock.now(),
    );
    if (code === undefined) throw new TypeError("a fresh code opens");
    await useSessionCode(desk, code);
    clock.advance(SESSION_CODE_LIFE);
    expect(await desk.mailboxes.sweep(clock.now())).toBe(0);
    clock.advance(SESSION_CODE_LIFE);
    expect(await desk.mailboxes.sweep(clock.now())).toBe(1);
    await close();
  });
});

describe("an owner's session", () => {
  const session = makeOwnerSession(keys, platform, "ada");

  it("lasts a week", () => {
    expect(openOwnerSession(keys, session, now + OWNER_SESSION_LIFE - 1)).toBe("ada");
    expect(openOwnerSession(keys, session, now + OWNER_SESSION_LIFE)).toBeUndefined();
  });

  it("is nothing with one character changed, or of another kind", () => {
    fc.assert(
      fc.property(fc.nat(session.length - 1), (at) => {
        expect(openOwnerSession(keys, changed(session, at), now)).toBeUndefined();
      }),
    );
    for (const text of ["", make().code]) expect(openOwnerSession(keys, text, now)).toBeUndefined();
  });

  it("opens after its root key has become the second, and never without it", () => {
    expect(openOwnerSession(keyring(2, 1), session, now)).toBe("ada");
    expect(openOwnerSession(keyring(2), session, now)).toBeUndefined();
  });
});
