import type { AnswerRules } from "../answer.ts";
import type { Json, JsonObject } from "../provider.ts";

/** What a scripted provider grants. */
export interface Granted {
  readonly access_token: string;
  readonly refresh_token?: string;
  /** Seconds. */
  readonly expires_in: number;
  readonly scope: readonly string[];
  readonly id_token?: string;
}

/** Puts `value` at a path of names; digits index lists. */
export function put(root: JsonObject, path: readonly string[], value: Json): void {
  let at: JsonObject | Json[] = root;
  for (const [index, name] of path.entries()) {
    const isLast = index === path.length - 1;
    const nextIsList = /^\d+$/.test(path[index + 1] ?? "");
    const known: Json | undefined = Array.isArray(at) ? at[Number(name)] : at[name];
    const next: Json = isLast
      ? value
      : typeof known === "object" && known !== null
        ? known
        : nextIsList
          ? []
          : {};
    if (Array.isArray(at)) at[Number(name)] = next;
    else at[name] = next;
    if (typeof next === "object" && next !== null) at = next;
  }
}

const firstOf = (path: string | readonly string[]): string[] =>
  (typeof path === "string" ? path : (path[0] ?? "")).split(".");

/** Where a definition says that a standard member is. */
function pathOf(rules: AnswerRules, name: keyof NonNullable<AnswerRules["members"]>): string[] {
  const stated = rules.members?.[name];
  return stated === undefined ? [...(rules.root?.split(".") ?? []), name] : firstOf(stated);
}

/** A JSON answer of the shape that a definition describes, with something under every member it keeps. */
export function shapeAnswer(
  rules: AnswerRules,
  granted: Granted,
  separator: string,
  now: number,
): JsonObject {
  const root: JsonObject = {};
  for (const path of [...(rules.keep ?? []), ...(rules.refresh_tokens ?? [])])
    put(root, path.split("."), `kept ${path}`);
  if (rules.success !== undefined)
    put(root, rules.success.member.split("."), rules.success.equals[0] ?? true);
  put(root, pathOf(rules, "access_token"), granted.access_token);
  if (granted.refresh_token !== undefined) put(root, pathOf(rules, "refresh_token"), granted.refresh_token);
  if (granted.id_token !== undefined) put(root, pathOf(rules, "id_token"), granted.id_token);
  if (rules.members?.expires_at !== undefined && rules.members.expires_in === undefined) {
    put(root, pathOf(rules, "expires_at"), Math.floor(now / 1000) + granted.expires_in);
  } else {
    const unit = rules.expires_in_unit === "milliseconds" ? 1000 : 1;
    put(root, pathOf(rules, "expires_in"), granted.expires_in * unit);
  }
  put(root, pathOf(rules, "scope"), granted.scope.join(separator));
  return root;
}

/** The same answer as the text that its format takes. */
export function writeAnswer(rules: AnswerRules, root: JsonObject): string {
  if (rules.format !== "xml") return JSON.stringify(root);
  const elements = Object.entries(root).map(
    ([name, value]) => `<${name}>${JSON.stringify(value).replaceAll('"', "")}</${name}>`,
  );
  return `<?xml version="1.0"?><answer>${elements.join("")}</answer>`;
}
