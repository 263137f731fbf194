import type { Dialect, Pending } from "./dialect.ts";
import { call, Unanswered } from "./http.ts";
import { failure, nativeDialect } from "./native.ts";
import { isTokens } from "./tokens.ts";
import { pause } from "./wake.ts";

const GRANT = "urn:ietf:params:oauth:grant-type:device_code";

/**
 * The device dialect (RFC 8628): a link and a code, for a person whose browser is on another machine.
 *
 * @param base the app's base URL, without a slash at the end
 * @param app the app's name; empty for the app at the root
 */
export function deviceDialect(base: string, app: string): Dialect {
  const shared = nativeDialect(base, app);
  const client_id = app || "root";
  const post = (path: string, form: Record<string, string>, signal?: AbortSignal) =>
    call(base + path, { method: "POST", body: new URLSearchParams(form) }, signal);
  // Seconds between polls: as the broker says, and five more each time it asks for patience (§3.5).
  let interval = 5;

  return {
    async begin({ scope, provider }): Promise<Pending> {
      const form = { client_id, ...(scope && { scope }), ...(provider && { provider }) };
      const { body } = await post("/device_authorization", form);
      const { device_code, verification_uri_complete } = body;
      if (typeof device_code !== "string" || typeof verification_uri_complete !== "string") {
        throw new Unanswered("broker_unreachable");
      }
      interval = typeof body["interval"] === "number" ? body["interval"] : 5;
      return { v: 1, url: verification_uri_complete, at: Date.now(), readKey: device_code };
    },

    async poll({ readKey = "" }, signal) {
      await pause(interval * 1000, signal);
      const answer = await post("/token", { client_id, grant_type: GRANT, device_code: readKey }, signal);
      if (isTokens(answer.body)) return answer.body;
      if (answer.error === "slow_down") interval += 5;
      else if (answer.error !== "authorization_pending") throw failure(answer);
      return undefined;
    },

    refresh: (token) => shared.refresh(token),
    revoke: (token) => shared.revoke(token),
  };
}
