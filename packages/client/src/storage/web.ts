import { listen } from "../wake.ts";
import type { ClientStorage } from "./storage.ts";

/**
 * `localStorage` or `sessionStorage`, and memory for whatever the browser refuses: blocked third-party storage,
 * private windows, a full quota, opaque origins (where even the mention of it throws).
 */
export function webStorage(name: "localStorage" | "sessionStorage"): ClientStorage {
  const memory = new Map<string, string>();
  const attempt = <T>(work: (area: Storage) => T): T | undefined => {
    try {
      return work(globalThis[name]);
    } catch {
      return undefined;
    }
  };
  return {
    get: (key) => memory.get(key) ?? attempt((area) => area.getItem(key)),
    set(key, value) {
      memory.set(key, value);
      attempt((area) => {
        area.setItem(key, value);
        memory.delete(key);
      });
    },
    remove(key) {
      memory.delete(key);
      attempt((area) => area.removeItem(key));
    },
    watch(key, changed) {
      // A null key: the whole area was cleared.
      return listen(["storage"], (event: Partial<StorageEvent>) => (event.key ?? key) === key && changed());
    },
  };
}
