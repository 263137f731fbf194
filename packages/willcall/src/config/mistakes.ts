/** One thing that the operator has to change. It never holds a value, only what kind of value was found. */
export interface Mistake {
  /** Where: `apps.sheets.origins[0]`, or the name of the variable or flag that said it. */
  readonly path: string;
  /** What is wrong: `is an http URL`, `is missing`. */
  readonly problem: string;
  /** What would be right, as an instruction. */
  readonly remedy: string;
}

/** `EX_CONFIG` of sysexits.h: the process ends with it when the configuration is wrong. */
export const CONFIG_EXIT_CODE = 78;

/**
 * Everything that is wrong with a configuration, or with the `what` that was written instead, all at once. Its
 * message is one line per mistake.
 */
export class ConfigError extends Error {
  readonly code = "config_invalid";
  readonly exitCode = CONFIG_EXIT_CODE;
  readonly mistakes: readonly Mistake[];

  constructor(mistakes: readonly Mistake[], what = "The configuration") {
    const count = mistakes.length === 1 ? "one mistake" : `${mistakes.length} mistakes`;
    super(`${what} has ${count}:\n${mistakes.map((mistake) => `  ${sentence(mistake)}`).join("\n")}`);
    this.name = "ConfigError";
    this.mistakes = mistakes;
  }
}

/** A mistake as one line for a person. */
export function sentence({ path, problem, remedy }: Mistake): string {
  return `${path} ${problem}. ${remedy}`;
}

/**
 * What kind of value somebody wrote, for messages: never the value itself, since any value may be a secret in
 * the wrong place (promise S4).
 */
export function valueClass(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return "an object";
  if (typeof value !== "string") return `a ${typeof value}`;
  if (value === "") return "empty";
  if (value.trim() === "") return "blank";
  if (value !== value.trim()) return "a string with spaces around it";
  const scheme = /^(https?):\/\//.exec(value)?.[1];
  if (scheme !== undefined) return URL.canParse(value) ? `an ${scheme} URL` : `a malformed ${scheme} URL`;
  return `a string of ${value.length} ${value.length === 1 ? "character" : "characters"}`;
}

/** A key as it may be shown: one that does not look like a name could be a secret in the wrong place. */
export function shownKey(key: PropertyKey): string {
  return /^[$\w.-]{0,40}$/.test(String(key)) ? String(key) : "(a key that is not a name)";
}

/** `["apps", "sheets", "origins", 0]` as `apps.sheets.origins[0]`; the root app's empty name shows as `""`. */
export function shownPath(path: readonly PropertyKey[]): string {
  const shown = path.map((key) => {
    if (typeof key === "number") return `[${key}]`;
    return key === "" ? '.""' : `.${shownKey(key)}`;
  });
  return shown.join("").replace(/^\./, "") || "the configuration";
}

/** ` Did you mean "x"?` for the candidate nearest to what was written, or nothing when none is near. */
export function didYouMean(written: string, candidates: Iterable<string>): string {
  let best: string | undefined;
  let least = Math.min(3, Math.ceil(written.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(written.toLowerCase().slice(0, 64), candidate.toLowerCase());
    if (distance < least && distance < candidate.length) {
      best = candidate;
      least = distance;
    }
  }
  return best === undefined ? "" : ` Did you mean "${best}"?`;
}

/** Levenshtein distance: how many characters must be put in, taken out or replaced. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
