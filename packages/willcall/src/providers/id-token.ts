import type { JSONWebKeySet, JWTPayload } from "jose";
import type { EgressFetch } from "../platform.ts";
import { failureOfEgress, wrongIdToken } from "./errors.ts";
import { isJsonObject, parseJson } from "./json.ts";
import type { JsonObject, ProviderFailure } from "./provider.ts";

/** Seconds by which clocks may differ (security.md, "Defaults"). */
const SKEW = 60;

/** Milliseconds that keys are believed, and between two readings when a key is not found. */
const KEYS_MAX_AGE = 3_600_000;
const KEYS_MIN_AGE = 30_000;

/** What an ID token is checked against. */
export interface IdTokenCheck {
  /** Accepted `iss` values; `*` is one path segment. */
  readonly issuers: readonly string[];
  readonly clientId: string;
  readonly clientSecret: string;
  /** The login's nonce. */
  readonly nonce: string;
  /** Filled `jwks_uri`; undefined: the token came straight from its issuer over TLS (OpenID Connect Core §3.1.3.7, 6). */
  readonly jwksUri: string | undefined;
  /** Whether a token without a nonce is wrong. */
  readonly nonceRequired: boolean;
}

/** Checks ID tokens; undefined means that all is well. */
export type CheckIdToken = (token: string, check: IdTokenCheck) => Promise<ProviderFailure | undefined>;

type Read = { ok: true; claims: JWTPayload } | { ok: false; failure: ProviderFailure };

/** Whether `issuer` is `expected`, in which `*` stands for one path segment. */
function issuerMatches(expected: string, issuer: string): boolean {
  const [a, b] = [expected.split("/"), issuer.split("/")];
  return (
    a.length === b.length &&
    a.every((segment, index) => segment === b[index] || (segment === "*" && b[index] !== ""))
  );
}

function isKeySet(value: JsonObject): value is JsonObject & JSONWebKeySet {
  return Array.isArray(value.keys) && value.keys.every(isJsonObject);
}

function claimsHold(claims: JWTPayload, check: IdTokenCheck, now: number): boolean {
  const { issuers, clientId, nonce, nonceRequired } = check;
  const { iss, aud, azp, exp, nonce: claimed } = claims;
  const audiences = Array.isArray(aud) ? aud : [aud];
  if (typeof iss !== "string" || !issuers.some((expected) => issuerMatches(expected, iss))) return false;
  if (!audiences.includes(clientId)) return false;
  if (azp === undefined ? audiences.length > 1 : azp !== clientId) return false;
  if (typeof exp !== "number" || exp + SKEW <= now / 1000) return false;
  return claimed === undefined ? !nonceRequired : claimed === nonce;
}

/** Makes the check (OpenID Connect Core §3.1.3.7). Keys are read once and kept; `jose` is loaded at the first use. */
export function createIdTokenCheck(fetch: EgressFetch, now: () => number): CheckIdToken {
  const keySets = new Map<string, { keys: JSONWebKeySet; readAt: number }>();

  async function readKeys(uri: string): Promise<JSONWebKeySet | ProviderFailure> {
    const answer = await fetch({ url: uri, method: "GET", headers: { accept: "application/json" } });
    if (!answer.ok) return failureOfEgress(answer.reason);
    const value = answer.status === 200 ? parseJson(answer.body) : undefined;
    if (!isJsonObject(value) || !isKeySet(value)) return failureOfEgress("unreachable");
    keySets.set(uri, { keys: value, readAt: now() });
    return value;
  }

  async function verified(token: string, uri: string): Promise<Read> {
    const { createLocalJWKSet, jwtVerify, errors } = await import("./jwt.ts");
    const known = keySets.get(uri);
    const age = known === undefined ? Infinity : now() - known.readAt;
    let keys = known === undefined || age > KEYS_MAX_AGE ? await readKeys(uri) : known.keys;
    for (;;) {
      if ("error" in keys) return { ok: false, failure: keys };
      try {
        const options = { currentDate: new Date(now()), clockTolerance: SKEW };
        const { payload } = await jwtVerify(token, createLocalJWKSet(keys), options);
        return { ok: true, claims: payload };
      } catch (error) {
        // A key that is not there may be new: look again, but not for every forged token.
        const isUnknownKey = error instanceof errors.JWKSNoMatchingKey;
        if (!isUnknownKey || now() - (keySets.get(uri)?.readAt ?? 0) < KEYS_MIN_AGE)
          return { ok: false, failure: wrongIdToken() };
        keys = await readKeys(uri);
      }
    }
  }

  async function claimsOf(token: string, check: IdTokenCheck): Promise<Read> {
    const { decodeJwt, decodeProtectedHeader, jwtVerify } = await import("./jwt.ts");
    try {
      if (decodeProtectedHeader(token).alg?.startsWith("HS")) {
        const key = new TextEncoder().encode(check.clientSecret);
        const options = { currentDate: new Date(now()), clockTolerance: SKEW };
        return { ok: true, claims: (await jwtVerify(token, key, options)).payload };
      }
      return check.jwksUri === undefined
        ? { ok: true, claims: decodeJwt(token) }
        : await verified(token, check.jwksUri);
    } catch {
      return { ok: false, failure: wrongIdToken() };
    }
  }

  return async (token, check) => {
    const read = await claimsOf(token, check);
    if (!read.ok) return read.failure;
    return claimsHold(read.claims, check, now()) ? undefined : wrongIdToken();
  };
}
