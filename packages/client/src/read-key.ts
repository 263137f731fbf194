import type { Dialect, Pending } from "./dialect.ts";
import { WillcallError } from "./errors.ts";
import { type Answer, call, Unanswered, WAIT } from "./http.ts";
import { readTokens } from "./tokens.ts";

/** A poll's and a refresh's answer that is no tokens and no "not yet". */
function failure({ status, text }: Answer): WillcallError {
  return new WillcallError("provider_error", text.length < 99 ? text : String(status));
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
      if (answer.status !== 200) throw failure(answer);
      return readTokens(answer.body);
    },

    async refresh(refreshToken) {
      const answer = await post(`/refresh?code=${encodeURIComponent(refreshToken)}`);
      // A provider says invalid_grant with 400 (RFC 6749 §5.2), and plain workers pass on its status.
      if (answer.status === 400) throw new WillcallError("expired", "invalid_grant");
      if (answer.status !== 200) throw failure(answer);
      return readTokens(answer.body);
    },

    // This dialect has no such route. `/revoke` is shared, and a plain worker answers 404.
    revoke: async (token) =>
      (await call(`${base}/revoke`, { method: "POST", body: new URLSearchParams({ token }) })).status === 200,
  };
}
