import { bytesOf } from "../crypto/bytes.ts";
import type { Keyring } from "../crypto/keys.ts";
import { type HpkeMessage, PUBLIC_KEY_LENGTH, hpkeOpen, hpkeSeal, schedule } from "../crypto/hpke.ts";
import { open, seal } from "../crypto/seal.ts";
import type { MailboxId } from "../engines/engine.ts";
import type { Delivered } from "../grants/delivered.ts";
import type { Login } from "./login.ts";

const PLAN = schedule("willcall box v1");
const LENGTH_BYTES = 2;

/** What is in a box once the outer seal is off: only the mailbox's private key opens `ct`. */
export interface InnerBox extends HpkeMessage {
  /** JSON `[app, provider, origin, expiresAt]`: what the seal is bound to. */
  aad: Buffer;
}

/**
 * Seals what an app gets into its mailbox: HPKE to the mailbox's public key, then the root key's seal bound to
 * the mailbox id. So the database alone opens nothing, and neither key does without the other (promise S1).
 *
 * @param random 48 fresh bytes: 32 for the ephemeral key, 16 for the outer salt
 * @param expiresAt milliseconds since the epoch
 */
export function sealBox(
  keys: Keyring,
  random: Uint8Array,
  login: Login,
  content: object,
  expiresAt: number,
): Buffer {
  const aad = Buffer.from(JSON.stringify([login.app, login.provider, login.origin ?? "", expiresAt]));
  const { enc, ct } = hpkeSeal(
    PLAN,
    login.publicKey,
    aad,
    Buffer.from(JSON.stringify(content)),
    random.subarray(0, 32),
  );
  const length = Buffer.allocUnsafe(LENGTH_BYTES);
  length.writeUInt16BE(aad.length);
  return seal(
    keys,
    "box",
    random.subarray(32, 48),
    Buffer.concat([enc, length, aad, ct]),
    Buffer.from(login.id),
  );
}

/** Takes the outer seal off; undefined: another mailbox's box, changed, or its root key is gone. */
export function openOuter(keys: Keyring, id: MailboxId, box: Uint8Array): InnerBox | undefined {
  const opened = open(keys, "box", bytesOf(box), Buffer.from(id));
  if (opened === undefined) return undefined;
  const bytes = opened.plaintext;
  const aadAt = PUBLIC_KEY_LENGTH + LENGTH_BYTES;
  const aadEnd = aadAt + bytes.readUInt16BE(PUBLIC_KEY_LENGTH);
  return {
    enc: bytes.subarray(0, PUBLIC_KEY_LENGTH),
    aad: bytes.subarray(aadAt, aadEnd),
    ct: bytes.subarray(aadEnd),
  };
}

/** Opens a box with the key pair that its read key derives; undefined when anything differs. */
export function openBox(
  keys: Keyring,
  id: MailboxId,
  box: Uint8Array,
  pair: { privateKey: Buffer; publicKey: Buffer },
): Delivered | undefined {
  const inner = openOuter(keys, id, box);
  const plaintext = inner && hpkeOpen(PLAN, pair, inner.aad, inner);
  return plaintext && (JSON.parse(plaintext.toString("utf8")) as Delivered);
}
