import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { diskFiles, onlyLooking, writePrivate } from "./files.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "willcall-files-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const modeOf = (path: string) => statSync(path).mode & 0o777;

test("a file is read as text", async () => {
  writeFileSync(join(folder, "a"), "é");
  expect(await diskFiles.read(join(folder, "a"))).toEqual({ ok: true, text: "é" });
});

test("a missing file is absent, a directory unreadable", async () => {
  expect(await diskFiles.read(join(folder, "a"))).toEqual({ ok: false, reason: "absent" });
  expect(await diskFiles.read(folder)).toEqual({ ok: false, reason: "unreadable" });
});

test("a created file is its owner's alone", async () => {
  const path = join(folder, "key");
  expect(await diskFiles.create(path, "text")).toBe(true);
  expect(readFileSync(path, "utf8")).toBe("text");
  expect(modeOf(path)).toBe(0o600);
});

test("creating never touches a file that is there", async () => {
  const path = join(folder, "key");
  writeFileSync(path, "old");
  expect(await diskFiles.create(path, "new")).toBe(false);
  expect(readFileSync(path, "utf8")).toBe("old");
});

test("of twenty that create at once, one does", async () => {
  const path = join(folder, "key");
  const made = await Promise.all(Array.from({ length: 20 }, (_, i) => diskFiles.create(path, `text ${i}`)));
  expect(made.filter(Boolean)).toHaveLength(1);
  expect(readFileSync(path, "utf8")).toBe(`text ${made.indexOf(true)}`);
});

test("where nothing can be written, nothing is created", async () => {
  expect(await diskFiles.create(join(folder, "no", "such", "folder"), "text")).toBe(false);
});

test("a file is replaced whole, and no draft of it stays", async () => {
  const path = join(folder, "pair.pem");
  writeFileSync(path, "old", { mode: 0o644 });
  await writePrivate(path, "new");
  expect(readFileSync(path, "utf8")).toBe("new");
  expect(modeOf(path)).toBe(0o600);
  expect(readdirSync(folder)).toEqual(["pair.pem"]);
});

test("who only looks leaves nothing behind, yet reads back what it made", async () => {
  const path = join(folder, "key");
  const files = onlyLooking(diskFiles);
  expect(await files.create(path, "text")).toBe(true);
  expect(await files.read(path)).toEqual({ ok: true, text: "text" });
  expect(readdirSync(folder)).toEqual([]);
});
