import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { sample, stringMatching } from "fast-check";
import { exportJWK, SignJWT } from "jose";
import { Secret } from "../../secret.ts";
import type { Definition } from "../definition.ts";
import { matches } from "../place.ts";
import type { Provider } from "../provider.ts";
import { leadsToAllowedHost } from "../template.ts";
import { filled, type Wire } from "./expected.ts";
import type { QuirkOptions } from "./quirk-provider.ts";

const NOW = Date.UTC(2026, 0, 1);
const NONCE = "NONCE";
const CLIENT_ID = "client-id";

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

function algorithmOf(alg: string | undefined): Parameters<typeof crypto.subtle.importKey>[2] {
  if (alg === "ES256") return { name: "ECDSA", namedCurve: "P-256" };
  if (alg === "EdDSA") return { name: "Ed25519" };
  return { name: alg === "PS256" ? "RSA-PSS" : "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
}

async function verifyingKey(alg: string | undefined): Promise<CryptoKey> {
  const jwk = await exportJWK(keysFor(alg).publicKey);
  return crypto.subtle.importKey("jwk", jwk, algorithmOf(alg), true, ["verify"]);
}

/** A value for a callback parameter that is kept: as stated, else one that leads to an allowed host, else any. */
function valueFor(definition: Definition, name: string, inputs: Wire): string {
  const { equals, default: fallback, pattern = ".*" } = definition.callback?.keep?.[name] ?? {};
  if (equals !== undefined) return filled(equals, inputs);
  if (fallback !== undefined) return fallback;
  const hosts = (definition.hosts ?? []).map((host) =>
    host === "*" ? "acme.example" : host.replace("*", "acme"),
  );
  const candidates = hosts.flatMap((host) => [`https://${host}`, host, host.split(".")[0] ?? ""]);
  const fitting = candidates.filter((value) => matches(pattern, value));
  const leading = fitting.find((value) => {
    const url = filled(definition.token_endpoint ?? "", { ...inputs, [name]: value });
    return leadsToAllowedHost(url, definition.hosts ?? []);
  });
  const [any = ""] = sample(stringMatching(new RegExp(`^(?:${pattern})$`)), { seed: 1, numRuns: 1 });
  return leading ?? fitting[0] ?? any;
}

/** The metadata (RFC 8414) that a scripted issuer publishes, as a definition and as a document. */
function publish(issuer: string): { discovered: Definition; documents: Record<string, unknown> } {
  const base = issuer.replace(/\/$/, "");
  const endpoints = {
    authorization_endpoint: `${base}/authorize`,
    token_endpoint: `${base}/token`,
    revocation_endpoint: `${base}/revoke`,
    jwks_uri: `${base}/keys`,
  };
  const document = {
    issuer,
    ...endpoints,
    token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
    code_challenge_methods_supported: ["S256"],
    response_types_supported: ["code"],
  };
  return {
    discovered: { ...endpoints, token_endpoint_auth_method: "client_secret_basic", pkce: "supported" },
    documents: { [`${base}/.well-known/openid-configuration`]: document },
  };
}

function signIdToken({ issuer = "", id_token }: Definition, inputs: Wire): Promise<string> {
  return new SignJWT({ nonce: NONCE })
    .setProtectedHeader({ alg: "ES256", kid: "1" })
    .setIssuer(filled(id_token?.issuers?.[0] ?? issuer, inputs).replace("*", "acme"))
    .setAudience(CLIENT_ID)
    .setSubject("person")
    .setIssuedAt(NOW / 1000)
    .setExpirationTime(NOW / 1000 + 300)
    .sign(es256.privateKey);
}

/** A definition as an operator configures it: what only the configuration may give, it gives as a default. */
function configure(stated: Definition): { configured: Definition; inputs: Wire } {
  const inputs: Wire = {};
  const given: NonNullable<Definition["inputs"]> = {};
  for (const [name, input] of Object.entries(stated.inputs ?? {})) {
    const value = input.default ?? input.example;
    inputs[name] = value;
    given[name] = { ...input, default: value };
  }
  return { configured: { ...stated, ...(stated.inputs && { inputs: given }) }, inputs };
}

/** Everything that a scripted provider for a definition needs, made up where the definition leaves it open. */
export async function settingFor(stated: Definition): Promise<{ options: QuirkOptions; provider: Provider }> {
  const { configured, inputs } = configure(stated);
  const { issuer, authorization_endpoint, token_endpoint } = configured;
  const isOpen = authorization_endpoint === undefined || token_endpoint === undefined;
  const { discovered, documents } =
    isOpen && issuer !== undefined
      ? publish(issuer)
      : { discovered: {}, documents: {} as Record<string, unknown> };
  const definition: Definition = { ...discovered, ...configured };
  const { token_endpoint_auth_method: method, client_jwt, jwks_uri } = definition;

  const captured: Wire = {};
  for (const name of Object.keys(definition.callback?.keep ?? {}))
    captured[name] = valueFor(definition, name, inputs);

  if (jwks_uri !== undefined) {
    const jwk = { ...(await exportJWK(es256.publicKey)), kid: "1", alg: "ES256", use: "sig" };
    documents[filled(jwks_uri, inputs)] = { keys: [jwk] };
  }
  const hasIdTokens = (issuer ?? definition.id_token?.issuers) !== undefined && jwks_uri !== undefined;
  const isSigned = method === "private_key_jwt" || method === "signed_client_secret";
  const pem = keysFor(client_jwt?.alg).privateKey.export({ format: "pem", type: "pkcs8" });
  const clientSecret = isSigned ? pem : "SECRETsecret42";
  return {
    options: {
      definition,
      credentials: { clientId: CLIENT_ID, clientSecret, publicKey: await verifyingKey(client_jwt?.alg) },
      inputs,
      captured,
      redirectUri: "https://willcall.example/redirect",
      scope: hasIdTokens ? ["openid", "read"] : ["read", "write"],
      codeVerifier: "verifier-verifier-verifier-verifier-verifier",
      nonce: NONCE,
      now: () => NOW,
      documents,
      ...(hasIdTokens && { idToken: () => signIdToken(definition, inputs) }),
    },
    provider: {
      name: "quirk",
      title: "Quirk",
      definition: configured,
      clientId: CLIENT_ID,
      clientSecret: new Secret(clientSecret),
    },
  };
}
