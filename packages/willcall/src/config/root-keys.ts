import { KEY_ID_LENGTH, SERVICE_ID, rootKeyId } from "../crypto/keys.ts";
import { Secret } from "../secret.ts";

/** Bytes of a root key. */
export const ROOT_KEY_LENGTH = 32;

/** The development key file's name, beside the configuration. */
export const KEY_FILE = ".willcall.keys";

export type RootKeys =
  | { ok: true; keys: Secret<Uint8Array>[] }
  | { ok: false; problem: string; remedy: string };

const remedy = "Write keys as `willcall keys generate` prints them, with commas between them.";

/**
 * Reads root keys: base64 of 32 bytes each, with commas between them; the first seals, all open (design.md,
 * "Sealing"). Refuses two keys with the same id, since what was sealed would not say which of them opens it.
 */
export function parseRootKeys(text: Secret): RootKeys {
  const parts = text
    .reveal()
    .split(",")
    .map((part) => part.trim());
  const keys: Uint8Array[] = [];
  for (const [index, part] of parts.entries()) {
    const which = parts.length === 1 ? "holds a key that" : `holds a key (number ${index + 1}) that`;
    if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(part))
      return { ok: false, problem: `${which} is not base64 of 32 bytes`, remedy };
    const key = Uint8Array.from(Buffer.from(part, "base64"));
    if (new Set(key).size < 8) return { ok: false, problem: `${which} is not random`, remedy };
    keys.push(key);
  }
  return distinct(keys.map((key) => new Secret(key)));
}

/** Refuses keys of which two have the same id (the first bytes of their SHA-256). */
export function distinct(keys: Secret<Uint8Array>[]): RootKeys {
  const ids = keys.map((key) => rootKeyId(key.reveal()).toString("hex"));
  if (ids.includes(SERVICE_ID.toString("hex"))) {
    const problem = "holds a key whose id means something else (one in 65,536 does)";
    return { ok: false, problem, remedy: "Generate another." };
  }
  if (new Set(ids).size === ids.length) return { ok: true, keys };
  return {
    ok: false,
    problem: `holds two keys with the same id (the first ${KEY_ID_LENGTH} bytes of their SHA-256)`,
    remedy: "Remove the one that is there twice, or generate another.",
  };
}

/** A root key as text, from 32 bytes of a cryptographic generator. */
export function formatRootKey(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
