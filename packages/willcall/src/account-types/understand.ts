import type { AppProvider } from "../config/config.ts";
import { ACCOUNTS } from "../config/names.ts";
import type { Definition } from "../providers/definition.ts";
import { permittedUrl } from "../providers/egress.ts";
import type { JsonObject } from "../providers/provider.ts";
import { formBody, withQuery } from "../providers/request.ts";
import { Secret } from "../secret.ts";
import { type Members, readMembers } from "./members.ts";

/** Where the broker stands, as far as an account type depends on it. */
export interface Place {
  readonly publicUrl: string;
  /** Whether providers may be on this machine: development only. */
  readonly allowLoopbackProviders: boolean;
}

/** What a document amounts to. */
export interface Understood {
  /** Undefined: it cannot be used, and a warning says why. */
  readonly registration: AppProvider | undefined;
  /** One sentence each, without any value of the document. */
  readonly warnings: readonly string[];
}

/** A type's name, without its context: it stands in paths and in logs, as a provider's in the configuration. */
const NAME = /^[a-z0-9][a-z0-9._-]{0,39}$/;

/** Whether a type or a context of this name can be asked for. */
export const isTypeName = (text: string): boolean => NAME.test(text);

/** An id's parts: `context/type` is the type in that context alone. */
export function splitId(id: string): { context: string | undefined; name: string } {
  const at = id.lastIndexOf("/");
  return at < 0 ? { context: undefined, name: id } : { context: id.slice(0, at), name: id.slice(at + 1) };
}

/** Parameters that make a login safe: nobody replaces them. `scope` is one of the registration's own. */
const OURS = new Set([
  "client_id",
  "code_challenge",
  "code_challenge_method",
  "nonce",
  "redirect_uri",
  "response_type",
  "scope",
  "state",
]);

/** Makes a registration of an account type's document, as leniently as that is safe. */
export function understand(id: string, document: JsonObject, place: Place): Understood {
  const warnings: string[] = [];
  const warn = (sentence: string): void => void warnings.push(sentence);
  const members = readMembers(document, warn);
  const registration = compile(id, members, place, warn);
  return { registration, warnings };
}

/** The registration, or undefined after a warning for every reason. */
function compile(
  id: string,
  members: Members,
  place: Place,
  warn: (sentence: string) => void,
): AppProvider | undefined {
  const { context, name } = splitId(id);
  if (!isTypeName(name) || (context !== undefined && !isTypeName(context))) {
    warn(
      "The id cannot be asked for: use up to 40 lower-case letters, digits, dots, hyphens and underscores, " +
        "with context/ before them for one context alone.",
    );
    return undefined;
  }
  const { grantMode, clientId, clientSecret, secret } = members;
  if (grantMode === undefined) {
    warn("It cannot be used without a grant_mode: write authorization_code.");
    return undefined;
  }
  const definition = grantMode === "secret" ? {} : compileDefinition(members, place, warn);
  if (clientId === undefined && grantMode !== "secret") warn("It cannot be used without a client_id.");
  if (definition === undefined || (clientId === undefined && grantMode !== "secret")) return undefined;
  if (clientSecret === undefined && grantMode !== "secret")
    warn("There is no client_secret, so the provider has to take Willcall for a public client.");
  const scope = members.extras.get("scope");
  const givesSecret = secret !== undefined && grantMode.endsWith("secret");
  return {
    provider: {
      name,
      title: members.slug ?? name,
      definition,
      clientId: clientId ?? "",
      ...(clientSecret !== undefined && { clientSecret: new Secret(clientSecret) }),
    },
    scope: scope === undefined ? [] : { verbatim: scope },
    redirectUri: redirectUriOf(name, members, place, warn),
    ...(!grantMode.startsWith("authorization_code") && { interactive: false }),
    ...(givesSecret && { connectorSecret: new Secret(secret) }),
  };
}

/** The definition that the members spell, or undefined after a warning. */
function compileDefinition(
  members: Members,
  place: Place,
  warn: (sentence: string) => void,
): Definition | undefined {
  const { grantMode, tokenMode, extras } = members;
  const token = endpoint("token_endpoint", members.tokenEndpoint, place, warn);
  // Nobody is sent to the first of imported accounts.
  const written = members.authEndpoint ?? (grantMode === "refresh_token" ? members.tokenEndpoint : undefined);
  const authorization = endpoint("auth_endpoint", written, place, warn);
  if (token === undefined || authorization === undefined) return undefined;
  for (const name of extras.keys()) {
    if (OURS.has(name) && name !== "scope") warn(`extras.${name} is not sent: Willcall sets it.`);
  }
  const added = formBody([...extras].filter(([name]) => !OURS.has(name)));
  return {
    authorization_endpoint: withQuery(authorization, added.replaceAll("+", "%20")),
    token_endpoint: token,
    token_endpoint_auth_method: tokenMode === "basic" ? "client_secret_basic_raw" : "client_secret_post",
    ...(members.skipRedirectUriOnAuthorize && { authorization: { omit: ["redirect_uri"] } }),
    token_request: {
      ...(tokenMode === "get" && { method: "GET" }),
      ...(!members.skipStateOnToken && { parameters: { state: "{state}" } }),
    },
    // Some answer with an ID token alone; what there is besides is for the connector (contract E).
    token_answer: { members: { access_token: ["access_token", "id_token"] }, keep: ["*"] },
    // As Cozy does: the secret is in no more URLs than it must be.
    ...(tokenMode === "get" && { refresh: { method: "POST" } }),
  };
}

/** An endpoint that calls may go to, with nothing in it that a definition would take for a place. */
function endpoint(
  name: string,
  written: string | undefined,
  { allowLoopbackProviders }: Place,
  warn: (sentence: string) => void,
): string | undefined {
  if (written === undefined) {
    warn(`It cannot be used without ${name === "auth_endpoint" ? "an" : "a"} ${name}.`);
    return undefined;
  }
  const url = permittedUrl(written, allowLoopbackProviders);
  const isPlain = /^http:/i.test(written);
  if (url === undefined) {
    const remedy = isPlain
      ? "it is an http URL. Use https."
      : "write an absolute https URL of a public host.";
    warn(`It cannot be used with this ${name}: ${remedy}`);
    return undefined;
  }
  if (isPlain) warn(`${name} is an http URL, which works on this machine alone.`);
  return written.replaceAll("{", "%7B").replaceAll("}", "%7D");
}

/** Where the provider sends people back to: as registered there, or our own. */
function redirectUriOf(
  name: string,
  { redirectUri }: Members,
  { publicUrl }: Place,
  warn: (sentence: string) => void,
): string {
  const path = `/${ACCOUNTS}/${name}/redirect`;
  if (redirectUri === undefined) return `${publicUrl}${path}`;
  const url = URL.parse(redirectUri);
  if (url === null) {
    warn(`redirect_uri is not a URL, so ${path} of this broker takes its place.`);
    return `${publicUrl}${path}`;
  }
  if (url.pathname !== path) warn(`redirect_uri has a path that this broker does not answer: ${path} is.`);
  else if (url.origin !== publicUrl)
    warn("redirect_uri is on another host, which must lead to this broker too.");
  return redirectUri;
}
