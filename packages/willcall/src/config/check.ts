import type * as z from "zod/mini";
import { english } from "../schemas.ts";
import type { Mistake } from "./mistakes.ts";
import { didYouMean, shownKey, valueClass } from "./mistakes.ts";
import type { ConfigFile } from "./schema.ts";
import { configFileSchema, knownKeys } from "./schema.ts";
import type { Path, Written } from "./written.ts";
import { isTree } from "./written.ts";

/**
 * Checks what was written against the schema. The file that comes back is whole when there are no mistakes;
 * otherwise the parts that hold a mistake are left out of it, so that the others can be checked further and
 * everything is reported at once.
 */
export function checkWritten(written: Written): { file: ConfigFile; mistakes: Mistake[] } {
  const mistakes: Mistake[] = [];
  const tree = structuredClone(written.tree);
  for (;;) {
    const result = configFileSchema.safeParse(tree, english);
    if (result.success) return { file: result.data, mistakes };
    const { issues } = result.error;
    mistakes.push(...issues.flatMap((issue) => mistakesOf(issue, written)));
    for (const issue of issues) dropPart(tree, issue);
  }
}

/** Takes out the smallest part that can be missed: one provider, one app, or one top-level key. */
function dropPart(tree: Record<string, unknown>, issue: z.core.$ZodIssue): void {
  const [first, second] = issue.path;
  if (first === undefined) {
    const unknown = issue.code === "unrecognized_keys" ? issue.keys : Object.keys(tree);
    for (const key of unknown) delete tree[key];
    return;
  }
  const parts = tree[String(first)];
  if ((first === "providers" || first === "apps") && second !== undefined && isTree(parts)) {
    delete parts[String(second)];
  } else {
    delete tree[String(first)];
  }
}

function mistakesOf(issue: z.core.$ZodIssue, written: Written): Mistake[] {
  const path = issue.path.map((key) => (typeof key === "symbol" ? String(key) : key));
  const value = written.at(path);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey([...path, key], written));
    case "invalid_key":
      return [
        written.mistake(path, "is not a name that can be used", instruction(issue.issues[0]?.message ?? "")),
      ];
    case "invalid_value": {
      const choices = issue.values.map(String);
      const near = typeof value === "string" ? didYouMean(value, choices) : "";
      const remedy = issue.message.startsWith("Invalid")
        ? `Write ${choices.map((choice) => `"${choice}"`).join(" or ")}.`
        : instruction(issue.message);
      return [written.mistake(path, `is ${valueClass(value)}`, remedy + near)];
    }
    case "invalid_union": {
      // Of several forms the one that was meant is wrong only further in: that is what to report.
      const meant = issue.errors.find((form) => form.every(({ path }) => path.length > 0));
      if (meant === undefined) break;
      return meant.flatMap((inner) =>
        mistakesOf({ ...inner, path: [...issue.path, ...inner.path] }, written),
      );
    }
    case "custom":
      return [written.mistake(path, "does not hold together", instruction(issue.message))];
  }
  return [written.mistake(path, `is ${valueClass(value)}`, instruction(issue.message))];
}

function unknownKey(path: Path, written: Written): Mistake {
  const near = didYouMean(shownKey(String(path.at(-1))), knownKeys(path.slice(0, -1)));
  return written.mistake(path, "is not a known key", `Remove it or correct its name.${near}`);
}

/** A schema's message as an instruction: `must be a host` becomes `It must be a host.` */
export function instruction(message: string): string {
  const whole = /^[a-z]/.test(message) ? `It ${message}` : message;
  return /[.?]$/.test(whole) ? whole : `${whole}.`;
}
