import type { Provider } from "../providers/provider.ts";

/** Why inputs do not fit. */
export type InputError = "unknown_parameter" | "missing_input" | "bad_input";

/** Longest value of an input, in characters. */
const LONGEST = 255;

/**
 * Checks what a login gives for the definition's inputs (`shop`, `subdomain`, …) against their patterns; defaults
 * fill what is missing (security.md, "Templated hosts").
 */
export function readInputs(
  { definition }: Provider,
  given: readonly (readonly [string, string])[],
): { values: Record<string, string> } | { error: InputError } {
  const rules = new Map(Object.entries(definition.inputs ?? {}).filter(([, { by }]) => by !== "operator"));
  const values = new Map(given);
  if ([...values.keys()].some((name) => !rules.has(name))) return { error: "unknown_parameter" };
  for (const [name, rule] of rules) {
    const value = values.get(name) ?? rule.default;
    if (value === undefined) return { error: "missing_input" };
    if (value.length > LONGEST || !new RegExp(`^(?:${rule.pattern})$`, "u").test(value))
      return { error: "bad_input" };
    values.set(name, value);
  }
  return { values: Object.fromEntries(values) };
}
