import { dirname, resolve } from "node:path";
import type { Catalogue } from "./catalogue.ts";
import { CONFIG_FILE, parseConfigFile } from "./config-file.ts";
import type { DevVarsOddity } from "./dev-vars.ts";
import { parseDevVars } from "./dev-vars.ts";
import type { Mistake } from "./mistakes.ts";
import type { Flags, Variables } from "./variables.ts";
import { Written } from "./written.ts";

/** The files that configuration may read and make. */
export interface Files {
  /** A text file by absolute path; why not, when it cannot be read. */
  read(path: string): Promise<{ ok: true; text: string } | { ok: false; reason: "absent" | "unreadable" }>;
  /** Makes a file that only its owner can read (mode 0600), whole or not at all; false if there is one already. */
  create(path: string, text: string): Promise<boolean>;
}

/** Where configuration comes from. */
export interface ConfigSources {
  /** The working directory, absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags: Flags;
  readonly files: Files;
  readonly catalogue: Catalogue;
  /** Fresh bytes from a cryptographic generator, for a development key. */
  readonly random: (length: number) => Uint8Array;
}

/** What the sources said, before any of it is understood. */
export interface Gathered {
  readonly written: Written;
  readonly variables: Variables;
  /** The directory of the configuration: relative paths in it start here, and a development key lies here. */
  readonly directory: string;
  readonly mistakes: Mistake[];
  readonly warnings: string[];
}

/** Reads the configuration file and `.dev.vars` beside it, and lays the environment over the latter. */
export async function gather({ cwd, env, flags, files }: ConfigSources): Promise<Gathered> {
  const mistakes: Mistake[] = [];
  const warnings: string[] = [];
  const named = flags.config ?? env.WILLCALL_CONFIG;
  const path = resolve(cwd, named ?? CONFIG_FILE);
  const file = await files.read(path);
  let written = new Written({});
  if (file.ok) {
    const parsed = parseConfigFile(path, file.text);
    written = new Written(parsed.tree);
    mistakes.push(...parsed.mistakes);
  } else if (named !== undefined || file.reason === "unreadable") {
    mistakes.push({ path, problem: `is ${file.reason}`, remedy: "Check the path and who may read it." });
  }
  const variables = new Map<string, string>();
  const devVars = await files.read(resolve(dirname(path), ".dev.vars"));
  if (devVars.ok) {
    const { values, oddities } = parseDevVars(devVars.text);
    for (const [name, value] of values) variables.set(name, value);
    for (const { line, kind } of oddities) {
      const where = `.dev.vars, line ${line}`;
      if (kind === "hash_in_value")
        warnings.push(`${where}: what follows # is a comment; quote the value if it is not.`);
      else mistakes.push({ path: where, ...explained[kind] });
    }
  }
  for (const [name, value] of Object.entries(env)) if (value !== undefined) variables.set(name, value);
  return { written, variables, directory: dirname(path), mistakes, warnings };
}

const explained: Readonly<Record<Exclude<DevVarsOddity["kind"], "hash_in_value">, Omit<Mistake, "path">>> = {
  not_an_assignment: {
    problem: "is neither NAME=value nor a comment",
    remedy: "Correct it, or begin it with #.",
  },
  unclosed_quote: {
    problem: "opens a quote that nothing closes",
    remedy: "Close it, or put other quotes around it.",
  },
  text_after_quote: { problem: "has text after its closing quote", remedy: "Remove it, or begin it with #." },
};
