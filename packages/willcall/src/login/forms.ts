import { equalBytes, fromBase64url, toBase64url } from "../crypto/bytes.ts";
import type { Keyring } from "../crypto/keys.ts";
import { open, seal } from "../crypto/seal.ts";
import type { Desk } from "../desk.ts";
import type { MailboxId } from "../engines/engine.ts";
import type { Callback } from "../providers/provider.ts";

/**
 * The hidden field that proves a form came from our own page in this browser: a MAC over the browser's form cookie
 * and what the form is about, so no foreign page can press Continue, Cancel or Try again.
 *
 * @param cookie this browser's random form cookie
 * @param subject the ticket, held callback or mailbox id that the form acts on
 */
export function formNonce(keys: Keyring, cookie: string, subject: string): string {
  return toBase64url(
    keys.first
      .for("form")
      .digest(Buffer.from(`${cookie}\0${subject}`))
      .subarray(0, 16),
  );
}

/** Random bytes that only this browser's form cookie and this login give (see `Visit.pressed`). */
export function pressedProof(keys: Keyring, cookie: string, id: MailboxId): Uint8Array {
  return keys.first
    .for("form")
    .digest(Buffer.from(`state\0${cookie}\0${id}`))
    .subarray(0, 16);
}

/** Whether `nonce` is the one that `formNonce` gave for this cookie and subject, under any root key in force. */
export function formNonceMatches(keys: Keyring, cookie: string, subject: string, nonce: string): boolean {
  const given = fromBase64url(nonce);
  if (given === undefined) return false;
  const message = Buffer.from(`${cookie}\0${subject}`);
  return keys.all.some((key) => equalBytes(key.for("form").digest(message).subarray(0, 16), given));
}

/** A callback that waits for the person's confirmation, because no cookie ties it to a browser. */
export interface HeldCallback {
  id: MailboxId;
  state: string;
  /** The redirect URI that it came back to, which the exchange must name (RFC 6749 §4.1.3). */
  redirectUri: string;
  callback: Callback;
}

/** Seals a callback into a hidden field: the page that asks holds no readable code (promise S4). */
export function holdCallback({ keys, platform }: Desk, held: HeldCallback): string {
  return toBase64url(seal(keys, "held callback", platform.random(16), Buffer.from(JSON.stringify(held))));
}

/** The callback that `holdCallback` sealed, or undefined. */
export function openHeld({ keys }: Desk, text: string): HeldCallback | undefined {
  const sealed = fromBase64url(text);
  const opened = sealed && open(keys, "held callback", sealed);
  return opened && (JSON.parse(opened.plaintext.toString("utf8")) as HeldCallback);
}
