import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { exportJWK, generateKeyPair } from "jose";
import type { Provider } from "oidc-provider";
import { type Listening, listen } from "./listen.ts";
import { consentPage, errorPage } from "./provider-pages.ts";

/** The demo provider's one user. */
export const ada = { sub: "ada", name: "Ada Lovelace", email: "ada@meadow.example" };

/** What an operator gets when registering an app at a provider. */
export interface Registration {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** How the provider is set up. */
export interface ProviderOptions extends Registration {
  readonly port: number;
  readonly redirectUri: string;
  /** How the client proves who it is; `client_secret_basic` unless said. */
  readonly authentication?: "client_secret_basic" | "client_secret_post";
  /** Lifetime of an access token in seconds; an hour unless said. */
  readonly accessTokenLifetime?: number;
  /** Headers added to every answer. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A client id and a secret that nobody knows yet. */
export function register(): Registration {
  return { clientId: "fieldnotes", clientSecret: randomBytes(24).toString("base64url") };
}

/**
 * "Meadow ID": a certified OpenID provider with one user, on `http://localhost:<port>`. It requires PKCE, and rotates
 * refresh tokens with reuse detection. Rejects when the port is taken.
 */
export async function startProvider(options: ProviderOptions): Promise<Listening> {
  const provider = await quietly(() => makeProvider(options));
  const protocol = provider.callback();
  return listen(options.port, (request, response) => {
    for (const [name, value] of Object.entries(options.headers ?? {})) response.setHeader(name, value);
    const answered = request.url?.startsWith("/consent/")
      ? consent(provider, request, response)
      : protocol(request, response);
    answered.catch(() => page(response, 400, errorPage("This page is too old. Start again in the app.")));
  });
}

const hours = (count: number): number => count * 3600;

async function makeProvider(options: ProviderOptions): Promise<Provider> {
  const { Provider } = await import("oidc-provider");
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  return new Provider(`http://localhost:${options.port}`, {
    clients: [
      {
        client_id: options.clientId,
        client_secret: options.clientSecret,
        client_name: "Fieldnotes",
        redirect_uris: [options.redirectUri],
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
        token_endpoint_auth_method: options.authentication ?? "client_secret_basic",
        id_token_signed_response_alg: "ES256",
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: "ES256", use: "sig" }] },
    cookies: { keys: [randomBytes(24).toString("base64url")] },
    findAccount: (_: unknown, sub: string) => ({ accountId: sub, claims: () => ada }),
    claims: { openid: ["sub"], profile: ["name"], email: ["email"] },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true, allowedPolicy: () => true },
    },
    interactions: { url: (_: unknown, interaction: { uid: string }) => `/consent/${interaction.uid}` },
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    pkce: { required: () => true },
    clientBasedCORS: () => false,
    ttl: {
      AccessToken: options.accessTokenLifetime ?? hours(1),
      AuthorizationCode: 60,
      Grant: hours(24),
      IdToken: hours(1),
      Interaction: hours(1),
      RefreshToken: hours(24),
      Session: hours(24),
    },
    renderError: (context: { body: string; type: string }) => {
      context.type = "html";
      context.body = errorPage("The app asked for something that this provider does not know.");
    },
  });
}

/** Who are you, and may this app in? Both on one page. */
async function consent(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { params } = await provider.interactionDetails(request, response);
  const scopes = (params.scope ?? "").split(" ").filter((scope) => scope !== "");
  if (request.method !== "POST") return page(response, 200, consentPage(scopes));
  const { client_id: clientId = "" } = params;
  const end = (result: object) =>
    provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  if (new URLSearchParams(await text(request)).get("answer") !== "allow")
    return end({ error: "access_denied" });
  const grant = new provider.Grant({ accountId: ada.sub, clientId });
  grant.addOIDCScope(scopes.join(" "));
  return end({ login: { accountId: ada.sub }, consent: { grantId: await grant.save() } });
}

function page(response: ServerResponse, status: number, html: string): void {
  response
    .writeHead(status, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" })
    .end(html);
}

/** Its advice for production (a database, an LTS release) would bury the login's lines in the terminal. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const { warn } = console;
  console.warn = () => {};
  try {
    return await work();
  } finally {
    console.warn = warn;
  }
}
