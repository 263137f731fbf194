import type { Definition } from "./definition.ts";
import { compileText, type Fill, type Values } from "./template.ts";

/** Longest value that may stand in a template's place, in characters. */
const MAX_VALUE = 255;

/** Whether the whole of `value` matches a definition's pattern. */
export function matches(pattern: string, value: string): boolean {
  return value.length <= MAX_VALUE && new RegExp(`^(?:${pattern})$`, "u").test(value);
}

/**
 * Gathers what may stand in templates: inputs, kept callback values, the client id. Undefined when an input is
 * missing, a value does not match its pattern, or a kept one is not what it must equal. Checked here again although callers have
 * checked: the client secret follows these values (security.md, "Templated hosts").
 */
export type GatherValues = (inputs: Values, captured: Values) => Values | undefined;

interface Rule {
  readonly name: string;
  readonly pattern: string;
  readonly fallback: string | undefined;
  readonly equals?: Fill;
}

/** Compiles a definition's inputs and kept values. Costs nothing where it has none. */
export function compileValues(definition: Definition, clientId: string): GatherValues {
  const inputRules = Object.entries(definition.inputs ?? {}).map(
    ([name, input]): Rule & { fixed: boolean } => ({
      name,
      pattern: input.pattern,
      fallback: input.default,
      fixed: input.by === "operator",
    }),
  );
  const keptRules = Object.entries(definition.callback?.keep ?? {}).map(
    ([name, kept]): Rule => ({
      name,
      pattern: kept.pattern,
      fallback: kept.default,
      ...(kept.equals !== undefined && { equals: compileText(kept.equals) }),
    }),
  );
  const none: Values = { client_id: clientId };
  if (inputRules.length === 0 && keptRules.length === 0) return () => none;

  return (inputs, captured) => {
    const values: Record<string, string> = { client_id: clientId };
    for (const { name, pattern, fallback, fixed } of inputRules) {
      const value = fixed ? fallback : (inputs[name] ?? fallback);
      if (value === undefined || !matches(pattern, value)) return undefined;
      values[name] = value;
    }
    for (const { name, pattern, fallback, equals } of keptRules) {
      const value = captured[name] ?? fallback;
      if (value === undefined) continue;
      if (!matches(pattern, value)) return undefined;
      if (equals !== undefined && equals(values) !== value) return undefined;
      // One that must equal something of an input may have the input's name: the input stays.
      values[name] ??= value;
    }
    return values;
  };
}
