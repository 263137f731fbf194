import { createHash, createHmac, hash } from "node:crypto";

const BLOCK = 64;
const DIGEST = 32;

/**
 * In workerd an object for one hash costs what a one-shot hash does, and its own HMAC half of two; in Node it is the
 * other way round (docs/benchmarks.md).
 */
const isWorker = globalThis.navigator?.userAgent === "Cloudflare-Workers";

/** SHA-256 of `data`. In Node by way of a string, which it makes twice as fast as a buffer of its own. */
export const sha256: (data: Uint8Array) => Buffer = isWorker
  ? (data) => createHash("sha256").update(data).digest()
  : (data) => Buffer.from(hash("sha256", data, "latin1"), "latin1");

/** HMAC-SHA-256 (RFC 2104) with one key. */
export interface Hmac {
  /** The 32-byte tag of the concatenation of `parts`. */
  digest(...parts: readonly Uint8Array[]): Buffer;
}

/** Where messages are put together: nothing here outlives the call that wrote it. */
const innerScratch = Buffer.alloc(BLOCK + 1024);
const outerScratch = Buffer.alloc(BLOCK + DIGEST);

/** As two one-shot hashes over padded scratch buffers: in Node a `createHmac` object costs about as much as three of these. */
export class PaddedHmac implements Hmac {
  readonly #inner = Buffer.allocUnsafe(BLOCK);
  readonly #outer = Buffer.allocUnsafe(BLOCK);

  /** `key` may have any length; longer than a block it is hashed first, as the RFC says. */
  constructor(key: Uint8Array) {
    const short = key.length > BLOCK ? sha256(key) : key;
    this.#inner.fill(0x36);
    this.#outer.fill(0x5c);
    for (let i = 0; i < short.length; i++) {
      const byte = short[i] ?? 0;
      this.#inner[i] = byte ^ 0x36;
      this.#outer[i] = byte ^ 0x5c;
    }
  }

  digest(...parts: readonly Uint8Array[]): Buffer {
    let end = BLOCK;
    for (const part of parts) end += part.length;
    const message = end > innerScratch.length ? Buffer.allocUnsafe(end) : innerScratch;
    message.set(this.#inner, 0);
    let at = BLOCK;
    for (const part of parts) {
      message.set(part, at);
      at += part.length;
    }
    outerScratch.write(hash("sha256", message.subarray(0, end), "latin1"), BLOCK, "latin1");
    outerScratch.set(this.#outer, 0);
    return sha256(outerScratch);
  }
}

/** As the runtime's own object. */
export class RuntimeHmac implements Hmac {
  readonly #key: Uint8Array;

  /** `key` may have any length. */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  digest(...parts: readonly Uint8Array[]): Buffer {
    const mac = createHmac("sha256", this.#key);
    for (const part of parts) mac.update(part);
    return mac.digest();
  }
}

/** The HMAC of this runtime, for a key. */
export const hmac: (key: Uint8Array) => Hmac = isWorker
  ? (key) => new RuntimeHmac(key)
  : (key) => new PaddedHmac(key);

/**
 * HKDF-Expand (RFC 5869 §2.3) from a pseudorandom key held in `prk`: `length` bytes, at most 255 × 32. `info` is what its
 * parts make together.
 */
export function expand(prk: Hmac, length: number, ...info: readonly Uint8Array[]): Buffer {
  let block = prk.digest(...info, Uint8Array.of(1));
  const blocks = [block];
  for (let i = 2; blocks.length * DIGEST < length; i++) {
    block = prk.digest(block, ...info, Uint8Array.of(i));
    blocks.push(block);
  }
  return (blocks.length === 1 ? block : Buffer.concat(blocks)).subarray(0, length);
}

/** HKDF-Extract (RFC 5869 §2.2), ready to expand. */
export function extract(salt: Uint8Array, inputKey: Uint8Array): Hmac {
  return hmac(hmac(salt).digest(inputKey));
}
