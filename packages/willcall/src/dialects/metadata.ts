import type { App } from "../config/config.ts";
import { baseOf } from "../desk.ts";
import { DEVICE_GRANT } from "./device.ts";
import { pathOf } from "./http.ts";
import type { Routes } from "./routes.ts";
import type { Office } from "./office.ts";

const WELL_KNOWN = "/.well-known/oauth-authorization-server";

/** Authorization server metadata (RFC 8414), in the RFC's path form and in the one that many clients try. */
export function metadataRoutes(routes: Routes, { desk, replies }: Office, app: App): void {
  const path = pathOf(desk.config, app);
  const issuer = baseOf(desk.config, app);
  const code = app.redirectUris.length > 0;
  const scopes = scopesOf(app);
  const metadata = {
    issuer,
    ...(code && {
      authorization_endpoint: `${issuer}/oauth/authorize`,
      response_modes_supported: ["query"],
      code_challenge_methods_supported: ["S256"],
      authorization_response_iss_parameter_supported: true,
    }),
    token_endpoint: `${issuer}/token`,
    revocation_endpoint: `${issuer}/revoke`,
    device_authorization_endpoint: `${issuer}/device_authorization`,
    // Required, also where it is empty (RFC 8414 §2).
    response_types_supported: code ? ["code"] : [],
    grant_types_supported: [...(code ? ["authorization_code"] : []), "refresh_token", DEVICE_GRANT],
    token_endpoint_auth_methods_supported: ["none"],
    revocation_endpoint_auth_methods_supported: ["none"],
    ...(scopes.length > 0 && { scopes_supported: scopes }),
  };
  for (const at of new Set([`${WELL_KNOWN}${path}`, `${path}${WELL_KNOWN}`])) {
    routes.api(app, at, {
      GET: ({ origin }) => replies.json(origin, 200, metadata),
    });
  }
}

function scopesOf({ providers }: App): string[] {
  const scopes = providers.flatMap(({ scope }) =>
    "verbatim" in scope ? scope.verbatim.split(/[\s,]+/) : scope,
  );
  return [...new Set(scopes)].filter((scope) => scope !== "");
}
