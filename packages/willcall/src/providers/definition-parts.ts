import * as z from "zod/mini";
import { described, optional } from "../schemas.ts";

/** What every piece of text in a definition obeys: no control characters, at most 2,048 characters. */
const text = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(2048),
    z.regex(/^[^\p{Cc}\p{Cf}]*$/u, "must hold no control characters"),
  );

/** The name of a parameter on the wire. */
const parameterName = text.check(z.maxLength(128));

/** The name of an input or of a kept callback value; what stands between braces in a template. */
export const placeName = z.string().check(z.regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, "must be a plain name"));

/**
 * A URL whose `{name}` places are filled with inputs and with values kept from the callback. The filled URL's
 * host must match `hosts` (security.md, "Templated hosts").
 */
export const urlTemplate = text.check(
  z.regex(
    /^(?:https:\/\/|http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])[:/]|\{)/,
    "must begin with https:// (http:// only for a loopback host)",
  ),
);

const onePath = text.check(z.maxLength(256));

/** Members of a JSON answer from its root, joined by dots; of several, the first that is there counts. */
export const memberPath = z.union([onePath, z.array(onePath).check(z.minLength(1), z.maxLength(8))]);

/** RFC 6749 error codes, and two that it lacks. `expired` codes and dead tokens are `invalid_grant`. */
export const errorCode = z.enum([
  "access_denied",
  "invalid_client",
  "invalid_grant",
  "invalid_request",
  "invalid_scope",
  "server_error",
  "slow_down",
  "temporarily_unavailable",
]);

/** A lifetime in whole seconds. */
export const seconds = z.int().check(z.positive());

/** What we send to prove who we are (RFC 6749 §2.3, RFC 7523), as RFC 8414 spells it, and its misfits. */
export const authMethod = z.enum([
  "client_secret_post",
  "client_secret_basic",
  "client_secret_basic_raw",
  "client_secret_basic_and_post",
  "client_secret_as_username",
  "client_secret_jwt",
  "private_key_jwt",
  "signed_client_secret",
  "none",
]);

/** Another name on the wire for a standard parameter, parameters left out, and parameters added. */
const parameterRules = {
  rename: optional(
    z.record(parameterName, parameterName),
    'A standard parameter\'s name on this provider\'s wire: `{ "client_id": "client_key" }`',
  ),
  omit: optional(z.array(parameterName), "Standard parameters that are not sent"),
  parameters: optional(
    z.record(parameterName, text),
    "Parameters added, or standard ones replaced; values may hold `{name}` places",
  ),
};

/** How one call to the provider is written. */
const requestRules = {
  method: optional(z.enum(["POST", "GET", "DELETE"]), "POST unless said; GET implies `query`"),
  body: optional(z.enum(["form", "json", "query"]), "Where the parameters go; `form` unless said"),
  headers: optional(
    z.record(z.string().check(z.regex(/^[A-Za-z0-9-]{1,64}$/)), text),
    "Headers added; values may hold `{name}` places",
  ),
  ...parameterRules,
};

/** The authorization request (RFC 6749 §4.1.1). */
export const authorizationRules = z.strictObject({
  ...parameterRules,
  scope_separator: optional(
    z.string().check(z.minLength(1), z.maxLength(2)),
    "What joins scopes; a space unless said",
  ),
  response_mode: optional(
    z.enum(["query", "form_post"]),
    "Sent as `response_mode`; `form_post` where the callback is a POST",
  ),
  code_challenge_method: optional(z.enum(["S256", "plain"]), "`S256` unless the provider knows only `plain`"),
  nonce: optional(z.boolean(), "Send a nonce though the scope lacks `openid`, or never send one"),
  offline: optional(
    z.strictObject({
      parameters: z.optional(z.record(parameterName, text)),
      scope: z.optional(z.array(text).check(z.minLength(1))),
      token_parameters: z.optional(z.record(parameterName, text)),
    }),
    "What it takes to be given a refresh token: parameters of either request, scopes",
  ),
});

/** The callback (RFC 6749 §4.1.2). */
export const callbackRules = z.strictObject({
  code: optional(parameterName, "The parameter that carries the code; `code` unless said"),
  error: optional(parameterName, "The parameter that carries the error; `error` unless said"),
  errors: optional(z.record(text, errorCode), "The provider's own error values, in RFC 6749's words"),
  keep: optional(
    z.record(
      placeName,
      z.strictObject({
        pattern: described(text.clone(), "A regular expression for the whole value"),
        required: optional(z.boolean(), "Whether a callback without it fails; true unless said"),
        default: optional(text, "Its value where the callback lacks it"),
        equals: optional(text, "What it must equal; may hold `{name}` places of inputs"),
      }),
    ),
    "Parameters kept; `{name}` in the URLs of later requests",
  ),
  signature: optional(
    z.strictObject({ parameter: parameterName, method: z.literal("hmac_sha256_hex") }),
    "A parameter that signs the others, sorted and joined as a query, with the client secret",
  ),
});

/** A token request (RFC 6749 §4.1.3). */
export const tokenRequestRules = z.strictObject(requestRules);

const place = z.optional(memberPath);

const members = z.strictObject({
  access_token: place,
  token_type: place,
  expires_in: place,
  expires_at: place,
  refresh_token: place,
  refresh_token_expires_in: place,
  refresh_token_expires_at: place,
  scope: place,
  id_token: place,
});

