import { resolve, sep } from "node:path";
import { Secret } from "../secret.ts";
import type { Workbench } from "./workbench.ts";
import { resolveReference } from "./references.ts";
import { KEY_FILE, ROOT_KEY_LENGTH, distinct, formatRootKey, parseRootKeys } from "./root-keys.ts";
import type { Files } from "./sources.ts";

/** The root keys that the configuration refers to, in its order. Empty: mistakes say why. */
export async function compileKeys(
  workbench: Workbench,
  references: readonly string[],
): Promise<Secret<Uint8Array>[]> {
  const keys: Secret<Uint8Array>[] = [];
  const before = workbench.mistakes.length;
  for (const [index, reference] of references.entries()) {
    const resolved = await resolveReference(reference, workbench.referents);
    const parsed = resolved.ok ? parseRootKeys(resolved.value) : resolved;
    if (parsed.ok) keys.push(...parsed.keys);
    else workbench.complain(["keys", index], parsed.problem, parsed.remedy);
  }
  if (workbench.mistakes.length > before) return [];
  const all = distinct(keys);
  if (all.ok) return all.keys;
  workbench.complain(["keys"], all.problem, all.remedy);
  return [];
}

/** What is wrong when nothing says where the root keys are, and none may be made. */
export function refuseMissingKeys(workbench: Workbench, directory: string, dataDir: string): void {
  const { mode, mistakes, complain } = workbench;
  if (mode === "production") {
    const remedy =
      "Set WILLCALL_KEYS to what `willcall keys generate` prints, and keep a copy of it somewhere safe.";
    mistakes.push({ path: "WILLCALL_KEYS", problem: "is missing", remedy });
  } else if (directory === dataDir || directory.startsWith(dataDir + sep)) {
    const remedy = "Choose a directory of its own, so that who copies the data does not copy the key.";
    complain(["data"], "is where the development key would lie", remedy);
  }
}

/** The development key file's outcome. */
export interface DevelopmentKeys {
  readonly path: string;
  /** Whether it was made just now. */
  readonly created: boolean;
  readonly keys: Secret<Uint8Array>[];
}

/**
 * Makes the development key file in `directory` unless there is one, and reads it. Two processes that start
 * together end up with the same file.
 */
export async function ensureKeyFile(
  directory: string,
  files: Files,
  random: (length: number) => Uint8Array,
): Promise<{ path: string; created: boolean; file: Awaited<ReturnType<Files["read"]>> }> {
  const path = resolve(directory, KEY_FILE);
  const there = await files.read(path);
  if (there.ok || there.reason !== "absent") return { path, created: false, file: there };
  const created = await files.create(path, `${formatRootKey(random(ROOT_KEY_LENGTH))}\n`);
  return { path, created, file: await files.read(path) };
}

/** The keys of the development key file. Undefined: a mistake says why it cannot be made or read. */
export async function developmentKeys(
  workbench: Workbench,
  directory: string,
  files: Files,
  random: (length: number) => Uint8Array,
): Promise<DevelopmentKeys | undefined> {
  const { path, created, file } = await ensureKeyFile(directory, files, random);
  if (!file.ok) {
    const remedy = `Make ${directory} writable, or set WILLCALL_KEYS to what \`willcall keys generate\` prints.`;
    workbench.mistakes.push({ path, problem: `is ${file.reason}`, remedy });
    return undefined;
  }
  const parsed = parseRootKeys(new Secret(file.text));
  if (parsed.ok) return { path, created, keys: parsed.keys };
  workbench.mistakes.push({ path, problem: parsed.problem, remedy: parsed.remedy });
  return undefined;
}
