import type * as z from "zod/mini";
import type { tokenAnswerRules } from "./definition-parts.ts";
import {
  badAnswer,
  codeOfWord,
  compileVocabulary,
  failureOfAnswer,
  type Phase,
  type Vocabulary,
} from "./errors.ts";
import { isJsonObject, memberAt, parseFlatXml, parseForm, parseJson } from "./json.ts";
import type { Json, JsonObject, TokenAnswer, TokenResult } from "./provider.ts";

/** A definition's `token_answer`. */
export type AnswerRules = z.infer<typeof tokenAnswerRules>;

/** Reads a token endpoint's answer at a moment (milliseconds since the epoch). */
export type ReadAnswer = (status: number, body: string, phase: Phase, now: number) => TokenResult;

type Path = readonly string[];

/** Compiles `"a.b"` or a list of such. */
export function compilePath(path: string | readonly string[]): readonly Path[] {
  return (typeof path === "string" ? [path] : path).map((one) => one.split("."));
}

/** The first of `paths` that is there and not null, with its value. */
export function firstMember(root: Json, paths: readonly Path[]): { path: Path; value: Json } | undefined {
  for (const path of paths) {
    const value = memberAt(root, path);
    if (value !== undefined && value !== null) return { path, value };
  }
  return undefined;
}

/** A body as JSON, told by its content: what the header says is wrong too often to matter. */
export function parseBody(body: string, format: AnswerRules["format"]): Json | undefined {
  if (format === "xml") return parseFlatXml(body);
  const start = body.trimStart()[0];
  if (start === "{" || start === "[" || start === '"') return parseJson(body);
  return start === undefined || start === "<" || !body.includes("=") ? undefined : parseForm(body);
}

/** Later than this many seconds from now is never. */
const CENTURY = 3_155_760_000;

function toNumber(value: Json | undefined): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/** A lifetime as a moment. Zero and less mean that the provider did not say. */
function fromLifetime(value: Json | undefined, unit: number, now: number): number | undefined {
  const seconds = (toNumber(value) ?? 0) * unit;
  return seconds > 0 && seconds < CENTURY ? now + Math.floor(seconds * 1000) : undefined;
}

/** A moment as seconds or milliseconds since the epoch (told apart by size), or as ISO 8601. */
function fromMoment(value: Json | undefined): number | undefined {
  const number = toNumber(value);
  if (number !== undefined)
    return number > 0 && number < 1e14 ? Math.floor(number < 1e11 ? number * 1000 : number) : undefined;
  const parsed = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed) ? undefined : parsed;
}

function toScope(value: Json | undefined, separator: string): string | undefined {
  if (Array.isArray(value)) return value.filter((item) => typeof item === "string").join(" ");
  if (typeof value !== "string") return undefined;
  return separator === " "
    ? value
    : value
        .split(separator)
        .map((scope) => scope.trim())
        .join(" ");
}

const nonEmpty = (value: Json | undefined): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

/** Members of RFC 6749 §5, and what else is read of every answer. */
const STANDARD = /^(?:expires_(?:in|at)|scope|error(?:_description|_uri)?)$/;

/** What is named after tokens and secrets, at any depth, by whatever spelling. */
const NAMES_A_SECRET = /token|secret|password/i;

const isOther = ([name, value]: [string, Json]): boolean =>
  value !== null &&
  !STANDARD.test(name) &&
  !NAMES_A_SECRET.test(name) &&
  !(typeof value === "object" && NAMES_A_SECRET.test(JSON.stringify(value)));

/** The members beyond the standard ones, but for tokens and for objects with a token in them: these go out as they are. */
const othersOf = (root: JsonObject): JsonObject => Object.fromEntries(Object.entries(root).filter(isOther));

/** Whether an answer says that it failed, and in which word: of several, the first that anybody knows. */
function errorOf(
  root: Json,
  rules: AnswerRules,
  paths: readonly Path[],
  vocabulary: Vocabulary,
): { word: string | undefined } | undefined {
  const words = paths
    .map((path) => memberAt(root, path))
    .filter((said) => typeof said === "string" || typeof said === "number")
    .map(String);
  const word = words.find((one) => codeOfWord(one, vocabulary) !== undefined) ?? words[0];
  const value = firstMember(root, paths)?.value;
  if (rules.success !== undefined) {
    const told = memberAt(root, rules.success.member.split("."));
    return rules.success.equals.some((expected) => expected === told) ? undefined : { word };
  }
  return value === undefined || value === false || value === 0 || value === "" || value === "0"
    ? undefined
    : { word };
}

