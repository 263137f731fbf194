/** suite_id of DHKEM(P-256, HKDF-SHA256) (RFC 9180 §4.1). */
const KEM = "KEM\0\x10";
/** suite_id of that KEM with HKDF-SHA256 and AES-256-GCM (RFC 9180 §5.1). */
const SUITE = "HPKE\0\x10\0\x01\0\x02";

/** Joins byte strings and texts (as UTF-8) into one. */
function bytes(...parts: (string | ArrayBuffer | Uint8Array<ArrayBuffer>)[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  return Uint8Array.from(
    parts.flatMap((part) => [...(typeof part === "string" ? encoder.encode(part) : new Uint8Array(part))]),
  );
}

/** LabeledExtract followed by LabeledExpand (RFC 9180 §4), which together are one HKDF (RFC 5869). */
async function derive(
  suite: string,
  salt: BufferSource,
  extractLabel: string,
  inputKey: string | ArrayBuffer,
  expandLabel: string,
  info: Uint8Array<ArrayBuffer>,
  length: number,
): Promise<ArrayBuffer> {
  const labeledKey = bytes(`HPKE-v1${suite}${extractLabel}`, inputKey);
  const labeledInfo = bytes(`\0${String.fromCharCode(length)}HPKE-v1${suite}${expandLabel}`, info);
  const key = await crypto.subtle.importKey("raw", labeledKey, "HKDF", false, ["deriveBits"]);
  return crypto.subtle.deriveBits(
    { name: "HKDF", hash: "SHA-256", salt, info: labeledInfo },
    key,
    length * 8,
  );
}

/** What HPKE's sender makes: the encapsulated key (65 bytes), and the ciphertext with its tag. */
export interface SealedMessage {
  enc: Uint8Array<ArrayBuffer>;
  ct: Uint8Array<ArrayBuffer>;
  aad: Uint8Array<ArrayBuffer>;
}

/**
 * OpenBase (RFC 9180 §6.1) with WebCrypto alone.
 *
 * @param privateKey an ECDH P-256 key that may derive bits
 * @param publicKey its public key, 65 bytes uncompressed
 * @param context key_schedule_context (§5.1): 65 bytes that follow from `info` alone
 * @throws a `DOMException` when the key, the AAD or any byte differs
 */
export async function openBase(
  privateKey: CryptoKey,
  publicKey: Uint8Array<ArrayBuffer>,
  { enc, ct, aad }: SealedMessage,
  context: Uint8Array<ArrayBuffer>,
): Promise<ArrayBuffer> {
  const { subtle } = crypto;
  const sender = await subtle.importKey("raw", enc, { name: "ECDH", namedCurve: "P-256" }, false, []);
  const dh = await subtle.deriveBits({ name: "ECDH", public: sender }, privateKey, 256);
  const shared = await derive(KEM, bytes(), "eae_prk", dh, "shared_secret", bytes(enc, publicKey), 32);
  const rawKey = await derive(SUITE, shared, "secret", "", "key", context, 32);
  const iv = await derive(SUITE, shared, "secret", "", "base_nonce", context, 12);
  const key = await subtle.importKey("raw", rawKey, "AES-GCM", false, ["decrypt"]);
  return subtle.decrypt({ name: "AES-GCM", iv, additionalData: aad }, key, ct);
}
