import { bytesOf } from "../crypto/bytes.ts";
import { sha256 } from "../crypto/hmac.ts";
import type { Keyring } from "../crypto/keys.ts";
import { open, seal } from "../crypto/seal.ts";
import type { Delivered } from "./delivered.ts";

/** Milliseconds for which the last answer is kept for callers who lost it. */
export const REPLAY_WINDOW = 30 * 86_400_000;
/** The same where the app holds the provider's own token: parallel callers share an answer, later ones get a new one. */
export const RAW_REPLAY_WINDOW = 60_000;

/** The last answer of a grant, as kept under the refresh token that asked for it. */
export interface Replay {
  /** Milliseconds since the epoch. */
  at: number;
  delivered: Delivered;
}

/** Seals an answer so that only the broker, shown the same token again, can open it (promise S1). `salt`: 16 bytes. */
export function sealReplay(keys: Keyring, salt: Uint8Array, presented: string, replay: Replay): Buffer {
  return seal(
    keys,
    "replay",
    salt,
    Buffer.from(JSON.stringify(replay)),
    undefined,
    sha256(Buffer.from(presented)),
  );
}

/** Opens a replay for a caller who presents the token it was sealed under, or undefined. */
export function openReplay(keys: Keyring, presented: string, sealed: Uint8Array): Replay | undefined {
  const bytes = bytesOf(sealed);
  const opened = open(keys, "replay", bytes, undefined, sha256(Buffer.from(presented)));
  return opened && (JSON.parse(opened.plaintext.toString("utf8")) as Replay);
}