const success = optional(
  z.strictObject({
    member: text,
    equals: z.array(z.union([z.string(), z.number(), z.boolean()])).check(z.minLength(1)),
  }),
  "The member that tells success from failure in a 200 answer",
);

/** A token answer (RFC 6749 §5). */
export const tokenAnswerRules = z.strictObject({
  format: optional(
    z.enum(["auto", "xml"]),
    "`auto` unless said: JSON or form-encoded, told apart by content, whatever the header says",
  ),
  success,
  error: optional(
    memberPath,
    "The member that carries the error, `error` unless said; of several, the first known value",
  ),
  errors: optional(z.record(text, errorCode), "The provider's own error values, in RFC 6749's words"),
  root: optional(text, "The member that holds the token object: `data`"),
  members: optional(
    members,
    "Where the standard members are, from the answer's root, when not by their name under `root`",
  ),
  expires_in_unit: optional(z.enum(["seconds", "milliseconds"]), "`seconds` unless said"),
  scope_separator: optional(
    z.string().check(z.minLength(1), z.maxLength(2)),
    "What separates scopes in the answer; as in the authorization request unless said",
  ),
  refresh_tokens: optional(
    z.array(text),
    "Further members that are refresh tokens (two tokens in one answer)",
  ),
  keep: optional(
    z.array(text),
    "Further members that an account keeps: `instance_url`, `team.id`; `*`: all that hold no token",
  ),
});

/** A call after the token answer: a second exchange for the real token, or a lookup. */
export const followUpRules = z.strictObject({
  ...requestRules,
  name: placeName,
  endpoint: urlTemplate,
  purpose: described(
    z.enum(["token", "lookup"]),
    "`token`: its answer replaces the tokens; `lookup`: adds to them",
  ),
  authentication: described(
    z.union([authMethod, z.literal("bearer")]),
    "`bearer`: with the access token; else as at the token endpoint",
  ),
  after: optional(
    z.array(z.enum(["exchange", "refresh"])).check(z.minLength(1)),
    "Only after the code exchange unless said",
  ),
  answer: optional(tokenAnswerRules, "For `token`, when it differs from `token_answer`"),
  keep: optional(
    z.record(placeName, memberPath),
    "For `lookup`: what to keep, by our name, and where it is; `0.id` is the first of a list",
  ),
});

/** Refreshing (RFC 6749 §6). */
export const refreshRules = z.strictObject({
  ...requestRules,
  supported: optional(z.boolean(), "False where tokens cannot be refreshed; true unless said"),
  endpoint: optional(urlTemplate, "When it is not the token endpoint"),
  authentication: optional(authMethod, "When it differs from `token_endpoint_auth_method`"),
  with: optional(
    z.enum(["refresh_token", "access_token"]),
    "`access_token` where the access token itself is renewed",
  ),
  rotation: optional(
    z.enum(["always", "sometimes", "never"]),
    "Whether a refresh answers a new refresh token and ends the old one",
  ),
  idle_lifetime: optional(seconds, "Seconds after which an unused refresh token ends"),
  absolute_lifetime: optional(seconds, "Seconds after which any refresh token ends"),
  answer: optional(tokenAnswerRules, "When it differs from `token_answer`"),
});

/** Revocation (RFC 7009) and introspection (RFC 7662), and what providers have instead. */
export const tokenCallRules = z.strictObject({
  ...requestRules,
  authentication: optional(
    z.union([authMethod, z.literal("bearer")]),
    "When it differs from `token_endpoint_auth_method`; `bearer`: with the token itself",
  ),
  tokens: optional(
    z.array(z.enum(["access_token", "refresh_token"])).check(z.minLength(1)),
    "Which tokens it takes; both unless said",
  ),
  success,
});

/** Where the name of an account comes from. */
export const identityRules = z.strictObject({
  from: z.enum(["id_token", "token_answer", "endpoint"]),
  endpoint: optional(urlTemplate, "For `endpoint`: asked with the access token as bearer"),
  method: z.optional(z.enum(["GET", "POST"])),
  headers: requestRules.headers,
  id: optional(memberPath, "What names the account for ever"),
  label: optional(memberPath, "What a person recognises: an e-mail address, a name"),
});

/** One thing to know before a login can start: a shop, a subdomain, a tenant. */
export const inputRules = z.strictObject({
  title: described(text.clone(), "What people call it"),
  pattern: described(text.clone(), "A regular expression for the whole value"),
  example: described(text.clone(), "A value that matches"),
  default: optional(text, "Used when none is given"),
  by: optional(
    z.enum(["login", "operator"]),
    "Who gives it: each login (unless said), or only the configuration",
  ),
});

/** A JWT that we sign: as a client assertion (RFC 7523), or as the client secret itself (Apple). */
export const clientJwtRules = z.strictObject({
  alg: optional(z.enum(["ES256", "RS256", "PS256", "EdDSA"]), "`RS256` unless said"),
  kid: optional(text, "May hold `{name}` places of inputs"),
  iss: optional(text, "The client id unless said; may hold `{name}` places"),
  aud: optional(text, "The issuer, else the token endpoint, unless said"),
  lifetime: optional(z.int().check(z.positive(), z.maximum(15_777_000)), "Seconds; 60 unless said"),
});
