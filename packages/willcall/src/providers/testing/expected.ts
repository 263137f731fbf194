import { createHash } from "node:crypto";
import type { EgressRequest } from "../../platform.ts";
import type { Definition } from "../definition.ts";
import type { QuirkOptions } from "./quirk-provider.ts";

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

/** Parameters as text that is equal when they are. */
export const sorted = (wire: Wire): string =>
  JSON.stringify(Object.entries(wire).sort(([a], [b]) => (a < b ? -1 : 1)));

/** The parameters of a request, from where its section says they go. */
export function received(request: EgressRequest, section: Section, endpoint: string): Wire {
  const place = section.method === "GET" ? "query" : (section.body ?? "form");
  if (place === "json") return JSON.parse(request.body ?? "{}");
  if (place === "form") return Object.fromEntries(new URLSearchParams(request.body));
  return Object.fromEntries(new URLSearchParams(request.url.slice(endpoint.length + 1)));
}

/** What a definition says that an authorization request carries. */
export function authorizationParameters(options: QuirkOptions): Wire {
  const { definition, credentials } = options;
  const { authorization = {} } = definition;
  const places: Wire = { ...options.captured, ...options.inputs, client_id: credentials.clientId };
  const separator = (authorization.scope_separator ?? " ").replace("+", " ");
  const offline = definition.offline === false ? {} : (authorization.offline ?? {});
  const scope = [...options.scope, ...(offline.scope ?? []).filter((one) => !options.scope.includes(one))];
  const isPlain = authorization.code_challenge_method === "plain";
  const hashed = createHash("sha256").update(options.codeVerifier).digest("base64url");
  const standard: Wire = {
    response_type: "code",
    client_id: credentials.clientId,
    redirect_uri: options.redirectUri,
    scope: scope.join(separator),
    state: "STATE",
    ...(definition.pkce !== "unsupported" && {
      code_challenge: isPlain ? options.codeVerifier : hashed,
      code_challenge_method: isPlain ? "plain" : "S256",
    }),
    ...((authorization.nonce ?? options.scope.includes("openid")) && { nonce: options.nonce }),
    ...(authorization.response_mode && { response_mode: authorization.response_mode }),
  };
  const parameters = { ...authorization.parameters, ...offline.parameters };
  return onTheWire({ ...authorization, parameters }, standard, places);
}
