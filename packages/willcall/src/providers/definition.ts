import * as z from "zod";
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
  tokenAnswerRules,
  tokenCallRules,
  tokenRequestRules,
  urlTemplate,
} from "./definition-parts.ts";
import { brokenRules } from "./definition-rules.ts";

const facts = z.strictObject({
  issuer: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("Enough alone for a server with RFC 8414 metadata"),
  authorization_endpoint: urlTemplate.optional(),
  token_endpoint: urlTemplate.optional(),
  revocation_endpoint: urlTemplate.optional(),
  introspection_endpoint: urlTemplate.optional(),
  pushed_authorization_request_endpoint: urlTemplate.optional(),
  require_pushed_authorization_requests: z.boolean().optional(),
  authorization_response_iss_parameter_supported: z
    .boolean()
    .optional()
    .describe("RFC 9207: a callback without the right `iss` is refused"),
  jwks_uri: urlTemplate.optional(),
  token_endpoint_auth_method: authMethod.optional().describe("`client_secret_post` unless said"),
  pkce: z
    .enum(["required", "supported", "unsupported", "unknown"])
    .optional()
    .describe("RFC 7636; `unknown` unless said. Sent unless `unsupported`"),
  hosts: z
    .array(
      z
        .string()
        .regex(/^(?:\*|(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+)$/, "must be a host, `*.` and a host, or `*`"),
    )
    .min(1)
    .optional()
    .describe("Where templated URLs may lead: a host, `*.` for one label, `*` for any public host name"),
  inputs: z.record(placeName, inputRules).optional(),
  client_jwt: clientJwtRules.optional(),
  authorization: authorizationRules.optional(),
  callback: callbackRules.optional(),
  token_request: tokenRequestRules.optional(),
  token_answer: tokenAnswerRules.optional(),
  id_token: z
    .strictObject({
      issuers: z
        .array(z.string().min(1))
        .min(1)
        .optional()
        .describe(
          "Accepted `iss` values when not `issuer`; may hold `{name}` places; `*` is one path segment",
        ),
      check: z
        .boolean()
        .optional()
        .describe("False where ID tokens are known to be malformed; true unless said"),
    })
    .optional(),
  follow_ups: z.array(followUpRules).max(4).optional(),
  refresh: refreshRules.optional(),
  revocation: tokenCallRules.optional(),
  introspection: tokenCallRules.optional(),
  identity: identityRules.optional(),
  access_token_lifetime: z
    .int()
    .positive()
    .optional()
    .describe("Seconds, as documented, where the answer does not say"),
  offline: z.boolean().optional().describe("Whether `authorization.offline` is asked for; true unless said"),
});

const catalogueFacts = z.strictObject({
  title: z.string().min(1).max(80).describe("What people call the provider"),
  aliases: z
    .array(z.string().regex(/^[a-z0-9][a-z0-9-]*$/))
    .optional()
    .describe("Other ids that find it"),
  categories: z.array(z.string().regex(/^[a-z][a-z-]*$/)).optional(),
  docs: z.url({ protocol: /^https$/ }).describe("The provider's own page on its OAuth"),
  console: z
    .url({ protocol: /^https$/ })
    .optional()
    .describe("Where you register your app"),
  sources: z
    .array(z.string().min(1))
    .min(1)
    .describe("Pages (URLs) and packages (`npm:grant`) that state the facts"),
  level: z
    .enum(["listed", "confirmed", "fixture", "live"])
    .describe("One source; own documentation or two sources; documented shapes pass; someone logged in"),
  notes: z.string().min(1).max(500).optional().describe("What an operator should know before registering"),
});

function report(definition: z.infer<typeof facts>, context: z.RefinementCtx): void {
  for (const { path, message } of brokenRules(definition)) {
    context.addIssue({ code: "custom", path: [...path], message, input: definition });
  }
}

/**
 * A provider as data: what RFC 6749, 8414 and their relatives leave open, and every known departure from them.
 * Unknown keys are errors. Two facts are enough: `issuer`, or both endpoints.
 */
export const definitionSchema = facts.superRefine(report);

/** A provider's facts, parsed. Absent members mean what the schema's descriptions say. */
export type Definition = z.infer<typeof facts>;

/** One file of the catalogue: a definition, and what people need to know of the provider. */
export const catalogueEntrySchema = z
  .strictObject({ ...catalogueFacts.shape, ...facts.shape })
  .superRefine(report);

/** A catalogue entry, parsed. */
export type CatalogueEntry = z.infer<typeof catalogueFacts> & Definition;

/** The members of an entry that are about the catalogue, not about the wire. */
export const catalogueMembers: ReadonlySet<string> = new Set(Object.keys(catalogueFacts.shape));
