/**
 * RFC 9180 HPKE, base mode, single shot, in one suite: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM,
 * which every browser's own WebCrypto can open. Composed over `node:crypto`, because WebCrypto costs Node two
 * thread-pool hops a call (docs/benchmarks.md); checked against the RFC's vectors and against `hpke`.
 */
import { createECDH } from "node:crypto";
import { expand, extract, hkdf, unsalted } from "./hmac.ts";
import { decrypt, encrypt } from "./seal.ts";

const KEM_SUITE = Buffer.concat([Buffer.from("KEM"), Buffer.from([0x00, 0x10])]);
const HPKE_SUITE = Buffer.concat([Buffer.from("HPKE"), Buffer.from([0x00, 0x10, 0x00, 0x01, 0x00, 0x02])]);
const VERSION = Buffer.from("HPKE-v1");
const EMPTY = Buffer.alloc(0);
/** The smallest private key: multiplying by it checks a point and nothing else. */
const ONE = Buffer.concat([Buffer.alloc(31), Buffer.from([1])]);

/**
 * What stands before the input of LabeledExtract, or with a length before the info of LabeledExpand (RFC 9180 §4): put
 * together once, because it is hashed in every call.
 */
function labelOf(suite: Buffer, label: string, length?: number): Buffer {
  const start = length === undefined ? EMPTY : Buffer.from([length >> 8, length & 0xff]);
  return Buffer.concat([start, VERSION, suite, Buffer.from(label)]);
}

const SECRET_LENGTH = 32;
const KEY_LENGTH = 32;
const NONCE_LENGTH = 12;
const labels = {
  derivedPrk: labelOf(KEM_SUITE, "dkp_prk"),
  candidate: labelOf(KEM_SUITE, "candidate", SECRET_LENGTH),
  sharedPrk: labelOf(KEM_SUITE, "eae_prk"),
  sharedSecret: labelOf(KEM_SUITE, "shared_secret", SECRET_LENGTH),
  pskIdHash: labelOf(HPKE_SUITE, "psk_id_hash"),
  infoHash: labelOf(HPKE_SUITE, "info_hash"),
  secret: labelOf(HPKE_SUITE, "secret"),
  key: labelOf(HPKE_SUITE, "key", KEY_LENGTH),
  nonce: labelOf(HPKE_SUITE, "base_nonce", NONCE_LENGTH),
};

/** Bytes of an uncompressed P-256 public key (SEC 1 §2.3.3). */
export const PUBLIC_KEY_LENGTH = 65;

/** An object that knows the curve costs more than a multiplication: one is reused, never across an `await`. */
const curve = createECDH("prime256v1");

/** DeriveKeyPair (RFC 9180 §7.1.3): the P-256 key pair of `inputKey`, which needs 32 bytes of entropy or more. */
export function deriveKeyPair(inputKey: Uint8Array): { privateKey: Buffer; publicKey: Buffer } {
  for (let counter = 0; counter < 256; counter++) {
    const candidate = hkdf(
      SECRET_LENGTH,
      [labels.derivedPrk, inputKey],
      [labels.candidate, Uint8Array.of(counter)],
    );
    try {
      curve.setPrivateKey(candidate);
      return { privateKey: candidate, publicKey: curve.getPublicKey() };
    } catch {
      // Zero or not below the group's order: once in 2^32; the RFC takes the next candidate.
    }
  }
  throw new RangeError("no P-256 key in 256 candidates");
}

/** Whether `bytes` are a point on P-256 in uncompressed form, so that sealing to it cannot fail. */
export function isPublicKey(bytes: Uint8Array): boolean {
  if (bytes.length !== PUBLIC_KEY_LENGTH || bytes[0] !== 4) return false;
  try {
    curve.setPrivateKey(ONE);
    curve.computeSecret(bytes);
    return true;
  } catch {
    return false;
  }
}

function sharedSecret(dh: Buffer, enc: Uint8Array, publicKey: Uint8Array): Buffer {
  return hkdf(SECRET_LENGTH, [labels.sharedPrk, dh], [labels.sharedSecret, enc, publicKey]);
}

/** What of the key schedule (§5.1) depends on `info` alone: computed once per kind of message. */
export interface Schedule {
  readonly context: Buffer;
}

/** Prepares the key schedule for `info`. */
export function schedule(info: string): Schedule {
  const pskIdHash = unsalted.digest(labels.pskIdHash);
  const infoHash = unsalted.digest(labels.infoHash, Buffer.from(info));
  return { context: Buffer.concat([Buffer.from([0]), pskIdHash, infoHash]) };
}

function keyAndNonce({ context }: Schedule, secret: Buffer): [Buffer, Buffer] {
  const prk = extract(secret, labels.secret);
  return [expand(prk, KEY_LENGTH, labels.key, context), expand(prk, NONCE_LENGTH, labels.nonce, context)];
}

/** A sealed message: the encapsulated key (65 bytes) and the ciphertext with its tag. */
export interface HpkeMessage {
  enc: Buffer;
  ct: Buffer;
}

/**
 * SealBase (§6.1) to `publicKey` (checked with `isPublicKey` before).
 *
 * @param ephemeral at least 32 random bytes, from which the ephemeral key is derived; used once
 */
export function hpkeSeal(
  plan: Schedule,
  publicKey: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
  ephemeral: Uint8Array,
): HpkeMessage {
  const { publicKey: enc } = deriveKeyPair(ephemeral);
  const dh = curve.computeSecret(publicKey);
  const [key, nonce] = keyAndNonce(plan, sharedSecret(dh, enc, publicKey));
  return { enc, ct: encrypt(key, nonce, aad, plaintext) };
}

/** OpenBase (§6.1), or undefined when key, AAD or any byte differs. */
export function hpkeOpen(
  plan: Schedule,
  pair: { privateKey: Buffer; publicKey: Buffer },
  aad: Uint8Array,
  message: { enc: Uint8Array; ct: Uint8Array },
): Buffer | undefined {
  let dh: Buffer;
  try {
    curve.setPrivateKey(pair.privateKey);
    dh = curve.computeSecret(message.enc);
  } catch {
    return undefined;
  }
  const [key, nonce] = keyAndNonce(plan, sharedSecret(dh, message.enc, pair.publicKey));
  return decrypt(key, nonce, aad, message.ct);
}
