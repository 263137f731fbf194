import { bytesOf } from "./bytes.ts";
import { type Keyring, SERVICE_ID } from "./keys.ts";
import { SEAL_OVERHEAD, decrypt, encrypt, open, seal } from "./seal.ts";

const DATA_KEY = 32;
const NONCE = 12;
const SALT = 16;
const WRAPPED = DATA_KEY + SEAL_OVERHEAD;
const HEAD = WRAPPED + NONCE;

/** Fresh random bytes that one envelope needs. */
export const ENVELOPE_RANDOM = DATA_KEY + NONCE + SALT;

/**
 * Seals what lives long: a data key of its own for every write, wrapped by the first root key, so that another root
 * key re-wraps 32 bytes and never touches the content. Sealed data key (66) ‖ nonce (12) ‖ ciphertext ‖ tag (16).
 *
 * @param random `ENVELOPE_RANDOM` fresh bytes
 * @param aad what both layers are bound to
 */
export function sealEnvelope(
  keys: Keyring,
  random: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Buffer {
  const dataKey = random.subarray(0, DATA_KEY);
  const nonce = random.subarray(DATA_KEY, DATA_KEY + NONCE);
  const wrapped = seal(keys, "data key", random.subarray(DATA_KEY + NONCE, ENVELOPE_RANDOM), dataKey, aad);
  return encrypt(dataKey, nonce, aad, plaintext, wrapped, nonce);
}

/** What `sealEnvelope` sealed, or undefined: another AAD, changed, or its root key is gone. */
export function openEnvelope(keys: Keyring, aad: Uint8Array, envelope: Uint8Array): Buffer | undefined {
  const bytes = bytesOf(envelope);
  const wrapped = bytes.subarray(0, WRAPPED);
  const known = keys.dataKeys.get(wrapped);
  const dataKey = known ?? open(keys, "data key", wrapped, aad)?.plaintext;
  if (dataKey === undefined) return undefined;
  if (known === undefined) keys.dataKeys.keep(wrapped, dataKey);
  // A data key that is known was unwrapped under some AAD; the content opens under its own alone.
  return decrypt(dataKey, bytes.subarray(WRAPPED, HEAD), aad, bytes.subarray(HEAD));
}

/** Whether a key service wraps an envelope's data key. */
export function isServiced(envelope: Uint8Array): boolean {
  return SERVICE_ID.every((byte, index) => envelope[index] === byte);
}

/** Whether the first root key wraps an envelope's data key already, or none does. */
export function isCurrent(keys: Keyring, envelope: Uint8Array): boolean {
  return isServiced(envelope) || keys.of(bytesOf(envelope)) === keys.first;
}

/**
 * The same envelope with its data key wrapped by the first root key; its content is not touched. Undefined where it does not
 * open.
 *
 * @param salt 16 fresh random bytes
 */
export function rewrapEnvelope(
  keys: Keyring,
  salt: Uint8Array,
  aad: Uint8Array,
  envelope: Uint8Array,
): Buffer | undefined {
  const bytes = bytesOf(envelope);
  const dataKey = open(keys, "data key", bytes.subarray(0, WRAPPED), aad);
  if (dataKey === undefined) return undefined;
  return Buffer.concat([seal(keys, "data key", salt, dataKey.plaintext, aad), bytes.subarray(WRAPPED)]);
}
