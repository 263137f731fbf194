import { createHmac } from "node:crypto";
import { assert, asyncProperty, uint8Array } from "fast-check";
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_P256_HKDF_SHA256 } from "hpke";
import { describe, expect, test } from "vitest";
import { openBase } from "./hpke.ts";

const suite = new CipherSuite(KEM_DHKEM_P256_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_256_GCM);
const data = uint8Array({ maxLength: 300 });
const bytes = (from: Uint8Array) => Uint8Array.from(from);

const extract = (label: string, inputKey: Uint8Array) =>
  createHmac("sha256", "")
    .update(Buffer.concat([Buffer.from(`HPKE-v1HPKE\0\x10\0\x01\0\x02${label}`), inputKey]))
    .digest();

/** key_schedule_context (RFC 9180 §5.1), computed the long way. */
const contextOf = (info: Uint8Array) =>
  bytes(Buffer.concat([Buffer.of(0), extract("psk_id_hash", Buffer.of()), extract("info_hash", info)]));

async function exchange(plaintext: Uint8Array, aad: Uint8Array, info: Uint8Array) {
  const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const sealed = await suite.Seal(await suite.DeserializePublicKey(publicKey), plaintext, { aad, info });
  const message = { enc: bytes(sealed.encapsulatedSecret), ct: bytes(sealed.ciphertext), aad: bytes(aad) };
  return { pair, publicKey, message, context: contextOf(info) };
}

describe("HPKE in base mode (RFC 9180)", () => {
  test("opens what the hpke package sealed, whatever the text, the AAD and the info", async () => {
    await assert(
      asyncProperty(data, data, data, async (plaintext, aad, info) => {
        const { pair, publicKey, message, context } = await exchange(plaintext, aad, info);
        const opened = await openBase(pair.privateKey, publicKey, message, context);
        expect(new Uint8Array(opened)).toEqual(bytes(plaintext));
      }),
      { numRuns: 20 },
    );
  });

  test("opens nothing of which one bit differs", async () => {
    const { pair, publicKey, message, context } = await exchange(
      Buffer.from("token"),
      Buffer.from("aad"),
      Buffer.of(),
    );
    for (const part of ["enc", "ct", "aad"] as const) {
      for (const index of message[part].keys()) {
        const changed = bytes(message[part]);
        changed[index] = (changed[index] ?? 0) ^ 1;
        await expect(
          openBase(pair.privateKey, publicKey, { ...message, [part]: changed }, context),
        ).rejects.toBeInstanceOf(Error);
      }
    }
  });

  test("opens nothing that was sealed for another purpose", async () => {
    const { pair, publicKey, message } = await exchange(
      Buffer.from("token"),
      Buffer.of(),
      Buffer.from("one"),
    );
    await expect(
      openBase(pair.privateKey, publicKey, message, contextOf(Buffer.from("two"))),
    ).rejects.toBeInstanceOf(Error);
  });
});
