import * as z from "zod/mini";
import type { OperatorScope } from "../accounts/operator-token.ts";
import { answerSchemas } from "./operator-answer-schemas.ts";
import * as schemas from "./operator-schemas.ts";

/** The document's schemas, by the names that it gives them. */
function namedSchemas() {
  const answers = answerSchemas();
  return {
    SessionRequest: schemas.sessionRequest,
    Session: answers.session,
    OwnerSessionRequest: schemas.ownerSessionRequest,
    OwnerSession: answers.ownerSession,
    AccountImport: schemas.accountImport,
    Account: answers.account,
    AccountList: answers.accountList,
    Tokens: answers.tokens,
    RefreshRequest: schemas.refreshRequest,
    ConnectorToken: answers.connectorToken,
    Deletion: answers.deletion,
    Event: answers.event,
    EventList: answers.eventList,
    Problem: answers.problem,
  } as const;
}
type Name = keyof ReturnType<typeof namedSchemas>;

const uri = (name: string): string => `#/components/schemas/${name}`;

/** JSON of a schema of the document, by reference. */
const json = (name: Name) => ({ content: { "application/json": { schema: { $ref: uri(name) } } } });

const answer = (description: string, name: Name) => ({ description, ...json(name) });

/** The answers that say what went wrong, by status. */
const problems = {
  400: "The request is not as this document says",
  401: "No operator token, or one that is not valid any more",
  403: "The token does not allow this",
  404: "There is no such account, or it is another owner's",
  409: "`needs_reconnect`: only the owner can bring it back. `no_refresh_token`: there is nothing newer to be had",
  413: "The body is larger than 16 KiB",
  429: "Too many refreshes of this account; see Retry-After",
  502: "The provider refuses the broker's registration",
  503: "The provider, or this broker, cannot answer right now; see Retry-After",
} as const;

function operation(
  summary: string,
  scope: OperatorScope,
  good: readonly [status: number, name: Name],
  failures: readonly (keyof typeof problems)[],
  more: { body?: Name; query?: z.ZodMiniObject } = {},
) {
  const [status, name] = good;
  const bad = [...failures, 401, 403] as const;
  return {
    summary,
    security: [{ operatorToken: [scope] }],
    ...(more.query && { parameters: parametersOf(more.query) }),
    ...(more.body && { requestBody: json(more.body) }),
    responses: {
      [status]: answer(summary, name),
      ...Object.fromEntries(bad.map((code) => [code, answer(problems[code], "Problem")])),
    },
  };
}

function parametersOf(query: z.ZodMiniObject) {
  return Object.entries(query.shape).map(([name, schema]) => ({
    name,
    in: "query",
    required: false,
    schema: inline(schema),
  }));
}

/** A schema as it stands, without what only a document of its own has. */
function inline(schema: z.core.$ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema);
  return rest;
}

/** The named schemas, each referring to the others by their place in the document. */
function componentSchemas() {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(namedSchemas())) registry.add(schema, { id });
  const made = z.toJSONSchema(registry, { uri }).schemas;
  return Object.fromEntries(
    Object.entries(made).map(([name, { $schema: _schema, $id: _id, ...rest }]) => [name, rest]),
  );
}

/**
 * The operator's API as an OpenAPI 3.1 document, made of the schemas that requests are checked with.
 *
 * @param url the broker's public URL
 */
export function openApi(url: string) {
  const one = {
    parameters: [
      { name: "id", in: "path", required: true, schema: { type: "string" }, description: "The account's id" },
    ],
  };
  const query = schemas.ownerQuery;
  return {
    openapi: "3.1.0",
    info: {
      title: "Willcall",
      version: "1",
      description: "Accounts that Willcall keeps and refreshes, for the operator's own servers.",
    },
    servers: [{ url }],
    paths: {
      "/api/sessions": {
        post: operation(
          "Begin connecting an account, new or in place",
          "accounts:write",
          [201, "Session"],
          [400, 404, 413, 503],
          { body: "SessionRequest" },
        ),
      },
      "/api/owner-sessions": {
        post: operation(
          "Make a one-time link that signs a person's browser in",
          "sessions:write",
          [201, "OwnerSession"],
          [400, 413],
          { body: "OwnerSessionRequest" },
        ),
      },
      "/api/accounts": {
        get: operation("List accounts", "accounts:read", [200, "AccountList"], [400], {
          query: schemas.accountQuery,
        }),
        post: operation(
          "Import an account by its refresh token",
          "accounts:write",
          [201, "Account"],
          [400, 413, 502, 503],
          { body: "AccountImport" },
        ),
      },
      "/api/events": {
        get: operation(
          "Follow what happens to accounts; events can be read for thirty days",
          "events:read",
          [200, "EventList"],
          [400],
          { query: schemas.eventQuery },
        ),
      },
      "/api/accounts/{id}": {
        ...one,
        get: operation("See an account", "accounts:read", [200, "Account"], [400, 404], { query }),
        delete: operation(
          "End an account at the provider, and delete it",
          "accounts:write",
          [200, "Deletion"],
          [400, 404],
          { query },
        ),
      },
      "/api/accounts/{id}/tokens": {
        ...one,
        get: operation(
          "Read an account's tokens, renewed if they are about to end",
          "tokens:read",
          [200, "Tokens"],
          [400, 404, 409, 429, 502, 503],
          { query },
        ),
      },
      "/api/accounts/{id}/refresh": {
        ...one,
        post: operation(
          "Renew an account's tokens because they do not work",
          "tokens:read",
          [200, "Tokens"],
          [400, 404, 409, 413, 429, 502, 503],
          { query, body: "RefreshRequest" },
        ),
      },
      "/api/accounts/{id}/connector-tokens": {
        ...one,
        post: operation(
          "Make a token with which a connector may use an account, for one run",
          "tokens:read",
          [201, "ConnectorToken"],
          [400, 404],
          { query },
        ),
      },
    },
    components: {
      securitySchemes: { operatorToken: { type: "http", scheme: "bearer" } },
      schemas: componentSchemas(),
    },
  };
}
