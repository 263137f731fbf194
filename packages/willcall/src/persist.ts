import type { Desk } from "./desk.ts";
import { KeyServiceError } from "./crypto/key-service.ts";
import { StoreError } from "./engines/errors.ts";

/** Milliseconds between two attempts, … */
const PAUSE = 100;
/** … of which there are so many: half a minute, in which a disk gets room again or a database restarts. */
const ATTEMPTS = 300;

/**
 * Runs a write whose content exists nowhere else, a rotated token or the answer to a one-time code, until the store
 * takes it (promise S11): a `StoreError` or `KeyServiceError` means that nothing of it was stored, so it is repeated.
 * Rejects with the last one when store or service stays away.
 */
export async function persist<T>(
  { platform, log }: Pick<Desk, "platform" | "log">,
  write: () => Promise<T>,
): Promise<T> {
  for (let left = ATTEMPTS; ; left -= 1) {
    try {
      return await write();
    } catch (error) {
      const mayPass = error instanceof StoreError || error instanceof KeyServiceError;
      if (!mayPass || left === 1) throw error;
      if (left === ATTEMPTS) log.warn("store.unavailable", { reason: error.code });
      await platform.sleep(PAUSE);
    }
  }
}
