import type { App } from "../config/config.ts";
import type { Desk } from "../desk.ts";
import { type Delivered, asTokenResponse } from "../grants/delivered.ts";
import type { Grants } from "../grants/grants.ts";
import { mayAsk } from "../login/asked.ts";
import { type OAuthError, missing, readOAuthForm } from "./client-request.ts";
import { type Call, type Replies, pathOf } from "./http.ts";
import type { Routes } from "./routes.ts";

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
export function tokenRoutes(routes: Routes, office: TokenOffice, app: App): void {
  const { desk } = office;
  const path = pathOf(desk.config, app);
  routes.api(app, `${path}/token`, { POST: (call) => token(office, call) });
  routes.api(app, `${path}/revoke`, { POST: (call) => revoke(office, call) });
}

async function token(office: TokenOffice, call: Call): Promise<Response> {
  const form = await readOAuthForm(call);
  if ("error" in form) return oauthError(office.replies, call, form);
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
  (office: TokenOffice): GrantType =>
  async (call, form) => {
    const { app, origin, connection } = call;
    const { grants } = office;
    const presented = form.get("refresh_token");
    if (presented === undefined) return missing("refresh_token");
    if (!mayAsk(app, form.get("scope") ?? "")) {
      const error_description = "The scope goes beyond what this app may ask for.";
      return { status: 400, error: "invalid_scope", error_description };
    }
    const refreshed = await grants.refresh({ app, origin, address: connection.address, token: presented });
    switch (refreshed.kind) {
      case "tokens":
        return tokenResponse(office, call, refreshed.delivered);
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

const tooMany: OAuthError = {
  status: 503,
  error: "temporarily_unavailable",
  error_description: "Too many unknown tokens came from this address. Try again in a minute.",
  retryAfter: 60,
};

/** RFC 7009: 200 also for tokens that are unknown here. */
async function revoke({ replies, grants }: TokenOffice, call: Call): Promise<Response> {
  const form = await readOAuthForm(call);
  if ("error" in form) return oauthError(replies, call, form);
  const presented = form.parameters.get("token");
  if (presented === undefined) return oauthError(replies, call, missing("token"));
  const { app, origin, connection } = call;
  const revoked = await grants.revoke({ app, origin, address: connection.address, token: presented });
  // RFC 7009 §2.2.1: the client tries again later.
  if (revoked === "limited") return oauthError(replies, call, tooMany);
  // The RFC asks for no body (§2.2), but simple-oauth2 reads one, as JSON.
  return replies.json(call.origin, 200, {});
}

/**
 * Answers with tokens (RFC 6749 §5.1). The ID token goes out as `provider_id_token`: it names the provider as issuer
 * and this broker's registration as audience, so a library that found it as `id_token` would check and refuse it.
 */
export function tokenResponse(
  { desk, replies }: Pick<TokenOffice, "desk" | "replies">,
  { origin }: Call,
  delivered: Delivered,
): Response {
  const { id_token, ...tokens } = asTokenResponse(delivered, desk.platform.now());
  const answer = id_token === undefined ? tokens : { ...tokens, provider_id_token: id_token };
  return replies.json(origin, 200, answer, { Pragma: "no-cache" });
}

/** Answers an OAuth error as JSON with the RFC's code. */
export function oauthError(replies: Replies, { origin }: Call, problem: OAuthError): Response {
  const { status, error, error_description, retryAfter } = problem;
  return replies.json(
    origin,
    status,
    { error, error_description },
    {
      ...(retryAfter !== undefined && { "Retry-After": String(retryAfter) }),
      // RFC 6749 §5.2, RFC 9110 §15.5.2: a 401 names a scheme.
      ...(status === 401 && { "WWW-Authenticate": 'Basic realm="Willcall"' }),
    },
  );
}