/** The word in RFC 6749's `error` member of an answer; undefined when there is none. */
export function wordIn(root: Json | undefined): string | undefined {
  const error = isJsonObject(root) ? root["error"] : undefined;
  return typeof error === "string" ? error : undefined;
}

/** Whether a body of a revocation or lookup with `success` says that it succeeded. */
export function succeeded(root: Json | undefined, success: AnswerRules["success"]): boolean {
  if (success === undefined) return true;
  return root !== undefined && errorOf(root, { success }, [], new Map()) === undefined;
}

/**
 * Compiles how token answers are read (RFC 6749 §5, and every shape in which providers depart from it). The
 * provider's object stays as it came; its words never become part of a failure (promise S9).
 */
export function compileAnswer(rules: AnswerRules, requestSeparator: string): ReadAnswer {
  const under = (name: string): readonly Path[] => [[...(rules.root?.split(".") ?? []), name]];
  const at = (name: keyof NonNullable<AnswerRules["members"]>): readonly Path[] => {
    const path = rules.members?.[name];
    return path === undefined ? under(name) : compilePath(path);
  };
  const paths = {
    access_token: at("access_token"),
    token_type: at("token_type"),
    expires_in: at("expires_in"),
    expires_at: at("expires_at"),
    refresh_token: at("refresh_token"),
    refresh_token_expires_in: at("refresh_token_expires_in"),
    refresh_token_expires_at: at("refresh_token_expires_at"),
    scope: at("scope"),
    id_token: at("id_token"),
  };
  const errorPaths = compilePath(rules.error ?? "error");
  const vocabulary: Vocabulary = compileVocabulary(rules.errors);
  const furtherPaths = (rules.refresh_tokens ?? []).map((path) => path.split("."));
  const keepsOthers = rules.keep?.includes("*") ?? false;
  const kept = (rules.keep ?? []).map((path): [string, Path] => [path, path.split(".")]);
  const unit = rules.expires_in_unit === "milliseconds" ? 0.001 : 1;
  const separator = rules.scope_separator ?? (requestSeparator === "+" ? " " : requestSeparator);

  function normalise(root: JsonObject, now: number): TokenAnswer | undefined {
    const find = (name: keyof typeof paths): Json | undefined => firstMember(root, paths[name])?.value;
    const accessToken = nonEmpty(find("access_token"));
    if (accessToken === undefined || /[^\x20-\x7e]/.test(accessToken)) return undefined;
    const refresh = firstMember(root, paths.refresh_token);
    const refreshToken = nonEmpty(refresh?.value);
    const refreshTokenPaths: string[][] = [];
    if (refresh !== undefined && refreshToken !== undefined) refreshTokenPaths.push([...refresh.path]);
    for (const path of furtherPaths) {
      if (nonEmpty(memberAt(root, path)) !== undefined) refreshTokenPaths.push([...path]);
    }
    const expiresAt = fromLifetime(find("expires_in"), unit, now) ?? fromMoment(find("expires_at"));
    const refreshExpiresAt =
      fromLifetime(find("refresh_token_expires_in"), unit, now) ??
      fromMoment(find("refresh_token_expires_at"));
    const scope = toScope(find("scope"), separator);
    const idToken = nonEmpty(find("id_token"));
    const extra: JsonObject = keepsOthers ? othersOf(root) : {};
    for (const [name, path] of kept) {
      const value = memberAt(root, path);
      if (value !== undefined && value !== null) extra[name] = value;
    }
    return {
      verbatim: root,
      access_token: accessToken,
      token_type: nonEmpty(find("token_type")) ?? "bearer",
      ...(expiresAt !== undefined && { expiresAt }),
      ...(refreshToken !== undefined && { refresh_token: refreshToken }),
      ...(refreshExpiresAt !== undefined && { refreshExpiresAt }),
      ...(scope !== undefined && { scope }),
      ...(idToken !== undefined && { id_token: idToken }),
      extra,
      refreshTokenPaths,
    };
  }

  return (status, body, phase, now) => {
    const root = parseBody(body, rules.format);
    const isSuccess = status >= 200 && status < 300;
    const error = root === undefined ? undefined : errorOf(root, rules, errorPaths, vocabulary);
    if (!isSuccess || error !== undefined) {
      return { ok: false, failure: failureOfAnswer(status, error?.word, vocabulary, phase) };
    }
    const tokens = isJsonObject(root) ? normalise(root, now) : undefined;
    return tokens === undefined ? { ok: false, failure: { ...badAnswer(), status } } : { ok: true, tokens };
  };
}
