import type { Hono } from "hono";
import type { App } from "../config/config.ts";
import { asTokenResponse } from "../grants/delivered.ts";
import type { Grants } from "../grants/grants.ts";
import { type Call, type Env, type Replies, apiRoute, pathOf, readForm } from "./http.ts";
import type { Desk } from "../desk.ts";

/** An RFC 6749 §5.2 error: a code, and a sentence for the developer who reads it. */
export interface OAuthError {
  status: number;
  error: string;
  error_description: string;
  /** Seconds, for 429 and 503. */
  retryAfter?: number;
}

/** Answers a grant type of `POST /token`; its form has every parameter at most once. */
export type GrantType = (call: Call, form: ReadonlyMap<string, string>) => Promise<Response | OAuthError>;

/** What the shared token and revocation endpoints need. */
export interface TokenOffice {
  readonly desk: Desk;
  readonly replies: Replies;
  readonly grants: Grants;
  /** The grant types beyond `refresh_token`, by name: each dialect brings its own. */
  readonly grantTypes: ReadonlyMap<string, GrantType>;
}

/** `POST /token` (RFC 6749 §3.2) and `POST /revoke` (RFC 7009), shared by the native, device and code dialects. */
export function tokenRoutes(hono: Hono<Env>, office: TokenOffice, app: App): void {
  const { desk, replies } = office;
  const path = pathOf(desk.config, app);
  apiRoute(hono, desk.config, replies, app, `${path}/token`, { POST: (call) => token(office, call) });
  apiRoute(hono, desk.config, replies, app, `${path}/revoke`, { POST: (call) => revoke(office, call) });
}

async function token(office: TokenOffice, call: Call): Promise<Response> {
  const form = await readOAuthForm(call);
  if ("error" in form) return oauthError(office.replies, call, form);
  if (call.connection.header("authorization") !== null) {
    const error_description =
      "Apps here are public clients: send client_id in the body, and no Authorization header.";
    return oauthError(office.replies, call, { status: 401, error: "invalid_client", error_description });
  }
  const name = form.parameters.get("grant_type");
  if (name === undefined) return oauthError(office.replies, call, missing("grant_type"));
  const grantType = name === "refresh_token" ? refresh(office) : office.grantTypes.get(name);
  if (grantType === undefined) {
    return oauthError(office.replies, call, {
      status: 400,
      error: "unsupported_grant_type",
      error_description: "This app has no such grant type.",
    });
  }
  const answer = await grantType(call, form.parameters);
  return answer instanceof Response ? answer : oauthError(office.replies, call, answer);
}

const refresh =
  ({ desk, replies, grants }: TokenOffice): GrantType =>
  async ({ app, origin }, form) => {
    const presented = form.get("refresh_token");
    if (presented === undefined) return missing("refresh_token");
    const refreshed = await grants.refresh({ app, origin, token: presented });
    switch (refreshed.kind) {
      case "tokens":
        return replies.json(origin, 200, asTokenResponse(refreshed.delivered, desk.platform.now()));
      case "invalid_grant":
        return {
          status: 400,
          error: "invalid_grant",
          error_description: "The refresh token is not valid here, or no longer. Log in again.",
        };
      case "limited":
        return {
          status: 429,
          error: "temporarily_unavailable",
          error_description: "Too many refreshes of this grant. Use the access token until it expires.",
          retryAfter: refreshed.after,
        };
      case "unavailable":
        return {
          status: 503,
          error: "temporarily_unavailable",
          error_description: "The provider cannot answer right now. Nothing is lost: try again.",
          retryAfter: refreshed.after,
        };
      case "misconfigured":
        return {
          status: 502,
          error: "server_error",
          error_description: "The provider refuses this broker's registration. Tell its operator.",
        };
    }
  };

/** RFC 7009: 200 also for tokens that are unknown here. */
async function revoke({ replies, grants }: TokenOffice, call: Call): Promise<Response> {
  const form = await readOAuthForm(call);
  if ("error" in form) return oauthError(replies, call, form);
  const presented = form.parameters.get("token");
  if (presented === undefined) return oauthError(replies, call, missing("token"));
  await grants.revoke({ app: call.app, origin: call.origin, token: presented });
  return replies.empty(call.origin, 200);
}

/** Answers an OAuth error as JSON with the RFC's code. */
export function oauthError(replies: Replies, { origin }: Call, problem: OAuthError): Response {
  const { status, error, error_description, retryAfter } = problem;
  const more = retryAfter === undefined ? undefined : { "Retry-After": String(retryAfter) };
  return replies.json(origin, status, { error, error_description }, more);
}

/** `invalid_request` for a parameter that is not there. */
export function missing(name: string): OAuthError {
  return { status: 400, error: "invalid_request", error_description: `The parameter ${name} is missing.` };
}

/** The form of a token or revocation request: no parameter twice, empty ones absent (RFC 6749 §3.2). */
export async function readOAuthForm(
  call: Call,
): Promise<{ parameters: ReadonlyMap<string, string> } | OAuthError> {
  const form = await readForm(call.request);
  if (form === undefined)
    return { status: 413, error: "invalid_request", error_description: "The body is too large." };
  const parameters = new Map<string, string>();
  for (const [name, value] of form) {
    if (parameters.has(name)) {
      return { status: 400, error: "invalid_request", error_description: "A parameter is there twice." };
    }
    if (value !== "") parameters.set(name, value);
  }
  return { parameters };
}
