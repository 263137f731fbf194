import type { DialectName, MailboxId } from "../engines/engine.ts";
import { equalRange, toBase64url } from "./bytes.ts";
import { sha256 } from "./hmac.ts";
import { deriveKeyPair } from "./hpke.ts";
import { KEY_ID_LENGTH, type Keyring, type RootKey } from "./keys.ts";

/** 52 characters of base64url: the secret with which an app picks up; the private key of its mailbox. */
export type ReadKey = string & { readonly __brand: "ReadKey" };

const RANDOM = 16;
const TIME = 5;
const MAC = 16;
const SIGNED = KEY_ID_LENGTH + RANDOM + TIME;
/** 39 bytes: a multiple of three, so the base64url has no stray bits. */
const LENGTH = SIGNED + MAC;
/** 2025-01-01: five bytes of milliseconds last until 2059. */
const EPOCH = 1_735_689_600_000;

const ID = 16;
const MAILBOX_OF_KEY = Buffer.from("willcall mailbox of key v1\0");
const MAILBOX = Buffer.from("willcall mailbox v1\0");

/** A read key that this broker made, taken apart. */
export interface OpenedReadKey {
  mailbox: MailboxId;
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** The key pair of its mailbox; costs a point multiplication, so only pick-up asks for it. */
  keyPair(): { privateKey: Buffer; publicKey: Buffer };
}

/** The dialects whose key is a read key, under one name or another. */
export type ReadKeyDialect = Extract<DialectName, "read-key" | "device" | "code">;

/** A read key in its one spelling: without stray bits, it needs no second look. */
const readKeyPattern = /^[A-Za-z0-9_-]{52}$/;

/**
 * The tag of a key's first bytes, for one dialect of one app. Its first half is the key's MAC, its other half the mailbox
 * id: whoever knows one of them learns nothing of the other, and a poll costs one HMAC.
 */
function tagOf(root: RootKey, bytes: Buffer, dialect: ReadKeyDialect, app: string): Buffer {
  return root.for("read key").digest(bytes.subarray(0, SIGNED), Buffer.from(`${dialect}\0${app}`));
}

const mailboxIn = (tag: Buffer): MailboxId => tag.toString("base64url", MAC, MAC + ID) as MailboxId;

/** Makes a read key for one dialect of one app: key id ‖ random ‖ creation time ‖ MAC over those, dialect and app. */
export function makeReadKey(
  keys: Keyring,
  dialect: ReadKeyDialect,
  app: string,
  now: number,
  random: Uint8Array,
): { readKey: ReadKey; mailbox: MailboxId; publicKey: Buffer } {
  const bytes = Buffer.allocUnsafe(LENGTH);
  bytes.set(keys.first.id, 0);
  bytes.set(random.subarray(0, RANDOM), KEY_ID_LENGTH);
  bytes.writeUIntBE(now - EPOCH, KEY_ID_LENGTH + RANDOM, TIME);
  const tag = tagOf(keys.first, bytes, dialect, app);
  bytes.set(tag.subarray(0, MAC), SIGNED);
  return {
    readKey: toBase64url(bytes) as ReadKey,
    mailbox: mailboxIn(tag),
    publicKey: deriveKeyPair(bytes).publicKey,
  };
}

/**
 * Takes a read key apart, or undefined: forged, changed, of another dialect or app, or under a root key that is
 * gone. Touches no database; says nothing about expiry.
 */
export function openReadKey(
  keys: Keyring,
  dialect: ReadKeyDialect,
  app: string,
  text: string,
): OpenedReadKey | undefined {
  if (!readKeyPattern.test(text)) return undefined;
  const bytes = Buffer.from(text, "base64url");
  const root = keys.of(bytes);
  if (root === undefined) return undefined;
  const tag = tagOf(root, bytes, dialect, app);
  if (!equalRange(tag, 0, bytes, SIGNED, MAC)) return undefined;
  return {
    mailbox: mailboxIn(tag),
    createdAt: bytes.readUIntBE(KEY_ID_LENGTH + RANDOM, TIME) + EPOCH,
    keyPair: () => deriveKeyPair(bytes),
  };
}

/**
 * A key that the app made (Framer's Notion plugin, Figma's guide): 128 bits or more, so at least 22 characters.
 * Its mailbox and key pair are derived from it; it carries no time and no MAC, so its login needs a row.
 */
export function openClientKey(app: string, text: string): Omit<OpenedReadKey, "createdAt"> {
  const bytes = sha256(Buffer.from(`willcall client key v1\0${app}\0${text}`));
  return {
    mailbox: mailboxOf(MAILBOX_OF_KEY, bytes),
    keyPair: () => deriveKeyPair(bytes),
  };
}

/** The mailbox of an app's own public key (native dialect): anyone can compute it, only its owner opens its box. */
export function mailboxOfPublicKey(publicKey: Uint8Array): MailboxId {
  return mailboxOf(MAILBOX, publicKey);
}

function mailboxOf(label: Buffer, bytes: Uint8Array): MailboxId {
  return toBase64url(sha256(Buffer.concat([label, bytes])).subarray(0, ID)) as MailboxId;
}

const mailboxPattern = /^[A-Za-z0-9_-]{21}[AQgw]$/;

/** Whether `text` is a mailbox id in its one spelling: 16 bytes, 22 characters. */
export function isMailboxId(text: string): text is MailboxId {
  return mailboxPattern.test(text);
}
