import { hash } from "node:crypto";

const BLOCK = 64;
const DIGEST = 32;

/** SHA-256 of `data`. One-shot: a third of the cost of a `createHash` object for the sizes we have. */
export function sha256(data: Uint8Array): Buffer {
  return hash("sha256", data, "buffer");
}

/**
 * HMAC-SHA-256 (RFC 2104) with one key, as two one-shot hashes over padded scratch buffers: a `createHmac`
 * object costs about as much as three of these.
 */
export class Hmac {
  #inner: Buffer;
  readonly #outer: Buffer;

  /** `key` may have any length; longer than a block it is hashed first, as the RFC says. */
  constructor(key: Uint8Array) {
    const short = key.length > BLOCK ? sha256(key) : key;
    this.#inner = Buffer.alloc(BLOCK + 256, 0);
    this.#outer = Buffer.alloc(BLOCK + DIGEST, 0);
    for (let i = 0; i < BLOCK; i++) {
      const byte = short[i] ?? 0;
      this.#inner[i] = byte ^ 0x36;
      this.#outer[i] = byte ^ 0x5c;
    }
  }

  /** The 32-byte tag of the concatenation of `parts`. */
  digest(...parts: readonly Uint8Array[]): Buffer {
    let end = BLOCK;
    for (const part of parts) end += part.length;
    if (end > this.#inner.length) {
      const larger = Buffer.alloc(end);
      this.#inner.copy(larger, 0, 0, BLOCK);
      this.#inner = larger;
    }
    let at = BLOCK;
    for (const part of parts) {
      this.#inner.set(part, at);
      at += part.length;
    }
    this.#outer.set(sha256(this.#inner.subarray(0, end)), BLOCK);
    return sha256(this.#outer);
  }
}

/** HKDF-Expand (RFC 5869 §2.3) from a pseudorandom key held in `prk`: `length` bytes, at most 255 × 32. */
export function expand(prk: Hmac, info: Uint8Array, length: number): Buffer {
  const output = Buffer.allocUnsafe(Math.ceil(length / DIGEST) * DIGEST);
  let previous: Uint8Array = new Uint8Array(0);
  for (let i = 0; i * DIGEST < length; i++) {
    previous = prk.digest(previous, info, Uint8Array.of(i + 1));
    output.set(previous, i * DIGEST);
  }
  return output.subarray(0, length);
}

/** HKDF-Extract (RFC 5869 §2.2), ready to expand. */
export function extract(salt: Uint8Array, inputKey: Uint8Array): Hmac {
  return new Hmac(new Hmac(salt).digest(inputKey));
}
