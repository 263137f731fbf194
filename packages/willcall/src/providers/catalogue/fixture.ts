import * as z from "zod/mini";

/** RFC 6749 codes as an app sees them: a request of ours that the provider cannot read is our `server_error`. */
const failure = z.strictObject({
  error: z.enum([
    "access_denied",
    "invalid_client",
    "invalid_grant",
    "invalid_scope",
    "server_error",
    "temporarily_unavailable",
  ]),
  reason: z.string(),
});

const docs = z.url({ protocol: /^https$/ });
const parameters = z.record(z.string(), z.string());

const request = z.strictObject({
  method: z.enum(["POST", "GET", "DELETE"]),
  url: z.string(),
  headers: z.optional(z.record(z.string().check(z.regex(/^[a-z0-9-]+$/)), z.string())),
  query: z.optional(parameters),
  body: z.optional(parameters),
});

const answer = z.strictObject({
  status: z.int(),
  content_type: z.optional(z.string()),
  body: z.union([z.string(), z.record(z.string(), z.json()), z.array(z.json())]),
});

const tokens = z.strictObject({
  access_token: z.string(),
  token_type: z.optional(z.string()),
  expires_in: z.nullish(z.number()),
  refresh_token: z.nullish(z.string()),
  refresh_token_expires_in: z.nullish(z.number()),
  scope: z.nullish(z.string()),
  id_token: z.nullish(z.string()),
  extra: z.optional(z.record(z.string(), z.json())),
});

/** A documented call after another: what a follow-up sends and gets. */
const followUp = z.strictObject({ docs, name: z.string(), request, answer });

const tokenCall = z.strictObject({
  docs,
  captured: z.optional(parameters),
  request,
  answer,
  follow_ups: z.optional(z.array(followUp)),
  tokens,
});

/**
 * The shapes that a provider's documentation shows, one file per provider beside the catalogue. Our own values
 * stand as CLIENT_ID, CLIENT_SECRET, CODE, STATE, REFRESH_TOKEN, ACCESS_TOKEN, CODE_CHALLENGE, CODE_VERIFIER,
 * NONCE and `https://willcall.example/redirect`; the provider's are the documentation's examples.
 */
export const fixtureSchema = z.strictObject({
  authorization: z.strictObject({
    docs,
    scope: z.array(z.string()),
    inputs: z.optional(parameters),
    url: z.string(),
    parameters,
  }),
  callback: z.optional(z.strictObject({ docs, parameters, captured: parameters })),
  token: tokenCall,
  refresh: z.optional(tokenCall),
  revocation: z.optional(
    z.strictObject({ docs, token: z.enum(["access_token", "refresh_token"]), request, answer }),
  ),
  errors: z.optional(
    z.array(
      z.union([
        z.strictObject({
          docs,
          during: z.enum(["token", "refresh"]),
          answer,
          failure,
        }),
        z.strictObject({
          docs,
          during: z.literal("callback"),
          parameters,
          failure,
        }),
      ]),
    ),
  ),
});

/** A fixture, parsed. */
export type Fixture = z.infer<typeof fixtureSchema>;
