import type { ClientStorage } from "./storage.ts";

/** Keeps the record in this page's memory: it ends with a reload. */
export function memoryStorage(): ClientStorage {
  const values = new Map<string, string>();
  return {
    get: (key) => values.get(key) ?? null,
    set: (key, value) => void values.set(key, value),
    remove: (key) => void values.delete(key),
  };
}
