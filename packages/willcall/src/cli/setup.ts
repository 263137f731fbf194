import { resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import type { Catalogue } from "../config/catalogue.ts";
import { CONFIG_FILE } from "../config/config-file.ts";
import { parseDevVars } from "../config/dev-vars.ts";
import type { Mistake } from "../config/mistakes.ts";
import { ConfigError, didYouMean } from "../config/mistakes.ts";
import { appSchema, configFileSchema } from "../config/schema.ts";
import type { Files } from "../config/sources.ts";
import { type AppKind, type SetupAnswers, appKinds, makeSetup } from "./init.ts";

/** What the command line said already. */
export interface SetupFlags {
  readonly provider?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly origin?: string;
}

/** What `setUp` works with. */
export interface SetupWorld {
  readonly cwd: string;
  readonly catalogue: Catalogue;
  readonly files: Files;
  /** Replaces a file that only its owner can read. */
  readonly write: (path: string, text: string) => Promise<void>;
  /** Asks a person; undefined where nobody is there to answer. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
}

/** What `setUp` did. */
export interface SetUp {
  readonly config: string;
  readonly variables: readonly string[];
  readonly steps: readonly string[];
}

/**
 * Writes a configuration file and the names of its secrets into `.dev.vars`, from flags and, where somebody is
 * there, answers. Never touches a configuration that is there, nor a value in `.dev.vars`. Throws `ConfigError`.
 */
export async function setUp(world: SetupWorld, flags: SetupFlags): Promise<SetUp> {
  const config = resolve(world.cwd, CONFIG_FILE);
  const refuse = (problem: string, remedy: string) =>
    new ConfigError([{ path: config, problem, remedy }], "The command");
  if ((await world.files.read(config)).ok) {
    throw refuse("is there already", "Edit it, or move it away first.");
  }
  const answers = await gatherAnswers(world, flags);
  const setup = makeSetup(answers);
  if (!(await world.files.create(config, setup.config))) {
    throw refuse("cannot be written", "Check who may write in this directory.");
  }
  await addVariables(world, setup.variables);
  return { config, variables: setup.variables, steps: setup.steps };
}

async function gatherAnswers(world: SetupWorld, flags: SetupFlags): Promise<SetupAnswers> {
  const kinds = Object.entries(appKinds).map(([kind, title]) => `  ${kind}: ${title}`);
  const provider =
    flags.provider ?? (await world.ask?.("Which provider? (`willcall providers` lists them) ")) ?? "";
  const kind = flags.kind ?? (await world.ask?.(`Which kind of app?\n${kinds.join("\n")}\n`)) ?? "";
  const name = flags.name ?? (await world.ask?.("What is its name in URLs? (my-app) ")) ?? "";
  const origin = flags.origin ?? (await askOrigin(world, kind));

  const mistakes: Mistake[] = [];
  const entry = await world.catalogue.entry(provider);
  if (entry === undefined) {
    const near = didYouMean(provider, await world.catalogue.ids());
    const remedy = `\`willcall providers\` lists them.${near}`;
    mistakes.push({ path: "--provider", problem: "is not in the catalogue", remedy });
  }
  if (!isKind(kind)) {
    const remedy = `Choose one of ${Object.keys(appKinds).join(", ")}.`;
    mistakes.push({ path: "--kind", problem: "is not a kind of app", remedy });
  }
  const app = name || "my-app";
  if (!configFileSchema.safeParse({ apps: { [app]: {} } }).success) {
    const remedy = "Use lower-case letters, digits and hyphens.";
    mistakes.push({ path: "--name", problem: "is not a name that can be used", remedy });
  }
  const written = kind === "framer" ? `framer:${origin}` : origin;
  if (origin !== "" && !appSchema.safeParse({ origins: [written] }).success) {
    const remedy = kind === "framer" ? "Write the id from framer.json." : "Write scheme, host and port only.";
    mistakes.push({ path: "--origin", problem: "is not an origin that can be used", remedy });
  }
  if (mistakes.length > 0 || entry === undefined || !isKind(kind))
    throw new ConfigError(mistakes, "The command");
  return { provider, entry, kind, app, origin: origin === "" ? undefined : origin };
}

async function askOrigin(world: SetupWorld, kind: string): Promise<string> {
  const later = "(empty: only localhost for now) ";
  if (kind === "framer") return (await world.ask?.(`Its id, from framer.json? ${later}`)) ?? "";
  return kind === "web"
    ? ((await world.ask?.(`Its origin, such as https://app.example? ${later}`)) ?? "")
    : "";
}

function isKind(kind: string): kind is AppKind {
  return Object.hasOwn(appKinds, kind);
}

/** Adds the names that `.dev.vars` does not have yet, without values. */
async function addVariables({ cwd, files, write }: SetupWorld, names: readonly string[]): Promise<void> {
  const path = resolve(cwd, ".dev.vars");
  const before = await files.read(path);
  const text = before.ok ? before.text : "";
  const { values } = parseDevVars(text);
  const missing = names.filter((name) => !values.has(name));
  if (missing.length === 0) return;
  const lines = missing.map((name) => `${name}=\n`).join("");
  await write(path, text === "" || text.endsWith("\n") ? text + lines : `${text}\n${lines}`);
}

/** Asks on the terminal, where there is a person; `close` when done. */
export function terminalQuestions(): { ask: SetupWorld["ask"]; close: () => void } {
  if (!process.stdin.isTTY) return { ask: undefined, close: () => {} };
  const questions = createInterface({ input: process.stdin, output: process.stdout });
  return {
    ask: async (question) => (await questions.question(question)).trim(),
    close: () => questions.close(),
  };
}

/** What was done, and the next three steps, as text for a person. */
export function setUpText({ config, steps }: SetUp): string {
  return [`Wrote ${config}. Next:`, ...steps.map((step, index) => `  ${index + 1}. ${step}`)].join("\n");
}
