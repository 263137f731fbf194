import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { ClientStorage } from "./storage.ts";

/**
 * Keeps records in a JSON file that only its owner may read (mode 0600, its folder 0700). A write replaces the file
 * as a whole, so that a crash leaves the old one or the new one.
 */
export function fileStorage(path: string): ClientStorage {
  const read = async (): Promise<Record<string, string>> => {
    try {
      return Object(JSON.parse(await readFile(path, "utf8")));
    } catch {
      // Not there yet, or broken beyond use: the next write makes it whole.
      return {};
    }
  };
  const write = async (records: Record<string, string>) => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const draft = `${path}.${randomUUID()}`;
    await writeFile(draft, JSON.stringify(records, null, 2), { mode: 0o600 });
    await rename(draft, path);
  };
  // One change after the other: each reads what the one before it wrote.
  let last = Promise.resolve();
  const change = (edit: (records: Record<string, string>) => void) => {
    const before = last.catch(() => {});
    const apply = async () => {
      await before;
      const records = await read();
      edit(records);
      if (Object.keys(records).length > 0) await write(records);
      else await rm(path, { force: true });
    };
    last = apply();
    return last;
  };
  return {
    get: async (key) => (await read())[key] ?? null,
    set: (key, value) =>
      change((records) => {
        records[key] = value;
      }),
    remove: (key) =>
      change((records) => {
        delete records[key];
      }),
  };
}
