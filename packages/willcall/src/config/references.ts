import { Secret } from "../secret.ts";

/** Where references lead: variables by name, files by path. */
export interface Referents {
  variable(name: string): string | undefined;
  /** The text of a file, its path as written, or undefined when it cannot be read. */
  file(path: string): Promise<string | undefined>;
}

export type Resolved =
  | { ok: true; value: Secret; literal: boolean }
  | { ok: false; problem: string; remedy: string };

/**
 * Follows `env:NAME` and `file:path` once; anything else is the value itself (`literal`). A file's last line
 * break is not part of its value. Names and paths may be shown, values never.
 */
export async function resolveReference(written: string, referents: Referents): Promise<Resolved> {
  if (written.startsWith("env:")) {
    const name = written.slice("env:".length);
    const value = referents.variable(name);
    if (value === undefined)
      return missing(`refers to the variable ${name}, which is not set`, `Set ${name}`);
    if (value.trim() === "") return missing(`refers to the variable ${name}, which is blank`, `Set ${name}`);
    return { ok: true, value: new Secret(value), literal: false };
  }
  if (written.startsWith("file:")) {
    const text = await referents.file(written.slice("file:".length));
    if (text === undefined)
      return missing("refers to a file that cannot be read", "Check its path and who may read it");
    const value = text.replace(/\r?\n$/, "");
    if (value.trim() === "")
      return missing("refers to a file that is empty", "Write the value into that file");
    return { ok: true, value: new Secret(value), literal: false };
  }
  return { ok: true, value: new Secret(written), literal: true };
}

function missing(problem: string, remedy: string): Resolved {
  return { ok: false, problem, remedy: `${remedy}.` };
}
