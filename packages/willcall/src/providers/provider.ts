import type { Secret } from "../secret.ts";
import type { Definition } from "./definition.ts";

/** A provider in use: its definition (catalogue entry, configuration, or discovery) and our registration there. */
export interface Provider {
  /** Its name in the configuration, and in paths. */
  readonly name: string;
  /** What people call it. */
  readonly title: string;
  readonly definition: Definition;
  readonly clientId: string;
  /** Absent for `token_endpoint_auth_method: none`. For `private_key_jwt` and Apple it is a PKCS#8 PEM. */
  readonly clientSecret?: Secret;
}

/** Looked up asynchronously: some live in a database. */
export interface Providers {
  get(name: string): Promise<Provider | undefined>;
}

/** JSON as parsed, with no prototype surprises: `__proto__` never survives parsing. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** What a token endpoint said, normalised, with the provider's own words kept. */
export interface TokenAnswer {
  /** The provider's JSON object as it came (contract A6). */
  verbatim: JsonObject;
  access_token: string;
  /** As the provider spelt it; `bearer` when it said nothing. */
  token_type: string;
  /** Milliseconds since the epoch when the access token ends; absent when the provider did not say (A15). */
  expiresAt?: number;
  refresh_token?: string;
  /** Milliseconds since the epoch. */
  refreshExpiresAt?: number;
  /** Space-joined, as RFC 6749 has it. */
  scope?: string;
  id_token?: string;
  /** Further members the definition keeps (`instance_url`, `realmId`, …), by their own names. */
  extra: JsonObject;
  /** Paths (member names from the root of `verbatim`) of every value that is a refresh token. */
  refreshTokenPaths: string[][];
}

/**
 * Why a provider did not do what was asked. `error` is an RFC 6749 code for the app; `reason` is ours, stable,
 * for people and statistics. Neither ever carries provider text (promise S9).
 */
export interface ProviderFailure {
  error:
    | "access_denied"
    | "invalid_grant"
    | "invalid_scope"
    | "invalid_client"
    | "server_error"
    | "temporarily_unavailable";
  reason:
    | "denied"
    | "dead_token"
    | "code_rejected"
    | "provider_down"
    | "provider_timeout"
    | "rate_limited"
    | "bad_answer"
    | "misconfigured"
    | "wrong_issuer"
    | "wrong_id_token"
    | "refused_address"
    // Of accounts alone: tokens came, and could not be kept.
    | "other_identity"
    | "account_gone";
  /** Whether a person may try again now with a chance of success. */
  retryable: boolean;
  /** HTTP status of the provider's answer, when there was one. */
  status?: number;
}

export type TokenResult = { ok: true; tokens: TokenAnswer } | { ok: false; failure: ProviderFailure };

/** What the authorization request needs to know of a login. */
export interface AuthorizationInput {
  redirectUri: string;
  state: string;
  /** As configured or narrowed; joined by the definition. Empty: the parameter is left out. `verbatim` is sent as is. */
  scope: readonly string[] | { verbatim: string };
  /** Also given for providers without PKCE: the definition decides whether it is sent. */
  codeVerifier: string;
  nonce: string;
  /** The definition's inputs (`shop`, `subdomain`, …), already validated against its patterns. */
  inputs: Readonly<Record<string, string>>;
}

/** A callback, read as the definition says. */
export type Callback =
  | { kind: "code"; code: string; captured: Record<string, string> }
  | { kind: "error"; failure: ProviderFailure };

/** What the exchange needs; `captured` comes from the callback. */
export interface ExchangeInput {
  code: string;
  /** The login's `state`, for the few definitions that send it with the code as well. */
  state?: string;
  redirectUri: string;
  codeVerifier: string;
  nonce: string;
  inputs: Readonly<Record<string, string>>;
  captured: Readonly<Record<string, string>>;
}

/** What a refresh or revocation needs besides the token; kept in the sealed handle, so it is small. */
export interface TokenContext {
  inputs: Readonly<Record<string, string>>;
  captured: Readonly<Record<string, string>>;
}

/**
 * The verbs over a provider. `providers/client.ts` makes one from a `Platform`; no other module talks to a provider.
 */
export interface ProviderClient {
  /** RFC 6749 §4.1.1 (with RFC 7636, 9126). Fails when discovery or PAR fails. */
  authorizationUrl(
    provider: Provider,
    input: AuthorizationInput,
  ): Promise<{ ok: true; url: string } | { ok: false; failure: ProviderFailure }>;
  /** RFC 6749 §4.1.2, RFC 9207. `undefined`: not a callback at all (no code and no error; duplicated parameters). */
  readCallback(provider: Provider, parameters: URLSearchParams): Promise<Callback | undefined>;
  /** RFC 6749 §4.1.3, with every follow-up exchange of the definition. */
  exchange(provider: Provider, input: ExchangeInput): Promise<TokenResult>;
  /** RFC 6749 §6. `refresh_token` is carried over where the provider omits it (contract A9). */
  refresh(provider: Provider, refreshToken: string, context: TokenContext): Promise<TokenResult>;
  /** RFC 7009. `unsupported` when the provider has no such endpoint. */
  revoke(
    provider: Provider,
    token: string,
    hint: "access_token" | "refresh_token",
    context: TokenContext,
  ): Promise<"revoked" | "unsupported" | ProviderFailure>;
}
