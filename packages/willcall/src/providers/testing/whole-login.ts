import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { sample, stringMatching } from "fast-check";
import { exportJWK, SignJWT } from "jose";
import type { EgressFetch } from "../../platform.ts";
import { Secret } from "../../secret.ts";
import { createProviderClient } from "../client.ts";
import type { Definition } from "../definition.ts";
import { matches } from "../place.ts";
import type { Callback, Provider, ProviderFailure, TokenResult } from "../provider.ts";
import { leadsToAllowedHost } from "../template.ts";
import { filled, type Wire } from "./expected.ts";
import { createQuirkProvider, type QuirkOptions, type QuirkProvider } from "./quirk-provider.ts";

const NOW = Date.UTC(2026, 0, 1);

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const es256: KeyPair = generateKeyPairSync("ec", { namedCurve: "P-256" });
const rs256: KeyPair = generateKeyPairSync("rsa", { modulusLength: 2048 });
const eddsa: KeyPair = generateKeyPairSync("ed25519");

/** A key pair for an algorithm: whatever is not elliptic signs with RSA. */
function keysFor(alg: string | undefined): KeyPair {
  if (alg === "ES256") return es256;
  return alg === "EdDSA" ? eddsa : rs256;
}

/** A value for a callback parameter that is kept: as stated, else one that leads to an allowed host, else any. */
function valueFor(definition: Definition, name: string, inputs: Wire): string {
  const rules = definition.callback?.keep?.[name];
  if (rules?.equals !== undefined) return filled(rules.equals, inputs);
  if (rules?.default !== undefined) return rules.default;
  const pattern = rules?.pattern ?? ".*";
  const hosts = (definition.hosts ?? []).map((host) =>
    host.replace("*", "acme.example").replace("acme.example.", "acme."),
  );
  const candidates = hosts.flatMap((host) => [`https://${host}`, host, host.split(".")[0] ?? ""]);
  const leads = (value: string): boolean => {
    const url = filled(definition.token_endpoint ?? "", { ...inputs, [name]: value });
    return !url.includes("{") && leadsToAllowedHost(url, definition.hosts ?? []);
  };
  const fitting = candidates.filter((value) => matches(pattern, value));
  const [any = ""] = sample(stringMatching(new RegExp(`^(?:${pattern})$`)), { seed: 1, numRuns: 1 });
  return fitting.find(leads) ?? fitting[0] ?? any;
}

/** What a server with RFC 8414 metadata says of itself. */
function metadataOf(issuer: string): Record<string, unknown> {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    revocation_endpoint: `${issuer}/revoke`,
    jwks_uri: `${issuer}/keys`,
    token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
    code_challenge_methods_supported: ["S256"],
    response_types_supported: ["code"],
  };
}

/** A whole login as it went. */
export interface WholeLogin {
  readonly provider: QuirkProvider;
  readonly callback: Callback | undefined;
  readonly exchanged: TokenResult;
  readonly refreshed: TokenResult | undefined;
  readonly revoked: "revoked" | "unsupported" | ProviderFailure;
}

