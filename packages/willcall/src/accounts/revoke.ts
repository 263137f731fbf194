import type { AppProvider } from "../config/config.ts";
import type { Desk } from "../desk.ts";
import type { Holding } from "./holding.ts";

/** What came of ending an account's tokens at the provider (RFC 7009). */
export type Revoked = "revoked" | "unsupported" | "failed";

/**
 * Ends a holding at the provider: by its refresh token, which takes the access tokens along (RFC 7009 §2.1), or by the
 * access token where that is all there is, or all that the provider takes. Best effort.
 */
export async function revokeHolding(
  desk: Desk,
  { provider }: AppProvider,
  holding: Holding,
): Promise<Revoked> {
  const tokens = [
    [holding.refreshToken, "refresh_token"],
    [holding.accessToken, "access_token"],
  ] as const;
  for (const [token, hint] of tokens) {
    if (token === null) continue;
    const said = await desk.providers.revoke(provider, token, hint, holding);
    if (said === "revoked") return said;
    if (typeof said === "object") {
      desk.log.warn("account.failed", { provider: provider.name, reason: said.reason, status: said.status });
      return "failed";
    }
  }
  return "unsupported";
}
