import type { Definition } from "../definition.ts";

/** Parameters by their names on the wire. */
export type Wire = Record<string, string>;

/** A section of a definition that says how a request is written. */
export interface Section {
  readonly method?: "POST" | "GET" | "DELETE" | undefined;
  readonly body?: "form" | "json" | "query" | undefined;
  readonly headers?: Wire | undefined;
  readonly rename?: Wire | undefined;
  readonly omit?: readonly string[] | undefined;
  readonly parameters?: Wire | undefined;
}

/** `template` with its places filled, read as plainly as possible: the other reading is what is being tested. */
export function filled(template: string, values: Wire): string {
  let text = template;
  for (const [name, value] of Object.entries(values)) text = text.split(`{${name}}`).join(value);
  return text;
}

/** What a section says that standard parameters look like on the wire. */
export function onTheWire(section: Section, standard: Wire, values: Wire): Wire {
  const wire: Wire = {};
  for (const [name, value] of Object.entries(standard)) {
    const isReplaced = section.parameters !== undefined && name in section.parameters;
    if (isReplaced || section.omit?.includes(name)) continue;
    wire[section.rename?.[name] ?? name] = value;
  }
  for (const [name, template] of Object.entries(section.parameters ?? {}))
    wire[name] = filled(template, values);
  return wire;
}

/** The section by which a refresh is written: a token request's form, and its own parameters. */
export function refreshSection({ token_request = {}, refresh = {} }: Definition): Section {
  const inherited = (token_request.omit ?? []).filter(
    (name) => name === "client_id" || name === "client_secret",
  );
  return {
    method: refresh.method ?? token_request.method,
    body: refresh.body ?? token_request.body,
    headers: { ...token_request.headers, ...refresh.headers },
    rename: { ...token_request.rename, ...refresh.rename },
    omit: refresh.omit ?? inherited,
    ...(refresh.parameters && { parameters: refresh.parameters }),
  };
}

/** The section by which a code exchange is written, with what a refresh token takes. */
export function exchangeSection({ token_request = {}, authorization, offline }: Definition): Section {
  const extra = offline === false ? {} : authorization?.offline?.token_parameters;
  return { ...token_request, parameters: { ...token_request.parameters, ...extra } };
}