/** Everything that a scripted provider for `definition` needs, made up where the definition leaves it open. */
export async function settingFor(stated: Definition): Promise<{ options: QuirkOptions; provider: Provider }> {
  const inputs: Wire = {};
  for (const [name, input] of Object.entries(stated.inputs ?? {}))
    inputs[name] = input.default ?? input.example;
  // What only the configuration may give, it gives as a default.
  const fixed = Object.entries(stated.inputs ?? {}).map(([name, input]) => [
    name,
    { ...input, default: inputs[name] },
  ]);
  const configured: Definition = { ...stated, ...(stated.inputs && { inputs: Object.fromEntries(fixed) }) };
  const { issuer } = configured;
  const isOpen = configured.authorization_endpoint === undefined || configured.token_endpoint === undefined;
  const documents: Record<string, unknown> = {};
  let definition = configured;
  if (issuer !== undefined && isOpen) {
    const base = issuer.replace(/\/$/, "");
    documents[`${base}/.well-known/openid-configuration`] = { ...metadataOf(base), issuer };
    const { authorization_endpoint, token_endpoint, revocation_endpoint, jwks_uri } = {
      authorization_endpoint: `${base}/authorize`,
      token_endpoint: `${base}/token`,
      revocation_endpoint: `${base}/revoke`,
      jwks_uri: `${base}/keys`,
    };
    definition = {
      authorization_endpoint,
      token_endpoint,
      revocation_endpoint,
      jwks_uri,
      token_endpoint_auth_method: "client_secret_basic",
      pkce: "supported",
      ...configured,
    };
  }
  const captured: Wire = {};
  for (const name of Object.keys(definition.callback?.keep ?? {}))
    captured[name] = valueFor(definition, name, inputs);

  const method = definition.token_endpoint_auth_method;
  const keys = keysFor(definition.client_jwt?.alg);
  const isSigned = method === "private_key_jwt" || method === "signed_client_secret";
  const clientSecret = isSigned ? keys.privateKey.export({ format: "pem", type: "pkcs8" }) : "SECRETsecret42";
  const hasIdTokens = definition.issuer !== undefined && definition.jwks_uri !== undefined;
  if (definition.jwks_uri !== undefined) {
    const jwk = { ...(await exportJWK(es256.publicKey)), kid: "1", alg: "ES256", use: "sig" };
    documents[filled(definition.jwks_uri, inputs)] = { keys: [jwk] };
  }
  const nonce = "NONCE";
  const options: QuirkOptions = {
    definition,
    credentials: {
      clientId: "client-id",
      clientSecret,
      publicKey: await crypto.subtle.importKey(
        "jwk",
        await exportJWK(keys.publicKey),
        algorithmOf(definition),
        true,
        ["verify"],
      ),
    },
    inputs,
    captured,
    redirectUri: "https://willcall.example/redirect",
    scope: hasIdTokens ? ["openid", "read"] : ["read", "write"],
    codeVerifier: "verifier-verifier-verifier-verifier-verifier",
    nonce,
    now: () => NOW,
    documents,
    ...(hasIdTokens && {
      idToken: () =>
        new SignJWT({ nonce })
          .setProtectedHeader({ alg: "ES256", kid: "1" })
          .setIssuer((definition.id_token?.issuers?.[0] ?? definition.issuer ?? "").replace("*", "acme"))
          .setAudience("client-id")
          .setSubject("person")
          .setIssuedAt(NOW / 1000)
          .setExpirationTime(NOW / 1000 + 300)
          .sign(es256.privateKey),
    }),
  };
  const provider: Provider = {
    name: "quirk",
    title: "Quirk",
    definition: configured,
    clientId: "client-id",
    clientSecret: new Secret(clientSecret),
  };
  return { options, provider };
}

function algorithmOf({ client_jwt }: Definition): Parameters<typeof crypto.subtle.importKey>[2] {
  if (client_jwt?.alg === "ES256") return { name: "ECDSA", namedCurve: "P-256" };
  if (client_jwt?.alg === "EdDSA") return { name: "Ed25519" };
  return { name: client_jwt?.alg === "PS256" ? "RSA-PSS" : "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
}

/**
 * Begin, finish, refresh and revoke at a provider scripted from a definition. `connect` puts something between
 * client and provider: a real socket, say.
 */
export async function wholeLogin(
  definition: Definition,
  connect: (provider: EgressFetch) => Promise<EgressFetch> = (provider) => Promise.resolve(provider),
): Promise<WholeLogin> {
  const { options, provider } = await settingFor(definition);
  const quirk = createQuirkProvider(options);
  const client = createProviderClient({
    now: () => options.now(),
    random: (length) => new Uint8Array(length).fill(7),
    fetch: await connect(quirk.fetch),
  });
  const { inputs, redirectUri, codeVerifier, nonce, scope } = options;

  quirk.expect("authorization");
  const url = await client.authorizationUrl(provider, {
    redirectUri,
    state: "STATE",
    scope,
    codeVerifier,
    nonce,
    inputs,
  });
  if (!url.ok) throw new Error(`no authorization URL: ${url.failure.reason}`);
  const callback = await client.readCallback(provider, quirk.authorize(url.url));
  const captured = callback?.kind === "code" ? callback.captured : {};

  quirk.expect("exchange");
  const code = callback?.kind === "code" ? callback.code : "";
  const exchanged = await client.exchange(provider, {
    code,
    state: "STATE",
    redirectUri,
    codeVerifier,
    nonce,
    inputs,
    captured,
  });

  let refreshed: TokenResult | undefined;
  if (options.definition.refresh?.supported !== false && exchanged.ok) {
    quirk.expect("refresh");
    refreshed = await client.refresh(provider, exchanged.tokens.refresh_token ?? "", { inputs, captured });
  }

  const hint = options.definition.revocation?.tokens?.[0] ?? "refresh_token";
  if (options.definition.revocation_endpoint !== undefined) quirk.expect("revocation", hint);
  const token = hint === "access_token" ? quirk.tokens.access : quirk.tokens.refresh;
  const revoked = await client.revoke(provider, token, hint, { inputs, captured });
  return { provider: quirk, callback, exchanged, refreshed, revoked };
}
