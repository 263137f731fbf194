import type { Json, JsonObject } from "./provider.ts";

/** Deeper than any provider nests; a walk to here costs nothing. */
const MAX_DEPTH = 32;

/**
 * Makes a parsed value safe to read and to pass on: `__proto__` members go, numbers that JSON cannot write
 * (1e309) become null. False when it is nested too deeply.
 */
function tidy(value: unknown, depth: number): value is Json {
  if (typeof value !== "object" || value === null) return true;
  if (depth === MAX_DEPTH) return false;
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    for (const [index, item] of items.entries()) {
      if (item === Infinity || item === -Infinity) items[index] = null;
      else if (!tidy(item, depth + 1)) return false;
    }
    return true;
  }
  const members: Record<string, unknown> = Object.assign(value);
  for (const name of Object.keys(members)) {
    const member = name === "__proto__" ? undefined : members[name];
    if (name === "__proto__") delete members[name];
    else if (member === Infinity || member === -Infinity) members[name] = null;
    else if (!tidy(member, depth + 1)) return false;
  }
  return true;
}

/**
 * JSON text from a provider, or undefined when it is no JSON or is nested deeper than 32. Of members with one
 * name the last counts, and only that one is ever passed on, so nobody downstream reads another.
 */
export function parseJson(text: string): Json | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return tidy(value, 0) ? value : undefined;
}

/** Whether a JSON value is an object (RFC 8259 §4). */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A form-encoded body as an object of strings; of members with one name the last counts. */
export function parseForm(text: string): JsonObject {
  const object: JsonObject = {};
  for (const [name, value] of new URLSearchParams(text)) {
    if (name !== "__proto__") object[name] = value;
  }
  return object;
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** The elements of an XML answer that hold only text, by name: all that a token answer ever has. */
export function parseFlatXml(text: string): JsonObject {
  const object: JsonObject = {};
  for (const [, name = "", content = ""] of text.matchAll(/<([A-Za-z_][\w.-]{0,63})>([^<]*)<\/\1>/g)) {
    if (name === "__proto__") continue;
    object[name] = content
      .replace(/&(amp|lt|gt|quot|apos);/g, (_entity, key: string) => entities[key] ?? "")
      .trim();
  }
  return object;
}

function child(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) return /^\d{1,4}$/.test(name) ? value[Number(name)] : undefined;
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

/** The member at `path` (names from the root; digits index lists), or undefined. */
export function memberAt(root: Json, path: readonly string[]): Json | undefined {
  let value: Json | undefined = root;
  for (const name of path) value = child(value, name);
  return value;
}
