import type * as z from "zod/mini";
import type { EgressAnswer } from "../platform.ts";
import type { errorCode } from "./definition-parts.ts";
import type { ProviderFailure } from "./provider.ts";

/** A provider's error in RFC 6749's words (and `slow_down`, RFC 8628). */
export type ErrorCode = z.infer<typeof errorCode>;

/** What was being asked: the same word means another thing for a code than for a refresh token. */
export type Phase = "authorization" | "exchange" | "refresh" | "other";

/** Error words of RFC 6749, 6750 and OpenID Connect, and common ones without any specification. */
const commonWords = new Map<string, ErrorCode>([
  ["access_denied", "access_denied"],
  ["consent_required", "access_denied"],
  ["interaction_required", "access_denied"],
  ["login_required", "access_denied"],
  ["user_denied", "access_denied"],
  ["invalid_client", "invalid_client"],
  ["unauthorized_client", "invalid_client"],
  ["bad_refresh_token", "invalid_grant"],
  ["expired_token", "invalid_grant"],
  ["invalid_grant", "invalid_grant"],
  ["invalid_refresh_token", "invalid_grant"],
  ["invalid_token", "invalid_grant"],
  ["token_expired", "invalid_grant"],
  ["token_revoked", "invalid_grant"],
  ["invalid_redirect_uri", "invalid_request"],
  ["invalid_request", "invalid_request"],
  ["redirect_uri_mismatch", "invalid_request"],
  ["unsupported_grant_type", "invalid_request"],
  ["unsupported_response_type", "invalid_request"],
  ["invalid_scope", "invalid_scope"],
  ["server_error", "server_error"],
  ["slow_down", "slow_down"],
  ["temporarily_unavailable", "temporarily_unavailable"],
]);

/** A definition's own words, ready to look up. */
export type Vocabulary = ReadonlyMap<string, ErrorCode>;

/** Compiles `errors` of a definition. */
export function compileVocabulary(errors: Readonly<Record<string, ErrorCode>> | undefined): Vocabulary {
  return new Map(Object.entries(errors ?? {}));
}

function failure(
  error: ProviderFailure["error"],
  reason: ProviderFailure["reason"],
  retryable: boolean,
): ProviderFailure {
  return { error, reason, retryable };
}

const meanings: Readonly<Record<ErrorCode, ProviderFailure>> = {
  access_denied: failure("access_denied", "denied", false),
  invalid_client: failure("invalid_client", "misconfigured", false),
  invalid_grant: failure("invalid_grant", "code_rejected", true),
  invalid_request: failure("server_error", "misconfigured", false),
  invalid_scope: failure("invalid_scope", "misconfigured", false),
  server_error: failure("server_error", "provider_down", true),
  slow_down: failure("temporarily_unavailable", "rate_limited", true),
  temporarily_unavailable: failure("temporarily_unavailable", "provider_down", true),
};

/** What an error word comes to: `invalid_grant` is a dead token when refreshing, a rejected code otherwise. */
export function failureOfCode(code: ErrorCode, phase: Phase): ProviderFailure {
  if (code === "invalid_grant" && phase === "refresh") return failure("invalid_grant", "dead_token", false);
  if (code === "access_denied" && phase === "authorization") return failure("access_denied", "denied", true);
  return meanings[code];
}

/** The code that an error word of a provider stands for; undefined when nobody has said. */
export function codeOfWord(word: string, vocabulary: Vocabulary): ErrorCode | undefined {
  return vocabulary.get(word) ?? commonWords.get(word.toLowerCase());
}

type EgressReason = Extract<EgressAnswer, { ok: false }>["reason"];

const egressMeanings: Readonly<Record<EgressReason, ProviderFailure>> = {
  unreachable: failure("temporarily_unavailable", "provider_down", true),
  timeout: failure("temporarily_unavailable", "provider_timeout", true),
  too_large: failure("server_error", "bad_answer", false),
  redirected: failure("server_error", "misconfigured", false),
  refused_address: failure("server_error", "refused_address", false),
};

/** What a call without an answer comes to. */
export function failureOfEgress(reason: EgressReason): ProviderFailure {
  return egressMeanings[reason];
}

/**
 * What a failed answer comes to. The definition's words count first; then the status where it says that the
 * provider is busy or down, so that no passing trouble ends an account; then common words; then the status.
 */
export function failureOfAnswer(
  status: number,
  word: string | undefined,
  vocabulary: Vocabulary,
  phase: Phase,
): ProviderFailure {
  const own = word === undefined ? undefined : vocabulary.get(word);
  const transient = status === 429 ? "slow_down" : status >= 500 ? "temporarily_unavailable" : undefined;
  const code = own ?? transient ?? (word === undefined ? undefined : codeOfWord(word, vocabulary));
  if (code !== undefined) return { ...failureOfCode(code, phase), status };
  if (status === 401 || status === 403) return { ...failureOfCode("invalid_client", phase), status };
  if (status === 404 || status === 405) return { ...failureOfCode("invalid_request", phase), status };
  return { ...badAnswer(), status };
}

/** The provider said something that no definition expects. */
export function badAnswer(): ProviderFailure {
  return failure("server_error", "bad_answer", false);
}

/** The configuration, or the definition, cannot make this request. */
export function misconfigured(): ProviderFailure {
  return failure("server_error", "misconfigured", false);
}

/** A templated URL leads to a host outside the definition's `hosts`. */
export function refusedAddress(): ProviderFailure {
  return failure("server_error", "refused_address", false);
}

/** RFC 9207 §2.4: the callback comes from another issuer than the login went to. */
export function wrongIssuer(): ProviderFailure {
  return failure("server_error", "wrong_issuer", false);
}

/** OpenID Connect Core §3.1.3.7: the ID token is not for this login. */
export function wrongIdToken(): ProviderFailure {
  return failure("server_error", "wrong_id_token", false);
}
