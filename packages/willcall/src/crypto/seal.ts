import { createCipheriv, createDecipheriv } from "node:crypto";
import { type Hmac, expand } from "./hmac.ts";
import { KEY_ID_LENGTH, type Keyring, type Label, type RootKey } from "./keys.ts";

const SALT = 16;
const TAG = 16;
const HEAD = KEY_ID_LENGTH + SALT;
const EMPTY = new Uint8Array(0);

/** Bytes that sealing adds: key id, salt and tag. */
export const SEAL_OVERHEAD = HEAD + TAG;

/** Constant, because every key is used once: the salt makes the key, not the nonce. */
const NONCE = Buffer.alloc(12);

/** The key (32) of one salt: HKDF-Expand with the salt, and the further secret if any, as info. */
function keyOf(prk: Hmac, salt: Uint8Array, secret: Uint8Array): Buffer {
  return expand(prk, 32, salt, secret);
}

/** AES-256-GCM (NIST SP 800-38D): ciphertext followed by its 16-byte tag, and `before` all that. */
export function encrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
  ...before: readonly Uint8Array[]
): Buffer {
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  if (aad.length > 0) cipher.setAAD(aad);
  const body = cipher.update(plaintext);
  cipher.final();
  return Buffer.concat([...before, body, cipher.getAuthTag()]);
}

/** The plaintext of `encrypt`, or undefined if key, nonce, AAD or any byte differs. */
export function decrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Buffer | undefined {
  if (sealed.length < TAG) return undefined;
  const decipher = createDecipheriv("aes-256-gcm", key, nonce);
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG));
  if (aad.length > 0) decipher.setAAD(aad);
  const plaintext = decipher.update(sealed.subarray(0, sealed.length - TAG));
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  return plaintext;
}

/**
 * Seals `plaintext` under the first root key, for `label`, bound to `aad`:
 * key id (2) ‖ salt (16) ‖ ciphertext ‖ tag (16). The key is HKDF-Expand(root key and label, salt), so every
 * sealed thing has a key of its own and no nonce limit is near.
 *
 * @param salt 16 fresh random bytes
 * @param secret 32 bytes that opening needs besides the root key, where there is such a thing
 */
export function seal(
  keys: Keyring,
  label: Label,
  salt: Uint8Array,
  plaintext: Uint8Array,
  aad: Uint8Array = EMPTY,
  secret: Uint8Array = EMPTY,
): Buffer {
  const root = keys.first;
  const key = keyOf(root.for(label), salt, secret);
  return encrypt(key, NONCE, aad, plaintext, root.id, salt);
}

/** What `seal` sealed, with the root key that did, or undefined: not ours, another label, another AAD, changed. */
export function open(
  keys: Keyring,
  label: Label,
  sealed: Buffer,
  aad: Uint8Array = EMPTY,
  secret: Uint8Array = EMPTY,
): { plaintext: Buffer; root: RootKey } | undefined {
  const root = keys.of(sealed);
  if (root === undefined || sealed.length < SEAL_OVERHEAD) return undefined;
  const key = keyOf(root.for(label), sealed.subarray(KEY_ID_LENGTH, HEAD), secret);
  const plaintext = decrypt(key, NONCE, aad, sealed.subarray(HEAD));
  return plaintext && { plaintext, root };
}
