import * as z from "zod";

/** What every piece of text in a definition obeys: no control characters, at most 2,048 characters. */
const text = z
  .string()
  .min(1)
  .max(2048)
  .regex(/^[^\p{Cc}\p{Cf}]*$/u, "must hold no control characters");

/** The name of a parameter on the wire. */
const parameterName = text.max(128);

/** The name of an input or of a kept callback value; what stands between braces in a template. */
export const placeName = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, "must be a plain name");

/**
 * A URL whose `{name}` places are filled with inputs and with values kept from the callback. The filled URL's
 * host must match `hosts` (security.md, "Templated hosts").
 */
export const urlTemplate = text.regex(/^(?:https:\/\/|http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])[:/]|\{)/, {
  message: "must begin with https:// (http:// only for a loopback host)",
});

/** Members of a JSON answer from its root, joined by dots; of several, the first that is there counts. */
export const memberPath = z.union([text.max(256), z.array(text.max(256)).min(1).max(8)]);

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
  rename: z
    .record(parameterName, parameterName)
    .optional()
    .describe('A standard parameter\'s name on this provider\'s wire: `{ "client_id": "client_key" }`'),
  omit: z.array(parameterName).optional().describe("Standard parameters that are not sent"),
  parameters: z
    .record(parameterName, text)
    .optional()
    .describe("Parameters added, or standard ones replaced; values may hold `{name}` places"),
};

/** How one call to the provider is written. */
const requestRules = {
  method: z.enum(["POST", "GET", "DELETE"]).optional().describe("POST unless said; GET implies `query`"),
  body: z.enum(["form", "json", "query"]).optional().describe("Where the parameters go; `form` unless said"),
  headers: z
    .record(z.string().regex(/^[A-Za-z0-9-]{1,64}$/), text)
    .optional()
    .describe("Headers added; values may hold `{name}` places"),
  ...parameterRules,
};

/** The authorization request (RFC 6749 §4.1.1). */
export const authorizationRules = z.strictObject({
  ...parameterRules,
  scope_separator: z.string().min(1).max(2).optional().describe("What joins scopes; a space unless said"),
  response_mode: z
    .enum(["query", "form_post"])
    .optional()
    .describe("Sent as `response_mode`; `form_post` where the callback is a POST"),
  code_challenge_method: z
    .enum(["S256", "plain"])
    .optional()
    .describe("`S256` unless the provider knows only `plain`"),
  nonce: z.boolean().optional().describe("Send a nonce though the scope lacks `openid`, or never send one"),
  offline: z
    .strictObject({
      parameters: z.record(parameterName, text).optional(),
      scope: z.array(text).min(1).optional(),
      token_parameters: z.record(parameterName, text).optional(),
    })
    .optional()
    .describe("What it takes to be given a refresh token: parameters of either request, scopes"),
});

/** The callback (RFC 6749 §4.1.2). */
export const callbackRules = z.strictObject({
  code: parameterName.optional().describe("The parameter that carries the code; `code` unless said"),
  error: parameterName.optional().describe("The parameter that carries the error; `error` unless said"),
  errors: z
    .record(text, errorCode)
    .optional()
    .describe("The provider's own error values, in RFC 6749's words"),
  keep: z
    .record(
      placeName,
      z.strictObject({
        pattern: text.describe("A regular expression for the whole value"),
        required: z.boolean().optional().describe("Whether a callback without it fails; true unless said"),
        default: text.optional().describe("Its value where the callback lacks it"),
        equals: text.optional().describe("What it must equal; may hold `{name}` places of inputs"),
      }),
    )
    .optional()
    .describe("Parameters kept; `{name}` in the URLs of later requests"),
  signature: z
    .strictObject({ parameter: parameterName, method: z.literal("hmac_sha256_hex") })
    .optional()
    .describe("A parameter that signs the others, sorted and joined as a query, with the client secret"),
});

/** A token request (RFC 6749 §4.1.3). */
export const tokenRequestRules = z.strictObject(requestRules);

const members = z.strictObject({
  access_token: memberPath.optional(),
  token_type: memberPath.optional(),
  expires_in: memberPath.optional(),
  expires_at: memberPath.optional(),
  refresh_token: memberPath.optional(),
  refresh_token_expires_in: memberPath.optional(),
  refresh_token_expires_at: memberPath.optional(),
  scope: memberPath.optional(),
  id_token: memberPath.optional(),
});

const success = z
  .strictObject({ member: text, equals: z.array(z.union([z.string(), z.number(), z.boolean()])).min(1) })
  .optional()
  .describe("The member that tells success from failure in a 200 answer");

