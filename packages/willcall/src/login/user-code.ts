import type { Desk } from "../desk.ts";
import { open, seal } from "../crypto/seal.ts";
import { toBase64url } from "../crypto/bytes.ts";
import type { RootKey } from "../crypto/keys.ts";
import type { MailboxId } from "../engines/engine.ts";
import { type Login, TOMBSTONE_WINDOW, decodeLogin, encodeLogin, expiresAt, hashState } from "./login.ts";

/** Twenty letters without vowels (no words) and without look-alikes (RFC 8628 §6.1). */
const ALPHABET = "BCDFGHJKLMNPQRSTVWXZ";
const LENGTH = 8;
const pattern = new RegExp(`^[${ALPHABET}]{${LENGTH}}$`);

/** Eight letters that a person types: 34.5 bits, guarded by the limits of `dialects/guesses.ts`. */
export type UserCode = string & { readonly __brand: "UserCode" };

/** A fresh user code; every letter equally likely. */
export function makeUserCode(random: (length: number) => Uint8Array): UserCode {
  let code = "";
  while (code.length < LENGTH) {
    for (const byte of random(16)) {
      // 240 is the largest multiple of 20 in a byte: no letter is favoured.
      if (byte < 240 && code.length < LENGTH) code += ALPHABET[byte % ALPHABET.length];
    }
  }
  return code as UserCode;
}

/** As people read it: `WDJB-MJHT`. */
export function spellUserCode(code: UserCode): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}

/** What a person typed, whatever case, spaces and dashes; undefined: no user code. */
export function readUserCode(text: string): UserCode | undefined {
  if (text.length > 64) return undefined;
  const letters = text.toUpperCase().replace(/[^A-Z]/g, "");
  return pattern.test(letters) ? (letters as UserCode) : undefined;
}

/** The row that leads from a user code to its login: named by a keyed hash, because 34 bits could be searched. */
function leadOf(root: RootKey, app: string, code: UserCode): MailboxId {
  return toBase64url(
    root
      .for("user code")
      .digest(Buffer.from(`${app}\0${code}`))
      .subarray(0, 16),
  ) as MailboxId;
}

/** Keeps a device login under its user code until it expires. False: no room, or (once in 2^34) the code is in use. */
export async function holdForCode(desk: Desk, login: Login, code: UserCode, cap: number): Promise<boolean> {
  const { keys, platform, mailboxes } = desk;
  const id = leadOf(keys.first, login.app, code);
  const sealed = seal(keys, "login", platform.random(16), encodeLogin(login), Buffer.from(id));
  const row = {
    id,
    dialect: login.dialect,
    app: login.app,
    provider: login.provider,
    stateHash: hashState(id),
    login: sealed,
    binding: null,
    expiresAt: expiresAt(login),
    forgetAt: login.createdAt + TOMBSTONE_WINDOW,
  };
  return (await mailboxes.launch(row, platform.now(), cap)) === "inserted";
}

/** The login that waits under a user code, or undefined: unknown or expired. */
export async function loginOfCode(desk: Desk, app: string, code: UserCode): Promise<Login | undefined> {
  const { keys, platform, mailboxes } = desk;
  for (const root of keys.all) {
    const id = leadOf(root, app, code);
    const row = await mailboxes.read(id, platform.now());
    if (row?.status !== "launched" || row.login === null) continue;
    const opened = open(keys, "login", Buffer.from(row.login), Buffer.from(id));
    if (opened !== undefined) return decodeLogin(opened.plaintext);
  }
  return undefined;
}
