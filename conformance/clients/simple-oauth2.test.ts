import { createHash, randomBytes } from "node:crypto";
import { AuthorizationCode } from "simple-oauth2";
import { describe, expect, it } from "vitest";
import { startChain } from "../support/chain.ts";

const redirect_uri = "http://127.0.0.1:53682/callback";

describe("simple-oauth2 5", () => {
  it("D1, D6, D10, D13: logs in with code and PKCE, refreshes and revokes", async () => {
    await using chain = await startChain();
    const client = new AuthorizationCode({
      client: { id: "fieldnotes", secret: "" },
      auth: {
        tokenHost: chain.broker.base,
        tokenPath: "/fieldnotes/token",
        revokePath: "/fieldnotes/revoke",
        authorizePath: "/fieldnotes/oauth/authorize",
      },
      options: { authorizationMethod: "body" },
    });
    const code_verifier = randomBytes(32).toString("base64url");
    const code_challenge = createHash("sha256").update(code_verifier).digest("base64url");
    const challenge = { code_challenge, code_challenge_method: "S256" };
    const url = client.authorizeURL({ redirect_uri, scope: "profile", state: "s", ...challenge });
    const { searchParams } = await chain.authorize(url);
    expect(searchParams.get("state")).toBe("s");
    const code = searchParams.get("code") ?? "";
    const tokens = await client.getToken({ code, redirect_uri, code_verifier });
    expect(tokens.token["refresh_token"]).toMatch(/^wcr1\./);
    const refreshed = await tokens.refresh();
    expect(refreshed.token["access_token"]).not.toBe(tokens.token["access_token"]);
    await refreshed.revoke("refresh_token");
    await expect(refreshed.refresh()).rejects.toThrow("400 Bad Request");
  });
});
