import type { AuthorizationServer } from "oauth4webapi";
import type { EgressFetch } from "../platform.ts";
import type { Definition } from "./definition.ts";
import { urlTemplate } from "./definition-parts.ts";

/** Milliseconds that metadata is believed. */
const MAX_AGE = 3_600_000;

/** Milliseconds between two readings at least, however often something fails. */
const MIN_AGE = 30_000;

/** What a server says of itself (RFC 8414, OpenID Connect Discovery), in a definition's words. */
export type Metadata = Pick<
  Definition,
  | "issuer"
  | "authorization_endpoint"
  | "token_endpoint"
  | "revocation_endpoint"
  | "introspection_endpoint"
  | "pushed_authorization_request_endpoint"
  | "require_pushed_authorization_requests"
  | "authorization_response_iss_parameter_supported"
  | "jwks_uri"
  | "token_endpoint_auth_method"
  | "pkce"
  | "identity"
>;

/** The metadata of issuers, read once and kept. */
export interface Discovery {
  /** The metadata, or undefined when it was never readable. */
  read(issuer: string): Promise<Metadata | undefined>;
  /** Something at this issuer failed: its metadata is read again before its time. */
  doubt(issuer: string): void;
}

function authMethodOf(methods: readonly string[] | undefined): Definition["token_endpoint_auth_method"] {
  // RFC 8414 §2: a server that says nothing means Basic.
  const known = [
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
    "client_secret_jwt",
    "none",
  ] as const;
  return methods === undefined ? "client_secret_basic" : known.find((method) => methods.includes(method));
}

function pkceOf(methods: readonly string[] | undefined): Definition["pkce"] {
  if (methods === undefined) return "unknown";
  return methods.includes("S256") ? "supported" : "unsupported";
}

/** Whether a discovered URL may be called, or a browser be sent there: https, and no template of ours. */
function isEndpoint(url: string | undefined): url is string {
  return url !== undefined && urlTemplate.safeParse(url).success && !/[{}]/.test(url);
}

function toMetadata(server: AuthorizationServer): Metadata | undefined {
  if (!isEndpoint(server.authorization_endpoint) || !isEndpoint(server.token_endpoint)) return undefined;
  const method = authMethodOf(server.token_endpoint_auth_methods_supported);
  return {
    issuer: server.issuer,
    authorization_endpoint: server.authorization_endpoint,
    token_endpoint: server.token_endpoint,
    ...(isEndpoint(server.revocation_endpoint) && { revocation_endpoint: server.revocation_endpoint }),
    ...(isEndpoint(server.introspection_endpoint) && {
      introspection_endpoint: server.introspection_endpoint,
    }),
    ...(isEndpoint(server.pushed_authorization_request_endpoint) && {
      pushed_authorization_request_endpoint: server.pushed_authorization_request_endpoint,
    }),
    require_pushed_authorization_requests: server.require_pushed_authorization_requests === true,
    authorization_response_iss_parameter_supported:
      server.authorization_response_iss_parameter_supported === true,
    ...(isEndpoint(server.jwks_uri) && { jwks_uri: server.jwks_uri }),
    ...(method !== undefined && { token_endpoint_auth_method: method }),
    pkce: pkceOf(server.code_challenge_methods_supported),
    ...(isEndpoint(server.userinfo_endpoint) && {
      identity: { from: "endpoint", endpoint: server.userinfo_endpoint, id: "sub", label: ["email", "name"] },
    }),
  };
}

/**
 * Reads metadata through the hardened egress: OpenID Connect's place first, then RFC 8414's. `oauth4webapi`, which
 * checks that the document is this issuer's own, is loaded at the first use.
 */
export function createDiscovery(fetch: EgressFetch, now: () => number): Discovery {
  const known = new Map<string, { metadata: Metadata | undefined; readAt: number; expiresAt: number }>();
  const inFlight = new Map<string, Promise<Metadata | undefined>>();

  async function request(issuer: string): Promise<Metadata | undefined> {
    const oauth = await import("./metadata-document.ts");
    const url = new URL(issuer);
    for (const algorithm of ["oidc", "oauth2"] as const) {
      try {
        const response = await oauth.discoveryRequest(url, {
          algorithm,
          // The egress decides where plain http may go.
          [oauth.allowInsecureRequests]: true,
          [oauth.customFetch]: async (target) => {
            const answer = await fetch({
              url: target,
              method: "GET",
              headers: { accept: "application/json" },
            });
            if (!answer.ok) throw new Error(answer.reason);
            return new Response(answer.body, {
              status: answer.status,
              headers: { "content-type": "application/json" },
            });
          },
        });
        return toMetadata(await oauth.processDiscoveryResponse(url, response));
      } catch {
        // Not there, or not this issuer's: the next place may have it.
      }
    }
    return undefined;
  }

  async function refresh(issuer: string): Promise<Metadata | undefined> {
    const before = known.get(issuer)?.metadata;
    const metadata = (await request(issuer)) ?? before;
    const readAt = now();
    known.set(issuer, { metadata, readAt, expiresAt: readAt + (metadata === undefined ? 0 : MAX_AGE) });
    inFlight.delete(issuer);
    return metadata;
  }

  return {
    read(issuer) {
      const entry = known.get(issuer);
      if (entry !== undefined && now() < entry.expiresAt) return Promise.resolve(entry.metadata);
      const running = inFlight.get(issuer) ?? refresh(issuer);
      inFlight.set(issuer, running);
      return running;
    },
    doubt(issuer) {
      const entry = known.get(issuer);
      if (entry !== undefined && now() - entry.readAt >= MIN_AGE) entry.expiresAt = 0;
    },
  };
}
