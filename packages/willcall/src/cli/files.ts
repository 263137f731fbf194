import { randomBytes } from "node:crypto";
import { chmod, link, readFile, rename, unlink, writeFile } from "node:fs/promises";
import type { Files } from "../config/sources.ts";

/** Whether an error carries one of these `code`s. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}

/** Files on disk, for `loadConfig`. */
export const diskFiles: Files = {
  async read(path) {
    try {
      return { ok: true, text: await readFile(path, "utf8") };
    } catch (error) {
      return { ok: false, reason: hasCode(error, "ENOENT", "ENOTDIR") ? "absent" : "unreadable" };
    }
  },
  async create(path, text) {
    try {
      await placePrivate(path, text, link);
      return true;
    } catch (error) {
      if (hasCode(error, "EEXIST", "EACCES", "EROFS", "ENOENT", "EPERM")) return false;
      throw error;
    }
  },
};

/** Files as on disk, but what is created stays in memory: for commands that only look. */
export function onlyLooking(files: Files): Files {
  const created = new Map<string, string>();
  return {
    async read(path) {
      const text = created.get(path);
      return text === undefined ? files.read(path) : { ok: true, text };
    },
    async create(path, text) {
      created.set(path, text);
      return true;
    },
  };
}

/** Writes a file that only its owner can read (mode 0600), over the one that may be there; never half of it. */
export async function writePrivate(path: string, text: string): Promise<void> {
  await placePrivate(path, text, rename);
}

async function placePrivate(
  path: string,
  text: string,
  place: (from: string, to: string) => Promise<void>,
): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    await writeFile(draft, text, { mode: 0o600, flag: "wx" });
    await chmod(draft, 0o600);
    await place(draft, path);
  } finally {
    await unlink(draft).catch((error: unknown) => {
      if (!hasCode(error, "ENOENT")) throw error;
    });
  }
}
