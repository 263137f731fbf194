import * as z from "zod/mini";
import { described, optional } from "../schemas.ts";
import {
  authMethod,
  authorizationRules,
  callbackRules,
  clientJwtRules,
  followUpRules,
  identityRules,
  inputRules,
  placeName,
  refreshRules,
  seconds,
  tokenAnswerRules,
  tokenCallRules,
  tokenRequestRules,
  urlTemplate,
} from "./definition-parts.ts";
import { brokenRules } from "./definition-rules.ts";

const endpoint = z.optional(urlTemplate);

const facts = z.strictObject({
  issuer: optional(z.url({ protocol: /^https?$/ }), "Enough alone for a server with RFC 8414 metadata"),
  authorization_endpoint: endpoint,
  token_endpoint: endpoint,
  revocation_endpoint: endpoint,
  introspection_endpoint: endpoint,
  pushed_authorization_request_endpoint: endpoint,
  require_pushed_authorization_requests: z.optional(z.boolean()),
  authorization_response_iss_parameter_supported: optional(
    z.boolean(),
    "RFC 9207: a callback without the right `iss` is refused",
  ),
  jwks_uri: endpoint,
  token_endpoint_auth_method: optional(authMethod, "`client_secret_post` unless said"),
  pkce: optional(
    z.enum(["required", "supported", "unsupported", "unknown"]),
    "RFC 7636; `unknown` unless said. Sent unless `unsupported`",
  ),
  hosts: optional(
    z
      .array(
        z
          .string()
          .check(
            z.regex(
              /^(?:\*|(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+)$/,
              "must be a host, `*.` and a host, or `*`",
            ),
          ),
      )
      .check(z.minLength(1)),
    "Where templated URLs may lead: a host, `*.` for one label, `*` for any public host name",
  ),
  inputs: z.optional(z.record(placeName, inputRules)),
  client_jwt: z.optional(clientJwtRules),
  authorization: z.optional(authorizationRules),
  callback: z.optional(callbackRules),
  token_request: z.optional(tokenRequestRules),
  token_answer: z.optional(tokenAnswerRules),
  id_token: z.optional(
    z.strictObject({
      issuers: optional(
        z.array(z.string().check(z.minLength(1))).check(z.minLength(1)),
        "Accepted `iss` values when not `issuer`; may hold `{name}` places; `*` is one path segment",
      ),
      check: optional(z.boolean(), "False where ID tokens are known to be malformed; true unless said"),
    }),
  ),
  follow_ups: z.optional(z.array(followUpRules).check(z.maxLength(4))),
  refresh: z.optional(refreshRules),
  revocation: z.optional(tokenCallRules),
  introspection: z.optional(tokenCallRules),
  identity: z.optional(identityRules),
  access_token_lifetime: optional(seconds, "Seconds, as documented, where the answer does not say"),
  offline: optional(z.boolean(), "Whether `authorization.offline` is asked for; true unless said"),
});

const catalogueFacts = z.strictObject({
  title: described(z.string().check(z.minLength(1), z.maxLength(80)), "What people call the provider"),
  aliases: optional(z.array(z.string().check(z.regex(/^[a-z0-9][a-z0-9-]*$/))), "Other ids that find it"),
  categories: z.optional(z.array(z.string().check(z.regex(/^[a-z][a-z-]*$/)))),
  docs: described(z.url({ protocol: /^https$/ }), "The provider's own page on its OAuth"),
  console: optional(z.url({ protocol: /^https$/ }), "Where you register your app"),
  sources: described(
    z.array(z.string().check(z.minLength(1))).check(z.minLength(1)),
    "Pages (URLs) and packages (`npm:grant`) that state the facts",
  ),
  level: described(
    z.enum(["listed", "confirmed", "fixture", "live"]),
    "One source; own documentation or two sources; documented shapes pass; someone logged in",
  ),
  notes: optional(
    z.string().check(z.minLength(1), z.maxLength(500)),
    "What an operator should know before registering",
  ),
});

function report(definition: z.infer<typeof facts>, context: z.core.$RefinementCtx): void {
  for (const { path, message } of brokenRules(definition)) {
    context.addIssue({ code: "custom", path: [...path], message, input: definition });
  }
}

/**
 * A provider as data: what RFC 6749, 8414 and their relatives leave open, and every known departure from them.
 * Unknown keys are errors. Two facts are enough: `issuer`, or both endpoints.
 */
export const definitionSchema = facts.check(z.superRefine(report));

/** A provider's facts, parsed. Absent members mean what the schema's descriptions say. */
export type Definition = z.infer<typeof facts>;

/** One file of the catalogue: a definition, and what people need to know of the provider. */
export const catalogueEntrySchema = z
  .strictObject({ ...catalogueFacts.shape, ...facts.shape })
  .check(z.superRefine(report));

/** A catalogue entry, parsed. */
export type CatalogueEntry = z.infer<typeof catalogueFacts> & Definition;

/** The members of an entry that are about the catalogue, not about the wire. */
export const catalogueMembers: ReadonlySet<string> = new Set(Object.keys(catalogueFacts.shape));
