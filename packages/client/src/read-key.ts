import type { Dialect, Pending } from "./dialect.ts";
import { type ErrorCode, WillcallError } from "./errors.ts";
import { type Answer, call, Unanswered, WAIT } from "./http.ts";
import { isTokens, type Tokens } from "./tokens.ts";

/** The tokens of a poll's or a refresh's answer. Plain workers pass on what a provider says, so a lifetime may be text. */
function tokensOf({ status, text, body }: Answer): Tokens {
  if (status !== 200) throw new WillcallError(codeOf(text), text.slice(0, 99) || String(status));
  if (!isTokens(body)) throw new Unanswered("broker_unreachable", "no_tokens");
  const { expires_in, ...rest } = body;
  const lifetime = Number.parseFloat(String(expires_in));
  return lifetime >= 0 ? { ...rest, expires_in: lifetime } : rest;
}

/** Outcomes are sentences in this dialect (A8). */
function codeOf(text: string): ErrorCode {
  if (/denied|cancelled/.test(text)) return "access_denied";
  return /expired/.test(text) ? "expired" : "provider_error";
}

/**
 * The read-key dialect (protocol.md, part A): what Framer's example worker speaks, and what needs no WebCrypto.
 * The broker makes the key, so a request comes before the link is known, and the app can abandon nothing.
 *
 * @param base the app's base URL, without a slash at the end
 */
export function readKeyDialect(base: string): Dialect {
  const post = (path: string, signal?: AbortSignal) => call(base + path, { method: "POST" }, signal);

  return {
    async begin(): Promise<Pending> {
      const { status, body } = await post("/authorize");
      const { url, readKey } = body;
      if (typeof url !== "string" || typeof readKey !== "string")
        throw new Unanswered("broker_unreachable", String(status));
      return { v: 1, url, at: Date.now(), readKey };
    },

    async poll({ readKey = "" }, signal) {
      const answer = await post(`/poll?readKey=${encodeURIComponent(readKey)}&wait=${WAIT}`, signal);
      if (answer.status === 404) return undefined;
      return tokensOf(answer);
    },

    async refresh(refreshToken) {
      const answer = await post(`/refresh?code=${encodeURIComponent(refreshToken)}`);
      // Willcall says 401 of a dead token; plain workers pass on the provider's status, which is 400 (RFC 6749 §5.2).
      if (answer.status === 400 || answer.status === 401) throw new WillcallError("expired", "invalid_grant");
      return tokensOf(answer);
    },

    // This dialect has no such route. `/revoke` is shared, and a plain worker answers 404.
    revoke: async (token) =>
      (await call(`${base}/revoke`, { method: "POST", body: new URLSearchParams({ token }) })).status === 200,
  };
}
