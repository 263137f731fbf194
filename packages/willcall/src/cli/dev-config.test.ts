import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { isInGit, putAccessToken } from "./dev-config.ts";
import { diskFiles, writePrivate } from "./files.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "willcall-dev-config-"));
  path = join(folder, "konnector-dev-config.json");
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (text: string | undefined, write = writePrivate) => {
  if (text !== undefined) writeFileSync(path, text, { mode: 0o644 });
  return putAccessToken({ path, files: diskFiles, write }, "fresh");
};
const written = (): unknown => JSON.parse(readFileSync(path, "utf8"));

/** A disk without room. */
const full = async (): Promise<never> => {
  throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
};

it("puts the token beside the fields that are there, and keeps everything else", async () => {
  await put(
    '{\n  "COZY_URL": "http://cozy.localhost:8080",\n  "fields": {"access_token": "old", "login": "ada",},\n}',
  );
  expect(written()).toEqual({
    COZY_URL: "http://cozy.localhost:8080",
    fields: { access_token: "fresh", login: "ada" },
  });
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it.each([
  ["there is no file", undefined],
  ["it has no fields yet", "{}"],
])("makes the fields where %s", async (_what, text) => {
  await put(text);
  expect(written()).toEqual({ fields: { access_token: "fresh" } });
});

it.each([
  ["is no JSON", 'secret-of-ada\n{"fields"', "is no JSON at line 1, column 1"],
  ["is a list", "[]", "has no object called fields"],
  ["has fields that are a text", '{"fields": "x"}', "has no object called fields"],
])("leaves a file that %s untouched, and says why without repeating it", async (_what, text, problem) => {
  await expect(put(text)).rejects.toThrow(problem);
  await expect(put(text)).rejects.not.toThrow("secret-of-ada");
  expect(readFileSync(path, "utf8")).toBe(text);
});

it("keeps the old content when the disk is full", async () => {
  await expect(put('{"fields": {}}', full)).rejects.toMatchObject({ code: "ENOSPC" });
  expect(written()).toEqual({ fields: {} });
});

it("knows whether git would take it along", async () => {
  expect(await isInGit(path)).toBe(false);
  execFileSync("git", ["init", "--quiet"], { cwd: folder });
  expect(await isInGit(path)).toBe(true);
  writeFileSync(join(folder, ".gitignore"), "konnector-dev-config.json\n");
  expect(await isInGit(path)).toBe(false);
});
