import * as fc from "fast-check";
import type { AnswerRules } from "../answer.ts";
import { type Definition, definitionSchema } from "../definition.ts";

const methods = [
  "client_secret_post",
  "client_secret_basic",
  "client_secret_basic_raw",
  "client_secret_basic_and_post",
  "client_secret_as_username",
  "client_secret_jwt",
  "private_key_jwt",
  "signed_client_secret",
  "none",
] as const;

const name = fc.stringMatching(/^[a-z]{1,6}_x$/);
const value = fc
  .oneof(fc.string({ minLength: 1, maxLength: 8 }), fc.constantFrom("a b", "a+b", "é&=?#%", "{client_id}"))
  .filter(
    (text) => /^[^\p{Cc}\p{Cf}]*$/u.test(text) && !/\{(?!client_id\})/.test(text) && text.isWellFormed(),
  );
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

/** `rename`, `omit` and `parameters` for the given standard names, no two on one wire name. */
function spelling(standard: readonly string[]) {
  return {
    rename: maybe(
      fc
        .subarray([...standard])
        .map((names) => Object.fromEntries(names.map((one) => [one, `their_${one}`]))),
    ),
    omit: maybe(fc.subarray([...standard])),
    parameters: maybe(fc.dictionary(fc.oneof(name, fc.constantFrom(...standard)), value, { maxKeys: 3 })),
  };
}

const tokenNames = ["grant_type", "redirect_uri", "client_id"];
const writing = {
  method: maybe(fc.constantFrom("POST" as const, "GET" as const)),
  headers: maybe(
    fc.dictionary(fc.constantFrom("x-one", "x-two", "user-agent"), fc.constantFrom("v1", "{client_id}")),
  ),
};

const answer: fc.Arbitrary<AnswerRules> = fc.record({
  root: maybe(fc.constantFrom("data", "body.inner")),
  success: maybe(
    fc.constantFrom({ member: "ok", equals: [true] }, { member: "meta.status", equals: [0, "0"] }),
  ),
  members: maybe(
    fc.constantFrom(
      { access_token: "token.value" },
      { access_token: ["absent", "user.0.token"], scope: "granted" },
      { expires_at: "until", refresh_token: "again" },
    ),
  ),
  expires_in_unit: maybe(fc.constantFrom("seconds" as const, "milliseconds" as const)),
  scope_separator: maybe(fc.constantFrom(",", " ", ";")),
  refresh_tokens: maybe(fc.constant(["other.refresh_token"])),
  keep: maybe(fc.constantFrom(["instance_url"], ["team.id", "team.name"])),
});

const definition = fc.record({
  authorization_endpoint: fc.constantFrom(
    "https://quirk.example/authorize",
    "https://quirk.example/authorize?own=1",
    "https://quirk.example/#/authorize",
    "https://{shop}.quirk.example/authorize",
  ),
  token_endpoint: fc.constantFrom(
    "https://quirk.example/token",
    "https://quirk.example/token?own=1",
    "https://{shop}.quirk.example/token",
    "{server}/token",
  ),
  revocation_endpoint: maybe(
    fc.constantFrom("https://quirk.example/revoke", "https://{shop}.quirk.example/{client_id}"),
  ),
  token_endpoint_auth_method: maybe(fc.constantFrom(...methods)),
  client_jwt: fc.record({
    alg: fc.constantFrom("ES256" as const, "RS256" as const),
    kid: maybe(fc.constant("{shop}")),
  }),
  pkce: maybe(fc.constantFrom("required" as const, "unsupported" as const)),
  offline: maybe(fc.boolean()),
  authorization: maybe(
    fc.record({
      ...spelling(["response_type", "client_id", "redirect_uri", "scope"]),
      scope_separator: maybe(fc.constantFrom(",", " ", "+", ";")),
      response_mode: maybe(fc.constant("form_post" as const)),
      code_challenge_method: maybe(fc.constantFrom("S256" as const, "plain" as const)),
      nonce: maybe(fc.boolean()),
      offline: maybe(
        fc.constantFrom(
          { parameters: { access_type: "offline" } },
          { scope: ["offline_access"] },
          { token_parameters: { expiring: "1" } },
        ),
      ),
    }),
  ),
  signed: fc.boolean(),
  code: maybe(fc.constant("auth_code")),
  token_request: maybe(
    fc.record({
      ...spelling(tokenNames),
      ...writing,
      body: maybe(fc.constantFrom("form" as const, "json" as const, "query" as const)),
    }),
  ),
  token_answer: maybe(answer),
  follow_ups: maybe(
    fc.constantFrom(
      [
        {
          name: "lookup",
          endpoint: "https://quirk.example/who",
          purpose: "lookup" as const,
          method: "GET" as const,
          authentication: "bearer" as const,
          keep: { cloud: "0.id" },
        },
      ],
      [
        {
          name: "longer",
          endpoint: "https://quirk.example/longer",
          purpose: "token" as const,
          authentication: "client_secret_post" as const,
          parameters: { old: "{access_token}" },
        },
      ],
    ),
  ),
  refresh: maybe(
    fc.record({
      ...spelling(["grant_type"]),
      endpoint: maybe(fc.constantFrom("https://quirk.example/again", "https://{shop}.quirk.example/again")),
      with: maybe(fc.constantFrom("access_token" as const, "refresh_token" as const)),
      rotation: maybe(fc.constantFrom("always" as const, "never" as const)),
      authentication: maybe(fc.constantFrom("client_secret_basic" as const, "none" as const)),
    }),
  ),
  revocation: maybe(
    fc.record({
      ...spelling(["token_type_hint", "client_id"]),
      method: maybe(fc.constantFrom("POST" as const, "GET" as const, "DELETE" as const)),
      body: maybe(fc.constantFrom("form" as const, "json" as const, "query" as const)),
      authentication: maybe(fc.constantFrom("bearer" as const, "client_secret_basic_raw" as const)),
      tokens: maybe(fc.constant(["access_token" as const])),
      success: maybe(fc.constant({ member: "ok", equals: [true] })),
    }),
  ),
});

/** Any sound definition: every class of quirk, alone and together. */
export const anyDefinition: fc.Arbitrary<Definition> = definition
  .map(({ signed, code, ...rest }): unknown => {
    const whole = {
      ...rest,
      hosts: ["*.quirk.example"],
      inputs: { shop: { title: "Shop", pattern: "[a-z]{1,20}", example: "acme" } },
      callback: {
        code,
        keep: {
          server: { pattern: "https://[a-z]+\\.quirk\\.example" },
          realm: { pattern: "[0-9]{1,9}", required: false },
        },
        ...(signed && { signature: { parameter: "hmac", method: "hmac_sha256_hex" } }),
      },
    };
    // As a file would bring it: without members that are undefined.
    return JSON.parse(JSON.stringify(whole));
  })
  .filter((written) => definitionSchema.safeParse(written).success)
  .map((written) => definitionSchema.parse(written));
