import type { Definition } from "./definition.ts";
import type { Values } from "./template.ts";

/** An input that is missing, unknown or does not match; `remedy` is for people and quotes no value. */
export interface InputMistake {
  readonly name: string;
  readonly code: "unknown_input" | "missing_input" | "invalid_input";
  readonly remedy: string;
}

/** Longest value of an input or a kept callback value, in characters. */
const MAX_VALUE = 255;

/** Whether the whole of `value` matches a definition's pattern. */
export function matches(pattern: string, value: string): boolean {
  return value.length <= MAX_VALUE && new RegExp(`^(?:${pattern})$`, "u").test(value);
}

/**
 * Reads what a login (or, with `by: "operator"`, the configuration) gives for a definition's inputs. All
 * mistakes at once. An input that the configuration has fixed, or that only it may give, is unknown to a login.
 */
export function readInputs(
  definition: Definition,
  given: Values,
  by: "login" | "operator" = "login",
): { ok: true; inputs: Record<string, string> } | { ok: false; mistakes: InputMistake[] } {
  const mistakes: InputMistake[] = [];
  const inputs: Record<string, string> = {};
  const declared = Object.entries(definition.inputs ?? {}).filter(
    ([, input]) => by === "operator" || input.by !== "operator",
  );
  const names = new Set(declared.map(([name]) => name));
  for (const name of Object.keys(given)) {
    if (!names.has(name)) {
      const known = names.size === 0 ? "takes none" : `knows ${[...names].join(", ")}`;
      mistakes.push({ name, code: "unknown_input", remedy: `this provider ${known}` });
    }
  }
  for (const [name, input] of declared) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value !== undefined && !matches(input.pattern, value)) {
      mistakes.push({ name, code: "invalid_input", remedy: `${input.title} looks like ${input.example}` });
    } else if (value !== undefined) inputs[name] = value;
    else if (input.default === undefined && (by === "login" || input.by === "operator")) {
      mistakes.push({
        name,
        code: "missing_input",
        remedy: `give ${input.title}, for example ${input.example}`,
      });
    }
  }
  return mistakes.length === 0 ? { ok: true, inputs } : { ok: false, mistakes };
}
