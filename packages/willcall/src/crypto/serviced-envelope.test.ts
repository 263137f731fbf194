import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Secret } from "../secret.ts";
import { ENVELOPE_RANDOM, isCurrent, sealEnvelope } from "./envelope.ts";
import { type KeyService, KeyServiceError } from "./key-service.ts";
import { Keyring } from "./keys.ts";
import { openAnyEnvelope, prepareEnvelope } from "./serviced-envelope.ts";

const rootKeys = [new Secret(Buffer.alloc(32, 7))];
const aad = Buffer.from("ada");
/** RFC 3394 §2.2.3.1. */
const IV = Buffer.alloc(8, 0xa6);

/** A key service made of AES Key Wrap (RFC 3394), as a hardware module has it. */
class KeyWrap implements KeyService {
  readonly #key = randomBytes(32);
  asked = 0;

  async wrap(dataKey: Uint8Array): Promise<Uint8Array> {
    const cipher = createCipheriv("id-aes256-wrap", this.#key, IV);
    return Buffer.concat([cipher.update(dataKey), cipher.final()]);
  }

  async unwrap(wrapped: Uint8Array): Promise<Uint8Array> {
    this.asked++;
    const decipher = createDecipheriv("id-aes256-wrap", this.#key, IV);
    return Buffer.concat([decipher.update(wrapped), decipher.final()]);
  }
}

async function seal(keys: Keyring, plaintext: Uint8Array): Promise<Buffer> {
  return (await prepareEnvelope(keys, randomBytes(ENVELOPE_RANDOM), aad))(plaintext);
}

describe("an envelope whose data key a service wraps", () => {
  it("opens to what was sealed, whatever that is", async () => {
    const keys = new Keyring(rootKeys, new KeyWrap());
    const any = fc.uint8Array({ maxLength: 500 });
    await fc.assert(
      fc.asyncProperty(any, async (plaintext) => {
        expect(await openAnyEnvelope(keys, aad, await seal(keys, plaintext))).toEqual(Buffer.from(plaintext));
      }),
    );
  });

  it("does not open when any byte of it differs, or for another name", async () => {
    const service = new KeyWrap();
    const sealed = await seal(new Keyring(rootKeys, service), Buffer.from("token"));
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const opened = await openAnyEnvelope(new Keyring(rootKeys, service), aad, changed).catch(
        () => undefined,
      );
      expect(opened).toBeUndefined();
    }
    expect(await openAnyEnvelope(new Keyring(rootKeys, service), Buffer.from("eve"), sealed)).toBeUndefined();
  });

  it("does not open by the root key alone, and says that this may pass", async () => {
    const sealed = await seal(new Keyring(rootKeys, new KeyWrap()), Buffer.from("token"));
    await expect(openAnyEnvelope(new Keyring(rootKeys), aad, sealed)).rejects.toThrow(KeyServiceError);
    const another = new Keyring(rootKeys, new KeyWrap());
    await expect(openAnyEnvelope(another, aad, sealed)).rejects.toThrow(KeyServiceError);
  });

  it("is told from one that the root key wrapped: those open as before", async () => {
    const keys = new Keyring(rootKeys, new KeyWrap());
    const former = sealEnvelope(keys, randomBytes(ENVELOPE_RANDOM), aad, Buffer.from("token"));
    expect(await openAnyEnvelope(keys, aad, former)).toEqual(Buffer.from("token"));
    expect(former.subarray(0, 2)).toEqual(keys.first.id);
  });

  it("is nothing that a new root key would have to wrap again", async () => {
    const keys = new Keyring(rootKeys, new KeyWrap());
    expect(isCurrent(keys, await seal(keys, Buffer.from("token")))).toBe(true);
  });

  it("is unwrapped once, however often it is opened", async () => {
    const service = new KeyWrap();
    const keys = new Keyring(rootKeys, service);
    const sealed = await seal(keys, Buffer.from("token"));
    for (let count = 0; count < 3; count++) await openAnyEnvelope(keys, aad, sealed);
    expect(service.asked).toBe(1);
  });

  it("holds its data key nowhere in the clear", async () => {
    const random = randomBytes(ENVELOPE_RANDOM);
    const keys = new Keyring(rootKeys, new KeyWrap());
    const sealed = (await prepareEnvelope(keys, random, aad))(Buffer.from("token"));
    expect(sealed.includes(random.subarray(0, 32))).toBe(false);
  });

  it.each([
    ["nothing", new Uint8Array(0)],
    ["too much", new Uint8Array(65_536)],
  ])("is not made where the service gives %s", async (_what, wrapped) => {
    const service = { wrap: async () => wrapped, unwrap: async () => wrapped };
    await expect(seal(new Keyring(rootKeys, service), Buffer.from("token"))).rejects.toThrow(KeyServiceError);
  });
});
