import { bytesOf } from "./bytes.ts";
import { isServiced, openEnvelope, sealEnvelope } from "./envelope.ts";
import { KeyServiceError } from "./key-service.ts";
import { type Keyring, SERVICE_ID } from "./keys.ts";
import { decrypt, encrypt } from "./seal.ts";

const HEAD = SERVICE_ID.length + 2;
const DATA_KEY = 32;
const NONCE = 12;
/** Longest wrapped data key, in bytes: its length has two. */
const LONGEST = 65_535;

/**
 * Makes ready to seal one thing: where a key service wraps data keys, it has done so when this resolves, so that nothing
 * stands between what is sealed and its storing. Call what it resolves to once. Without a service that is `sealEnvelope`;
 * with one: 0xffff ‖ length (2) ‖ data key as wrapped ‖ nonce (12) ‖ ciphertext ‖ tag (16). Rejects with `KeyServiceError`.
 *
 * @param random `ENVELOPE_RANDOM` fresh bytes
 * @param aad what the content is bound to
 */
export async function prepareEnvelope(
  keys: Keyring,
  random: Uint8Array,
  aad: Uint8Array,
): Promise<(plaintext: Uint8Array) => Buffer> {
  const { service } = keys;
  if (service === undefined) return (plaintext) => sealEnvelope(keys, random, aad, plaintext);
  const dataKey = Uint8Array.from(random.subarray(0, DATA_KEY));
  const nonce = random.subarray(DATA_KEY, DATA_KEY + NONCE);
  const wrapped = await asked(() => service.wrap(Uint8Array.from(dataKey)));
  if (wrapped.length === 0 || wrapped.length > LONGEST) throw new KeyServiceError();
  const length = Buffer.alloc(2);
  length.writeUInt16BE(wrapped.length);
  return (plaintext) => encrypt(dataKey, nonce, aad, plaintext, SERVICE_ID, length, wrapped, nonce);
}

/**
 * What was sealed, with or without a service; undefined: another AAD, changed, or its root key is gone. Rejects with
 * `KeyServiceError` where a service would have to open it, and does not, or is not there: that may pass.
 */
export async function openAnyEnvelope(
  keys: Keyring,
  aad: Uint8Array,
  envelope: Uint8Array,
): Promise<Buffer | undefined> {
  if (!isServiced(envelope)) return openEnvelope(keys, aad, envelope);
  const { service } = keys;
  if (service === undefined) throw new KeyServiceError();
  const bytes = bytesOf(envelope);
  if (bytes.length < HEAD + NONCE) return undefined;
  const end = HEAD + bytes.readUInt16BE(SERVICE_ID.length);
  const wrapped = bytes.subarray(HEAD, end);
  const known = keys.dataKeys.get(wrapped);
  const dataKey = known ?? Buffer.from(await asked(() => service.unwrap(Uint8Array.from(wrapped))));
  if (dataKey.length !== DATA_KEY) throw new KeyServiceError();
  if (known === undefined) keys.dataKeys.keep(wrapped, dataKey);
  return decrypt(dataKey, bytes.subarray(end, end + NONCE), aad, bytes.subarray(end + NONCE));
}

async function asked(ask: () => Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    return await ask();
  } catch (cause) {
    throw new KeyServiceError({ cause });
  }
}
