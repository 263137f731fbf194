import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Secret } from "../secret.ts";
import { ENVELOPE_RANDOM, isCurrent, openEnvelope, rewrapEnvelope, sealEnvelope } from "./envelope.ts";
import { Keyring } from "./keys.ts";

const keyring = (...fill: number[]): Keyring =>
  new Keyring(fill.map((value) => new Secret(Buffer.alloc(32, value))));
const keys = keyring(1, 2);
const aad = Buffer.from("ada, google, account, 1");
const sealed = (plaintext: string, ring = keys): Buffer =>
  sealEnvelope(ring, randomBytes(ENVELOPE_RANDOM), aad, Buffer.from(plaintext));

describe("an envelope", () => {
  it("opens to what it sealed, and not at all with one byte changed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.nat(), (plaintext, at) => {
        const envelope = sealEnvelope(keys, randomBytes(ENVELOPE_RANDOM), aad, plaintext);
        expect(envelope).toHaveLength(plaintext.length + 94);
        expect(openEnvelope(keys, aad, envelope)).toEqual(Buffer.from(plaintext));
        const index = at % envelope.length;
        envelope[index] = (envelope[index] ?? 0) ^ 1;
        expect(openEnvelope(keys, aad, envelope)).toBeUndefined();
      }),
    );
  });

  it("opens under no other AAD, so rows cannot be swapped or put back (S1)", () => {
    expect(openEnvelope(keys, Buffer.from("ada, google, account, 2"), sealed("tokens"))).toBeUndefined();
  });

  it("opens after its root key has become the second, and never without it", () => {
    const envelope = sealed("tokens", keyring(1));
    expect(openEnvelope(keyring(2, 1), aad, envelope)?.toString()).toBe("tokens");
    expect(openEnvelope(keyring(2), aad, envelope)).toBeUndefined();
  });

  it("seals every write under a key of its own", () => {
    expect(sealed("tokens").subarray(78)).not.toEqual(sealed("tokens").subarray(78));
  });

  it("is nothing when it is too short to be one", () => {
    for (const length of [0, 1, 66, 78, 93]) {
      expect(openEnvelope(keys, aad, sealed("").subarray(0, length))).toBeUndefined();
    }
  });

  it("is re-wrapped by the new first key without touching its content, and then opens without the old one", () => {
    const envelope = sealed("tokens", keyring(1));
    const both = keyring(2, 1);
    expect(isCurrent(both, envelope)).toBe(false);
    const rewrapped = rewrapEnvelope(both, randomBytes(16), aad, envelope) ?? Buffer.alloc(0);
    expect(isCurrent(both, rewrapped)).toBe(true);
    expect(rewrapped.subarray(66)).toEqual(envelope.subarray(66));
    expect(openEnvelope(keyring(2), aad, rewrapped)?.toString()).toBe("tokens");
  });

  it("is not re-wrapped for another AAD, or without its key", () => {
    expect(rewrapEnvelope(keys, randomBytes(16), Buffer.from("another"), sealed("tokens"))).toBeUndefined();
    expect(rewrapEnvelope(keyring(2), randomBytes(16), aad, sealed("tokens", keyring(1)))).toBeUndefined();
  });
});
