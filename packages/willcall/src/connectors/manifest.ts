import * as z from "zod/mini";
import { instruction } from "../config/check.ts";
import { type Mistake, shownPath, valueClass } from "../config/mistakes.ts";

/** A connector's manifest stands in this file of its directory. */
export const MANIFEST_FILE = "manifest.konnector";

/** A field that the connector's author wants people to fill in. */
export interface ManifestField {
  readonly name: string;
  /** `text`, `password`, `hidden`, …; what the author wrote. */
  readonly type: string;
  readonly required: boolean;
}

/** What a connector says of itself (contract E, "Manifest"). */
export interface Manifest {
  readonly slug: string;
  /** What people call it: untrusted text. */
  readonly name: string;
  /** Absent: it uses no OAuth. */
  readonly oauth?: ManifestOauth;
  readonly fields: readonly ManifestField[];
  /** What it is given in `COZY_PARAMETERS`. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Where and as what a connector's account logs in. */
export interface ManifestOauth {
  /** The account type, or provider, that its accounts belong to. */
  readonly accountType: string;
  /** What to ask for; empty: nothing at all. Absent: the manifest leaves it to the operator. */
  readonly scope?: readonly string[];
}

/** Why a manifest cannot be used. */
export type ManifestErrorCode =
  | "manifest_missing"
  | "manifest_unreadable"
  | "manifest_not_json"
  | "manifest_invalid";

/** What was read, or everything that is wrong with it, in paths such as `oauth.scope[1]`. */
export type ReadManifest =
  | { readonly ok: true; readonly manifest: Manifest }
  | { readonly ok: false; readonly code: ManifestErrorCode; readonly mistakes: readonly Mistake[] };

const name = z
  .string("Write a name")
  .check(z.regex(/^[^\p{Cc}]{1,200}$/u, "Write 1 to 200 visible characters"));
const typeRemedy =
  "Write up to 64 letters, digits, dots, hyphens and underscores, beginning with a letter or digit";
const accountType = z.string(typeRemedy).check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, typeRemedy));
const scopeRemedy = "Write scopes in printable ASCII, with spaces or + between them";
/** Within a scope token every character of RFC 6749 §3.3 may stand; `+` and spaces separate tokens. */
const scopeText = z.string(scopeRemedy).check(z.regex(/^[\x20\x21\x23-\x5b\x5d-\x7e]{0,4096}$/, scopeRemedy));

/** Members that nobody here reads are the author's and Cozy's own: a manifest has dozens. */
const manifestSchema = z.looseObject(
  {
    slug: accountType,
    name: z.optional(name),
    language: z.optional(
      z.enum(["node"], 'Write "node", or leave it out: programs in other languages cannot be run'),
    ),
    oauth: z.optional(
      z.looseObject(
        {
          scope: z.optional(
            z.union(
              [scopeText, z.array(scopeText).check(z.maxLength(200)), z.literal(false), z.null()],
              "Write a string of scopes, a list of them, or false for none",
            ),
          ),
          account_type: z.optional(accountType),
        },
        "Write an object with a scope",
      ),
    ),
    fields: z.optional(z.record(z.string(), z.unknown(), "Write an object of fields by name")),
    parameters: z.nullish(z.record(z.string(), z.unknown(), "Write an object")),
  },
  "Begin it with { and end it with }",
);

const fieldSchema = z.looseObject({
  type: z.optional(z.string()),
  required: z.optional(z.boolean()),
});

/** Reads the text of a manifest. Says everything that is wrong with it at once, and repeats no value. */
export function readManifest(text: string): ReadManifest {
  let written: unknown;
  try {
    written = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    const [, line] = /\(line (\d+) column \d+\)/.exec(error instanceof Error ? error.message : "") ?? [];
    const problem = line === undefined ? "is not JSON" : `is not JSON in line ${line}`;
    const remedy = "Look for a missing or trailing comma, a quote that is not closed, or a comment.";
    return { ok: false, code: "manifest_not_json", mistakes: [{ path: MANIFEST_FILE, problem, remedy }] };
  }
  const { success, data, error } = manifestSchema.safeParse(written);
  if (!success)
    return {
      ok: false,
      code: "manifest_invalid",
      mistakes: error.issues.map((issue) => mistake(issue, written)),
    };
  const { slug, oauth, fields = {}, parameters } = data;
  return {
    ok: true,
    manifest: {
      slug,
      name: data.name ?? slug,
      ...(oauth && { oauth: { accountType: oauth.account_type ?? slug, ...scopeOf(oauth.scope) } }),
      fields: Object.entries(fields).flatMap(([key, field]) => readField(key, field) ?? []),
      parameters: parameters ?? {},
    },
  };
}

/** A string and a list say the same; false, nothing and an empty one ask for no scope at all. */
function scopeOf(scope: string | readonly string[] | false | null | undefined): Pick<ManifestOauth, "scope"> {
  if (scope === undefined) return {};
  const entries = scope === false || scope === null ? [] : [scope].flat();
  const tokens = entries.flatMap((entry) => entry.split(/[ +]+/)).filter((token) => token !== "");
  return { scope: [...new Set(tokens)] };
}

/** Undefined: `advancedFields` and the like, which describe no field of their own. */
function readField(name: string, written: unknown): ManifestField | undefined {
  const { success, data } = fieldSchema.safeParse(written);
  if (!success) return undefined;
  const { type = "text", required = true } = data;
  return { name, type, required };
}

function mistake(issue: z.core.$ZodIssue, written: unknown): Mistake {
  // Of the forms that a value may have, the one that was meant is wrong only further in.
  const meant =
    issue.code === "invalid_union" ? issue.errors.find((form) => form[0]?.path.length) : undefined;
  const inner = meant?.[0];
  if (inner !== undefined) return mistake({ ...inner, path: [...issue.path, ...inner.path] }, written);
  const value = issue.path.reduce<unknown>(
    (node, key) => (typeof node === "object" && node !== null ? Reflect.get(node, key) : undefined),
    written,
  );
  const path = issue.path.length === 0 ? MANIFEST_FILE : shownPath(issue.path);
  return { path, problem: `is ${valueClass(value)}`, remedy: instruction(issue.message) };
}
