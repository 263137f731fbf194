import { toBase64url } from "../crypto/bytes.ts";
import { sha256 } from "../crypto/hmac.ts";
import { formBody, compileSpelling, withQuery } from "./request.ts";
import type { Definition } from "./definition.ts";
import type { AuthorizationInput } from "./provider.ts";
import { compileUrl, type Values } from "./template.ts";

/** Writes an authorization request's parameters; undefined when a place is empty. */
export type SpellAuthorization = (
  input: AuthorizationInput,
  values: Values,
) => [string, string][] | undefined;

/** The scopes asked for: what the login names, and what a refresh token takes. A verbatim scope is left alone. */
function scopeOf(
  scope: AuthorizationInput["scope"],
  offline: readonly string[],
  separator: string,
): string | undefined {
  if ("verbatim" in scope) return scope.verbatim === "" ? undefined : scope.verbatim;
  const all = [...scope, ...offline.filter((one) => !scope.includes(one))];
  return all.length === 0 ? undefined : all.join(separator);
}

function wantsOpenId(scope: AuthorizationInput["scope"]): boolean {
  return "verbatim" in scope ? scope.verbatim.split(/[ ,+]/).includes("openid") : scope.includes("openid");
}

/** Compiles the parameters of RFC 6749 §4.1.1, with RFC 7636 and OpenID Connect's nonce. */
export function compileAuthorization(definition: Definition, clientId: string): SpellAuthorization {
  const { authorization: rules = {}, pkce = "unknown" } = definition;
  const offline = definition.offline === false ? {} : (rules.offline ?? {});
  const spell = compileSpelling({ ...rules, parameters: { ...rules.parameters, ...offline.parameters } });
  const separator = rules.scope_separator === "+" ? " " : (rules.scope_separator ?? " ");
  const isPlain = rules.code_challenge_method === "plain";

  function challenge(verifier: string): { code_challenge?: string; code_challenge_method?: string } {
    if (pkce === "unsupported") return {};
    if (isPlain) return { code_challenge: verifier, code_challenge_method: "plain" };
    return { code_challenge: toBase64url(sha256(Buffer.from(verifier))), code_challenge_method: "S256" };
  }

  return (input, values) => {
    const scope = scopeOf(input.scope, offline.scope ?? [], separator);
    return spell(
      {
        response_type: "code",
        client_id: clientId,
        redirect_uri: input.redirectUri,
        ...(scope !== undefined && { scope }),
        state: input.state,
        ...challenge(input.codeVerifier),
        ...((rules.nonce ?? wantsOpenId(input.scope)) && { nonce: input.nonce }),
        ...(rules.response_mode !== undefined && { response_mode: rules.response_mode }),
      },
      values,
    );
  };
}

/** Makes the URL that a browser is sent to; undefined when its host is not allowed. */
export type BuildAuthorizationUrl = (
  parameters: readonly (readonly [string, string])[],
  values: Values,
) => string | undefined;

/** Compiles the authorization endpoint. Spaces go as `%20`, or as `+` where scopes are joined by a raw plus. */
export function compileAuthorizationUrl(endpoint: string, definition: Definition): BuildAuthorizationUrl {
  const fill = compileUrl(endpoint, definition.hosts);
  const plus = definition.authorization?.scope_separator === "+";
  return (parameters, values) => {
    const url = fill(values);
    if (url === undefined) return undefined;
    const query = formBody(parameters);
    return withQuery(url, plus ? query : query.replaceAll("+", "%20"));
  };
}
