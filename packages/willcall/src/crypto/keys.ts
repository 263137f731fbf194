import { DataKeys } from "./data-keys.ts";
import type { KeyService } from "./key-service.ts";
import { type Hmac, extract, sha256 } from "./hmac.ts";
import type { Secret } from "../secret.ts";

/** What a sealed thing is. Each label has its own keys, so nothing opens as something else. */
export type Label =
  | "ticket"
  | "hop"
  | "cookie"
  | "login"
  | "held callback"
  | "box"
  | "handle"
  | "replay"
  | "read key"
  | "pkce verifier"
  | "nonce"
  | "form"
  | "raw grant"
  | "user code"
  | "data key"
  | "connector"
  | "connector run"
  | "session code"
  | "owner session";

/** Two bytes that name a root key inside whatever it sealed. */
export const KEY_ID_LENGTH = 2;

/** What stands in their place where a key service did; no root key may have it as its id. */
export const SERVICE_ID = Buffer.from([0xff, 0xff]);

/** One root key, with a pseudorandom key for each label derived from it on first use. */
export class RootKey {
  readonly id: Buffer;
  readonly #secret: Secret<Uint8Array>;
  readonly #labels = new Map<Label, Hmac>();

  /** `secret` is 32 bytes from a cryptographic generator. */
  constructor(secret: Secret<Uint8Array>) {
    this.#secret = secret;
    this.id = rootKeyId(secret.reveal());
  }

  /** The pseudorandom key for `label`: HKDF-Extract with the label as salt. */
  for(label: Label): Hmac {
    let prk = this.#labels.get(label);
    if (prk === undefined) {
      prk = extract(Buffer.from(`willcall ${label} v1`), this.#secret.reveal());
      this.#labels.set(label, prk);
    }
    return prk;
  }
}

/** The id of a root key: the first two bytes of its SHA-256. */
export function rootKeyId(secret: Uint8Array): Buffer {
  return Buffer.from(sha256(secret).subarray(0, KEY_ID_LENGTH));
}

/** The root keys in force: the first seals, all open (design.md, "Sealing"). */
export class Keyring {
  readonly first: RootKey;
  readonly all: readonly RootKey[];
  /** What these keys unwrapped lately. */
  readonly dataKeys = new DataKeys();
  readonly #byId = new Map<number, RootKey>();

  /** Wraps the data keys of accounts in place of the first, where there is one. */
  readonly service: KeyService | undefined;

  /** `secrets` as in the configuration, which has refused an empty list, two keys with one id, and the id of services. */
  constructor(secrets: readonly Secret<Uint8Array>[], service?: KeyService) {
    this.service = service;
    const [first, ...others] = secrets.map((secret) => new RootKey(secret));
    if (first === undefined) throw new TypeError("a keyring needs at least one root key");
    this.first = first;
    this.all = [first, ...others];
    for (const key of this.all) this.#byId.set(key.id.readUInt16BE(), key);
  }

  /** The key that `bytes` (which begin with a key id) were sealed under, or undefined if it is not ours. */
  of(bytes: Buffer): RootKey | undefined {
    return bytes.length < KEY_ID_LENGTH ? undefined : this.#byId.get(bytes.readUInt16BE());
  }
}
