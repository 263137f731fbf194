import type { EgressRequest } from "../platform.ts";
import { formEncode } from "./basic.ts";
import { compileText, compileUrl, type Fill, type Values } from "./template.ts";

/** The part of a definition's section that says how a call is written. */
export interface RequestRules {
  readonly method?: "POST" | "GET" | "DELETE" | undefined;
  readonly body?: "form" | "json" | "query" | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly rename?: Readonly<Record<string, string>> | undefined;
  readonly omit?: readonly string[] | undefined;
  readonly parameters?: Readonly<Record<string, string>> | undefined;
}

/** Standard parameters by their RFC names, in the order in which they are sent. */
export type Parameters = Readonly<Record<string, string>>;

/** Writes standard parameters as a definition says: renamed, left out, replaced, added to. */
export type Spell = (standard: Parameters, values: Values) => [string, string][] | undefined;

/** Compiles a section's `rename`, `omit` and `parameters`. */
export function compileSpelling({ rename = {}, omit = [], parameters = {} }: RequestRules): Spell {
  const added = Object.entries(parameters).map(([name, text]): [string, Fill] => [name, compileText(text)]);
  const left = new Set([...omit, ...Object.keys(parameters)]);
  const names = new Map(Object.entries(rename));
  return (standard, values) => {
    const spelt: [string, string][] = [];
    for (const name in standard) {
      const value = standard[name];
      if (value !== undefined && !left.has(name)) spelt.push([names.get(name) ?? name, value]);
    }
    for (const [name, fill] of added) {
      const value = fill(values);
      if (value === undefined) return undefined;
      spelt.push([name, value]);
    }
    return spelt;
  };
}

/** Parameters in `application/x-www-form-urlencoded`. */
export function formBody(parameters: readonly (readonly [string, string])[]): string {
  let body = "";
  for (const [name, value] of parameters) {
    body += `${body === "" ? "" : "&"}${formEncode(name)}=${formEncode(value)}`;
  }
  return body;
}

/** `url` with `query` added to what it already carries. A route in a fragment gets the query behind it. */
export function withQuery(url: string, query: string): string {
  if (query === "") return url;
  const route = url.slice(url.indexOf("#") + 1);
  return `${url}${route.includes("?") ? "&" : "?"}${query}`;
}

/** Makes one kind of call. Undefined: a place is empty, or the URL leads to a host that is not allowed. */
export type BuildRequest = (
  standard: Parameters,
  values: Values,
  headers: Parameters,
) => EgressRequest | undefined;

/**
 * Compiles a call: endpoint, method, headers and body are settled once, so that a request costs only its own
 * values. `accept: application/json` is always sent.
 */
export function compileRequest(
  endpoint: string,
  rules: RequestRules,
  hosts: readonly string[] | undefined,
): BuildRequest {
  const fillUrl = compileUrl(endpoint, hosts);
  const spell = compileSpelling(rules);
  const method = rules.method ?? "POST";
  const body = method === "GET" ? "query" : (rules.body ?? "form");
  const fixed: Record<string, string> = { accept: "application/json" };
  if (body === "form") fixed["content-type"] = "application/x-www-form-urlencoded";
  if (body === "json") fixed["content-type"] = "application/json";
  const open: [string, Fill][] = [];
  for (const [name, text] of Object.entries(rules.headers ?? {})) {
    if (text.includes("{")) open.push([name.toLowerCase(), compileText(text)]);
    else fixed[name.toLowerCase()] = text;
  }

  return (standard, values, more) => {
    const url = fillUrl(values);
    const parameters = spell(standard, values);
    if (url === undefined || parameters === undefined) return undefined;
    const headers: Record<string, string> = { ...fixed, ...more };
    for (const [name, fill] of open) {
      const value = fill(values);
      if (value === undefined) return undefined;
      headers[name] = value;
    }
    if (body === "query") return { url: withQuery(url, formBody(parameters)), method, headers };
    if (body === "json")
      return { url, method, headers, body: JSON.stringify(Object.fromEntries(parameters)) };
    return { url, method, headers, body: formBody(parameters) };
  };
}
