import { type Authentication, type AuthMethod, compileAuthentication } from "./authentication.ts";
import {
  type BuildAuthorizationUrl,
  compileAuthorization,
  compileAuthorizationUrl,
  type SpellAuthorization,
} from "./authorization.ts";
import { compileAnswer, compilePath, type AnswerRules, type ReadAnswer } from "./answer.ts";
import { compileCallback, type ReadCallback } from "./callback.ts";
import type { Definition } from "./definition.ts";
import { compileValues, type GatherValues } from "./place.ts";
import type { Provider } from "./provider.ts";
import { type BuildRequest, compileRequest, type RequestRules } from "./request.ts";
import { compileText, compileUrl, type Fill } from "./template.ts";

/** One kind of call, ready to be made. */
export interface Call {
  readonly build: BuildRequest;
  readonly authentication: Authentication;
  /** Whether the call carries the token as bearer. */
  readonly bearer: boolean;
}

/** A call after the token answer. */
export interface FollowUp {
  readonly call: Call;
  readonly after: readonly ("exchange" | "refresh")[];
  /** Reads the new tokens, or undefined for a lookup, … */
  readonly read: ReadAnswer | undefined;
  /** … which keeps these, by our names. */
  readonly keep: readonly (readonly [string, readonly (readonly string[])[]])[];
}

/** A token call that RFC 7009 or 7662 has, and the tokens that it takes. */
export interface TokenCall {
  readonly call: Call;
  readonly tokens: readonly ("access_token" | "refresh_token")[];
  readonly success: AnswerRules["success"];
}

/** A provider's definition, compiled once: what is left for each request is to fill in its own values. */
export interface Plan {
  readonly definition: Definition;
  readonly values: GatherValues;
  readonly authorization: SpellAuthorization;
  readonly authorizationUrl: BuildAuthorizationUrl;
  readonly pushedAuthorization: Call | undefined;
  readonly callback: ReadCallback;
  readonly exchange: Call;
  readonly readExchange: ReadAnswer;
  readonly sendsVerifier: boolean;
  /** Undefined where tokens cannot be refreshed. */
  readonly refresh: Call | undefined;
  readonly readRefresh: ReadAnswer;
  readonly followUps: readonly FollowUp[];
  readonly revocation: TokenCall | undefined;
  readonly introspection: TokenCall | undefined;
  /** The call that asks who an account belongs to, where that takes one. */
  readonly identity: Call | undefined;
  /** Issuers whose ID tokens are accepted; empty: ID tokens are passed on unread. */
  readonly issuers: readonly Fill[];
  readonly jwksUri: Fill | undefined;
}

const identification = new Set(["client_id", "client_secret"]);

/** How a refresh is written: like a token request, but for what only a code exchange has. */
function refreshRequest({ token_request: token = {}, refresh = {} }: Definition): RequestRules {
  return {
    method: refresh.method ?? token.method,
    body: refresh.body ?? token.body,
    headers: { ...token.headers, ...refresh.headers },
    rename: { ...token.rename, ...refresh.rename },
    omit: refresh.omit ?? token.omit?.filter((name) => identification.has(name)),
    parameters: refresh.parameters,
  };
}

function issuersOf({ issuer, id_token }: Definition): readonly string[] {
  if (id_token?.check === false) return [];
  return id_token?.issuers ?? (issuer === undefined ? [] : [issuer]);
}

/** Compiles an effective definition (stated and discovered); undefined when it still lacks an endpoint. */
export function compilePlan(
  provider: Provider,
  definition: Definition,
  world: { now(): number; random(length: number): Uint8Array },
): Plan | undefined {
  const { authorization_endpoint, token_endpoint, hosts } = definition;
  if (authorization_endpoint === undefined || token_endpoint === undefined) return undefined;
  // Without a secret there is nothing to prove: RFC 6749 §2.1 calls such a client public.
  const method =
    provider.clientSecret === undefined
      ? "none"
      : (definition.token_endpoint_auth_method ?? "client_secret_post");
  const separator = definition.authorization?.scope_separator ?? " ";
  const effective: Provider = { ...provider, definition };

  function call(endpoint: string, rules: RequestRules, by: AuthMethod = method): Call {
    return {
      build: compileRequest(endpoint, rules, hosts),
      authentication: compileAuthentication(by, effective, token_endpoint ?? endpoint, world),
      bearer: by === "bearer",
    };
  }

  function tokenCall(
    endpoint: string | undefined,
    rules: Definition["revocation"] = {},
  ): TokenCall | undefined {
    if (endpoint === undefined) return undefined;
    return {
      call: call(endpoint, rules, rules.authentication),
      tokens: rules.tokens ?? ["access_token", "refresh_token"],
      success: rules.success,
    };
  }

  const token = definition.token_request ?? {};
  const offline =
    definition.offline === false ? undefined : definition.authorization?.offline?.token_parameters;
  const answer = definition.token_answer ?? {};
  const { refresh, identity } = definition;
  const pushed = definition.pushed_authorization_request_endpoint;
  return {
    definition,
    values: compileValues(definition, provider.clientId),
    authorization: compileAuthorization(definition, provider.clientId),
    authorizationUrl: compileAuthorizationUrl(authorization_endpoint, definition),
    pushedAuthorization: pushed === undefined ? undefined : call(pushed, {}),
    callback: compileCallback(provider, definition),
    exchange: call(token_endpoint, { ...token, parameters: { ...token.parameters, ...offline } }),
    readExchange: compileAnswer(answer, separator),
    sendsVerifier: definition.pkce !== "unsupported",
    refresh:
      refresh?.supported === false
        ? undefined
        : call(refresh?.endpoint ?? token_endpoint, refreshRequest(definition), refresh?.authentication),
    readRefresh: compileAnswer(refresh?.answer ?? answer, separator),
    followUps: (definition.follow_ups ?? []).map((followUp) => ({
      call: call(followUp.endpoint, followUp, followUp.authentication),
      after: followUp.after ?? ["exchange"],
      read: followUp.purpose === "token" ? compileAnswer(followUp.answer ?? answer, separator) : undefined,
      keep: Object.entries(followUp.keep ?? {}).map(([name, path]) => [name, compilePath(path)]),
    })),
    revocation: tokenCall(definition.revocation_endpoint, definition.revocation),
    introspection: tokenCall(definition.introspection_endpoint, definition.introspection),
    identity:
      identity?.from === "endpoint" && identity.endpoint !== undefined
        ? call(identity.endpoint, { method: identity.method ?? "GET", headers: identity.headers }, "bearer")
        : undefined,
    issuers: issuersOf(definition).map(compileText),
    jwksUri: definition.jwks_uri === undefined ? undefined : compileUrl(definition.jwks_uri, hosts),
  };
}