/** A token answer (RFC 6749 §5). */
export const tokenAnswerRules = z.strictObject({
  format: z
    .enum(["auto", "xml"])
    .optional()
    .describe("`auto` unless said: JSON or form-encoded, told apart by content, whatever the header says"),
  success,
  error: memberPath
    .optional()
    .describe("The member that carries the error, `error` unless said; of several, the first known value"),
  errors: z
    .record(text, errorCode)
    .optional()
    .describe("The provider's own error values, in RFC 6749's words"),
  root: text.optional().describe("The member that holds the token object: `data`"),
  members: members
    .optional()
    .describe("Where the standard members are, from the answer's root, when not by their name under `root`"),
  expires_in_unit: z.enum(["seconds", "milliseconds"]).optional().describe("`seconds` unless said"),
  scope_separator: z
    .string()
    .min(1)
    .max(2)
    .optional()
    .describe("What separates scopes in the answer; as in the authorization request unless said"),
  refresh_tokens: z
    .array(text)
    .optional()
    .describe("Further members that are refresh tokens (two tokens in one answer)"),
  keep: z
    .array(text)
    .optional()
    .describe(
      "Further members that an account keeps: `instance_url`, `team.id`; `*`: all that hold no token",
    ),
});

/** A call after the token answer: a second exchange for the real token, or a lookup. */
export const followUpRules = z.strictObject({
  ...requestRules,
  name: placeName,
  endpoint: urlTemplate,
  purpose: z
    .enum(["token", "lookup"])
    .describe("`token`: its answer replaces the tokens; `lookup`: adds to them"),
  authentication: z
    .union([authMethod, z.literal("bearer")])
    .describe("`bearer`: with the access token; else as at the token endpoint"),
  after: z
    .array(z.enum(["exchange", "refresh"]))
    .min(1)
    .optional()
    .describe("Only after the code exchange unless said"),
  answer: tokenAnswerRules.optional().describe("For `token`, when it differs from `token_answer`"),
  keep: z
    .record(placeName, memberPath)
    .optional()
    .describe("For `lookup`: what to keep, by our name, and where it is; `0.id` is the first of a list"),
});

/** Refreshing (RFC 6749 §6). */
export const refreshRules = z.strictObject({
  ...requestRules,
  supported: z.boolean().optional().describe("False where tokens cannot be refreshed; true unless said"),
  endpoint: urlTemplate.optional().describe("When it is not the token endpoint"),
  authentication: authMethod.optional().describe("When it differs from `token_endpoint_auth_method`"),
  with: z
    .enum(["refresh_token", "access_token"])
    .optional()
    .describe("`access_token` where the access token itself is renewed"),
  rotation: z
    .enum(["always", "sometimes", "never"])
    .optional()
    .describe("Whether a refresh answers a new refresh token and ends the old one"),
  idle_lifetime: z.int().positive().optional().describe("Seconds after which an unused refresh token ends"),
  absolute_lifetime: z.int().positive().optional().describe("Seconds after which any refresh token ends"),
  answer: tokenAnswerRules.optional().describe("When it differs from `token_answer`"),
});

/** Revocation (RFC 7009) and introspection (RFC 7662), and what providers have instead. */
export const tokenCallRules = z.strictObject({
  ...requestRules,
  authentication: z
    .union([authMethod, z.literal("bearer")])
    .optional()
    .describe("When it differs from `token_endpoint_auth_method`; `bearer`: with the token itself"),
  tokens: z
    .array(z.enum(["access_token", "refresh_token"]))
    .min(1)
    .optional()
    .describe("Which tokens it takes; both unless said"),
  success,
});

/** Where the name of an account comes from. */
export const identityRules = z.strictObject({
  from: z.enum(["id_token", "token_answer", "endpoint"]),
  endpoint: urlTemplate.optional().describe("For `endpoint`: asked with the access token as bearer"),
  method: z.enum(["GET", "POST"]).optional(),
  headers: requestRules.headers,
  id: memberPath.optional().describe("What names the account for ever"),
  label: memberPath.optional().describe("What a person recognises: an e-mail address, a name"),
});

/** One thing to know before a login can start: a shop, a subdomain, a tenant. */
export const inputRules = z.strictObject({
  title: text.describe("What people call it"),
  pattern: text.describe("A regular expression for the whole value"),
  example: text.describe("A value that matches"),
  default: text.optional().describe("Used when none is given"),
  by: z
    .enum(["login", "operator"])
    .optional()
    .describe("Who gives it: each login (unless said), or only the configuration"),
});

/** A JWT that we sign: as a client assertion (RFC 7523), or as the client secret itself (Apple). */
export const clientJwtRules = z.strictObject({
  alg: z.enum(["ES256", "RS256", "PS256", "EdDSA"]).optional().describe("`RS256` unless said"),
  kid: text.optional().describe("May hold `{name}` places of inputs"),
  iss: text.optional().describe("The client id unless said; may hold `{name}` places"),
  aud: text.optional().describe("The issuer, else the token endpoint, unless said"),
  lifetime: z.int().positive().max(15_777_000).optional().describe("Seconds; 60 unless said"),
});
