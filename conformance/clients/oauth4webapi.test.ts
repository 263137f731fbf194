import * as oauth from "oauth4webapi";
import { describe, expect, it } from "vitest";
import { startChain } from "../support/chain.ts";

const insecure = { [oauth.allowInsecureRequests]: true };
const client: oauth.Client = { client_id: "fieldnotes" };
const redirectUri = "http://127.0.0.1:53682/callback";

async function discover(address: string): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(address);
  const response = await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...insecure });
  return oauth.processDiscoveryResponse(issuer, response);
}

describe("oauth4webapi 3", () => {
  it("D1, D6, D10, D13, D14: discovers, logs in with code and PKCE, refreshes and revokes", async () => {
    await using chain = await startChain();
    const server = await discover(chain.issuer);
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const url = new URL(server.authorization_endpoint ?? "");
    const query = {
      response_type: "code",
      client_id: client.client_id,
      redirect_uri: redirectUri,
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    };
    url.search = String(new URLSearchParams(query));
    const parameters = oauth.validateAuthResponse(server, client, await chain.authorize(url), state);
    const none = oauth.None();
    const answer = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      none,
      parameters,
      redirectUri,
      verifier,
      insecure,
    );
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, answer);
    expect(tokens.refresh_token).toMatch(/^wcr1\./);

    const again = await oauth.refreshTokenGrantRequest(
      server,
      client,
      none,
      tokens.refresh_token ?? "",
      insecure,
    );
    const refreshed = await oauth.processRefreshTokenResponse(server, client, again);
    expect(refreshed.access_token).not.toBe(tokens.access_token);

    const gone = await oauth.revocationRequest(server, client, none, refreshed.refresh_token ?? "", insecure);
    expect(await oauth.processRevocationResponse(gone)).toBeUndefined();
    const refused = await oauth.refreshTokenGrantRequest(
      server,
      client,
      none,
      refreshed.refresh_token ?? "",
      insecure,
    );
    await expect(oauth.processRefreshTokenResponse(server, client, refused)).rejects.toMatchObject({
      error: "invalid_grant",
    });
  });

  it("C1, C2, D14: logs in from a device", async () => {
    await using chain = await startChain();
    const server = await discover(chain.issuer);
    const none = oauth.None();
    const asked = await oauth.deviceAuthorizationRequest(
      server,
      client,
      none,
      new URLSearchParams(),
      insecure,
    );
    const begun = await oauth.processDeviceAuthorizationResponse(server, client, asked);
    const poll = (): Promise<Response> =>
      oauth.deviceCodeGrantRequest(server, client, none, begun.device_code, insecure);
    const waiting = oauth.processDeviceCodeResponse(server, client, await poll());
    await expect(waiting).rejects.toMatchObject({ error: "authorization_pending" });
    await chain.approveDevice(begun.verification_uri_complete ?? "");
    chain.broker.advance?.(5000);
    const tokens = await oauth.processDeviceCodeResponse(server, client, await poll());
    expect(tokens.access_token).toMatch(/./);
  });
});
