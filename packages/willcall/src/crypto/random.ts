import { randomFillSync } from "node:crypto";

const POOL = 8192;

/**
 * Random bytes cut from a pool that is refilled from the system's generator: one system call serves hundreds
 * of keys. Every byte is handed out once, as a copy, and wiped from the pool.
 */
export function pooledRandom(): (length: number) => Uint8Array {
  const pool = new Uint8Array(POOL);
  let used = POOL;
  return (length) => {
    if (length > POOL) return randomFillSync(new Uint8Array(length));
    if (used + length > POOL) {
      randomFillSync(pool);
      used = 0;
    }
    const bytes = pool.slice(used, used + length);
    pool.fill(0, used, used + length);
    used += length;
    return bytes;
  };
}
