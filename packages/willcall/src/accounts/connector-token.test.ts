import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { Keyring } from "../crypto/keys.ts";
import type { AccountId } from "../engines/vault-store.ts";
import { Secret } from "../secret.ts";
import { CONNECTOR_TOKEN_LIFE, makeConnectorToken, openConnectorToken } from "./connector-token.ts";

const keyring = (...fill: number[]): Keyring =>
  new Keyring(fill.map((value) => new Secret(Buffer.alloc(32, value))));
const keys = keyring(1);
const now = 1_900_000_000_000;
const platform = { random: randomBytes, now: () => now };
const account = "AbcdefghijklmnopqrstuA" as AccountId;
const make = (owner = "ada", expiresAt = now + 60_000): string =>
  makeConnectorToken(keys, platform, { account, owner }, expiresAt);

it("names its one account and owner, and shows neither", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }), (owner) => {
      const token = make(owner);
      expect(token).toMatch(/^wcc1\.[\w-]+$/);
      expect(token).not.toContain(account);
      expect(openConnectorToken(keys, token, now)).toEqual({ account, owner });
    }),
  );
});

it("takes the longest name that an owner may have", () => {
  for (const owner of ["\u{1f511}".repeat(64), "\u0001".repeat(128)]) {
    expect(openConnectorToken(keys, make(owner), now)?.owner).toBe(owner);
  }
});

it("ends when it should, and after thirty minutes whatever was asked for", () => {
  expect(openConnectorToken(keys, make(), now + 59_999)).toBeDefined();
  expect(openConnectorToken(keys, make(), now + 60_000)).toBeUndefined();
  const long = make("ada", now + 86_400_000);
  expect(openConnectorToken(keys, long, now + CONNECTOR_TOKEN_LIFE - 1)).toBeDefined();
  expect(openConnectorToken(keys, long, now + CONNECTOR_TOKEN_LIFE)).toBeUndefined();
});

it("is nothing with one character changed, cut, lengthened, or of another kind", () => {
  const token = make();
  fc.assert(
    fc.property(fc.nat(token.length - 1), (at) => {
      const changed = token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
      expect(openConnectorToken(keys, changed, now)).toBeUndefined();
    }),
  );
  for (const text of ["", "wcc1.", token.slice(0, -4), `${token}AAAA`, "A".repeat(100_000)]) {
    expect(openConnectorToken(keys, text, now)).toBeUndefined();
  }
});

it("opens after its root key has become the second, and never without it", () => {
  const token = make();
  expect(openConnectorToken(keyring(2, 1), token, now)).toBeDefined();
  expect(openConnectorToken(keyring(2), token, now)).toBeUndefined();
});
