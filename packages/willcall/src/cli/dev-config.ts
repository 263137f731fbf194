import { execFile } from "node:child_process";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { ConfigError } from "../config/mistakes.ts";
import type { Files } from "../config/sources.ts";
import { type Tree, isTree } from "../config/written.ts";
import { readLenient } from "./lenient-json.ts";

/** Where a connector's development configuration is, and how it is reached. */
export interface DevConfig {
  readonly path: string;
  readonly files: Pick<Files, "read">;
  /** Replaces a file that only its owner can read, whole or not at all. */
  readonly write: (path: string, text: string) => Promise<void>;
}

/**
 * Reads a `konnector-dev-config.json` as people write it; one that is not there is empty. Rejects with `ConfigError`, which
 * says where it stops being JSON.
 */
export async function readDevConfig({ path, files }: Pick<DevConfig, "path" | "files">): Promise<{
  readonly value: Tree;
  readonly fields: Tree;
}> {
  const refuse = (problem: string, remedy: string) => new ConfigError([{ path, problem, remedy }]);
  const file = await files.read(path);
  if (!file.ok && file.reason !== "absent") throw refuse("cannot be read", "Check who may read it.");
  const read = file.ok ? readLenient(file.text) : { ok: true as const, value: {} };
  if (!read.ok) {
    throw refuse(
      `is no JSON at line ${read.line}, column ${read.column}`,
      "Mend it there; it was left as it is.",
    );
  }
  const { value } = read;
  const fields = isTree(value) ? (value["fields"] ?? {}) : undefined;
  if (!isTree(value) || !isTree(fields)) {
    throw refuse("has no object called fields", 'Write { "fields": { … } }; it was left as it is.');
  }
  return { value, fields };
}

/**
 * Puts a fresh access token into `fields` of a `konnector-dev-config.json` and leaves everything else as it was; read as
 * people write it, written strictly, mode 0600. Rejects with `ConfigError`, and then the file is as it was.
 */
export async function putAccessToken(devConfig: DevConfig, accessToken: string): Promise<void> {
  const { value, fields } = await readDevConfig(devConfig);
  const merged = { ...value, fields: { ...fields, access_token: accessToken } };
  await devConfig.write(devConfig.path, `${JSON.stringify(merged, null, 2)}\n`);
}

/** Whether git would take a file along, tokens and all. False also where there is no git. */
export async function isInGit(path: string): Promise<boolean> {
  try {
    await promisify(execFile)("git", ["check-ignore", "--quiet", "--", path], { cwd: dirname(path) });
    return false;
  } catch (error) {
    // 0: ignored; 1: not ignored; 128: no repository.
    return error instanceof Error && "code" in error && error.code === 1;
  }
}
