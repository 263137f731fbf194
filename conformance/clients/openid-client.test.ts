import * as client from "openid-client";
import { describe, expect, it } from "vitest";
import { startChain } from "../support/chain.ts";

const redirect_uri = "http://127.0.0.1:53682/callback";

/** A public client that configures itself from the metadata. */
const discover = (issuer: string): Promise<client.Configuration> =>
  client.discovery(new URL(issuer), "fieldnotes", undefined, client.None(), {
    algorithm: "oauth2",
    execute: [client.allowInsecureRequests],
  });

describe("openid-client 6", () => {
  it("D1, D6, D10, D13, D14: discovers, logs in with code and PKCE, refreshes and revokes", async () => {
    await using chain = await startChain();
    const config = await discover(chain.issuer);
    expect(config.serverMetadata().supportsPKCE("S256")).toBe(true);

    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const expectedState = client.randomState();
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri,
      scope: "openid profile offline_access",
      state: expectedState,
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: "S256",
    });
    const callback = await chain.authorize(url);
    const tokens = await client.authorizationCodeGrant(config, callback, { pkceCodeVerifier, expectedState });
    expect(tokens.access_token).toMatch(/./);
    expect(tokens.expiresIn()).toBeGreaterThan(3000);
    expect(tokens.scope).toBe("openid profile");

    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? "");
    expect(refreshed.access_token).not.toBe(tokens.access_token);
    expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);

    await client.tokenRevocation(config, refreshed.refresh_token ?? "");
    await expect(client.refreshTokenGrant(config, refreshed.refresh_token ?? "")).rejects.toMatchObject({
      error: "invalid_grant",
    });
  });

  it("C1, C2, D14: logs in from a device", async () => {
    await using chain = await startChain();
    const config = await discover(chain.issuer);
    const begun = await client.initiateDeviceAuthorization(config, { scope: "openid" });
    await chain.approveDevice(begun.verification_uri_complete ?? "");
    // One second instead of five: the library waits before its first poll.
    const tokens = await client.pollDeviceAuthorizationGrant(config, { ...begun, interval: 1 });
    expect(tokens.refresh_token).toMatch(/^wcr1\./);
  });

  it("D3: reads an error that came back by redirect", async () => {
    await using chain = await startChain();
    const config = await discover(chain.issuer);
    const url = client.buildAuthorizationUrl(config, { redirect_uri, scope: "admin", state: "s" });
    const location = (await fetch(url, { redirect: "manual" })).headers.get("location") ?? "";
    const granted = client.authorizationCodeGrant(config, new URL(location), { expectedState: "s" });
    await expect(granted).rejects.toMatchObject({ error: "invalid_request" });
  });
});
