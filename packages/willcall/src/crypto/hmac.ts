import { hash, hkdfSync } from "node:crypto";
import { hmac as keyedHmac } from "@noble/hashes/hmac.js";
import { sha256 as scriptSha256 } from "@noble/hashes/sha2.js";
import { isWorker } from "../runtime.ts";
import { bytesOf } from "./bytes.ts";

const BLOCK = 64;
const DIGEST = 32;

/**
 * SHA-256 of `data`. In Node one-shot and by way of a string, which it makes twice as fast as a buffer of its own. In
 * workerd each hash of `node:crypto` is a stream, with an object of the runtime's behind it: there in JavaScript alone.
 */
export const sha256: (data: Uint8Array) => Buffer = isWorker
  ? (data) => bytesOf(scriptSha256(data))
  : (data) => Buffer.from(hash("sha256", data, "latin1"), "latin1");

/** HMAC-SHA-256 (RFC 2104) with one key. */
export interface Hmac {
  /** The 32-byte tag of the concatenation of `parts`. */
  digest(...parts: readonly Uint8Array[]): Buffer;
}

/** Where messages are put together: nothing here outlives the call that wrote it. */
const innerScratch = new Uint8Array(BLOCK + 1024);
const outerScratch = Buffer.alloc(BLOCK + DIGEST);
const EMPTY = new Uint8Array(0);

/** `start` and the parts as one message, to be read before the next is put together. */
function joined(start: Uint8Array, parts: readonly Uint8Array[]): Uint8Array {
  let end = start.length;
  for (const part of parts) end += part.length;
  const message = end > innerScratch.length ? new Uint8Array(end) : innerScratch;
  message.set(start, 0);
  let at = start.length;
  for (const part of parts) {
    message.set(part, at);
    at += part.length;
  }
  return message.subarray(0, end);
}

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
    outerScratch.write(hash("sha256", joined(this.#inner, parts), "latin1"), BLOCK, "latin1");
    outerScratch.set(this.#outer, 0);
    return sha256(outerScratch);
  }
}

/** In JavaScript alone, with the key's own blocks hashed beforehand: in workerd `createHmac` costs several times as much. */
export class ScriptHmac implements Hmac {
  readonly #keyed: ReturnType<typeof keyedHmac.create>;

  /** `key` may have any length. */
  constructor(key: Uint8Array) {
    this.#keyed = keyedHmac.create(scriptSha256, key);
  }

  digest(...parts: readonly Uint8Array[]): Buffer {
    const mac = this.#keyed.clone();
    for (const part of parts) mac.update(part);
    const tag = Buffer.allocUnsafe(DIGEST);
    mac.digestInto(tag);
    return tag;
  }
}

/** The HMAC of this runtime, for a key. */
export const hmac: (key: Uint8Array) => Hmac = isWorker
  ? (key) => new ScriptHmac(key)
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

/** HKDF-Extract without a salt, as most of HPKE's are. */
export const unsalted = hmac(EMPTY);

/**
 * HKDF (RFC 5869) without a salt: `length` bytes from what the parts of `inputKey` make together, for what those of `info`
 * do. The same as `expand` after `extract`; in workerd one call costs less than either.
 */
export const hkdf: (length: number, inputKey: readonly Uint8Array[], info: readonly Uint8Array[]) => Buffer =
  isWorker
    ? (length, inputKey, info) =>
        Buffer.from(hkdfSync("sha256", Buffer.concat(inputKey), EMPTY, joined(EMPTY, info), length))
    : (length, inputKey, info) => expand(hmac(unsalted.digest(...inputKey)), length, ...info);
