import * as z from "zod";

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
  headers: z.record(z.string().regex(/^[a-z0-9-]+$/), z.string()).optional(),
  query: parameters.optional(),
  body: parameters.optional(),
});

const answer = z.strictObject({
  status: z.int(),
  content_type: z.string().optional(),
  body: z.union([z.string(), z.record(z.string(), z.json()), z.array(z.json())]),
});

const tokens = z.strictObject({
  access_token: z.string(),
  token_type: z.string().optional(),
  expires_in: z.number().nullable().optional(),
  refresh_token: z.string().nullable().optional(),
  refresh_token_expires_in: z.number().nullable().optional(),
  scope: z.string().nullable().optional(),
  id_token: z.string().nullable().optional(),
  extra: z.record(z.string(), z.json()).optional(),
});

/** A documented call after another: what a follow-up sends and gets. */
const followUp = z.strictObject({ docs, name: z.string(), request, answer });

const tokenCall = z.strictObject({
  docs,
  captured: parameters.optional(),
  request,
  answer,
  follow_ups: z.array(followUp).optional(),
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
    inputs: parameters.optional(),
    url: z.string(),
    parameters,
  }),
  callback: z.strictObject({ docs, parameters, captured: parameters }).optional(),
  token: tokenCall,
  refresh: tokenCall.optional(),
  revocation: z
    .strictObject({ docs, token: z.enum(["access_token", "refresh_token"]), request, answer })
    .optional(),
  errors: z
    .array(
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
    )
    .optional(),
});

/** A fixture, parsed. */
export type Fixture = z.infer<typeof fixtureSchema>;
