import { describe, expect, it } from "vitest";
import { PLUGIN } from "./support/app.ts";
import { members, send } from "./support/http.ts";
import { DEVICE_GRANT } from "./support/oauth-app.ts";
import { type Stage, raise, registered } from "./support/stage.ts";

const WELL_KNOWN = "/.well-known/oauth-authorization-server";

const raiseThree = (): Promise<Stage> =>
  raise({
    configuration: (provider) => ({
      providers: { meadow: registered(provider) },
      apps: {
        "": {
          provider: "meadow",
          scope: ["read"],
          redirectUris: ["http://127.0.0.1/callback"],
          origins: ["framer:abc123"],
        },
        tool: { provider: "meadow", scope: ["read", "write"], redirectUris: ["http://127.0.0.1/callback"] },
        television: { provider: "meadow" },
      },
    }),
  });

describe("metadata", () => {
  it("D14: names every endpoint of an app and what it speaks", async () => {
    await using stage = await raiseThree();
    const { base } = stage.broker;
    const answer = await send(`${base}${WELL_KNOWN}/tool`);
    expect(answer).toMatchObject({ status: 200, headers: { "content-type": "application/json" } });
    expect(members(answer)).toEqual({
      issuer: `${base}/tool`,
      authorization_endpoint: `${base}/tool/oauth/authorize`,
      token_endpoint: `${base}/tool/token`,
      revocation_endpoint: `${base}/tool/revoke`,
      device_authorization_endpoint: `${base}/tool/device_authorization`,
      response_types_supported: ["code"],
      response_modes_supported: ["query"],
      grant_types_supported: ["authorization_code", "refresh_token", DEVICE_GRANT],
      code_challenge_methods_supported: ["S256"],
      token_endpoint_auth_methods_supported: ["none"],
      revocation_endpoint_auth_methods_supported: ["none"],
      authorization_response_iss_parameter_supported: true,
      scopes_supported: ["read", "write"],
    });
  });

  it("D14: stands at the RFC's path and under the app's own", async () => {
    await using stage = await raiseThree();
    const { base } = stage.broker;
    const texts = await Promise.all(
      [`${WELL_KNOWN}/tool`, `/tool${WELL_KNOWN}`].map((path) => send(`${base}${path}`)),
    );
    expect(texts[0]?.text).toBe(texts[1]?.text);
    const root = members(await send(`${base}${WELL_KNOWN}`));
    expect(root).toMatchObject({ issuer: base, token_endpoint: `${base}/token` });
    expect(await send(`${base}${WELL_KNOWN}/unknown`)).toMatchObject({ status: 404 });
  });

  it("D14: an app without redirect URIs offers the device grant alone, and no empty lists but the required one", async () => {
    await using stage = await raiseThree();
    const { base } = stage.broker;
    expect(members(await send(`${base}${WELL_KNOWN}/television`))).toEqual({
      issuer: `${base}/television`,
      token_endpoint: `${base}/television/token`,
      revocation_endpoint: `${base}/television/revoke`,
      device_authorization_endpoint: `${base}/television/device_authorization`,
      response_types_supported: [],
      grant_types_supported: ["refresh_token", DEVICE_GRANT],
      token_endpoint_auth_methods_supported: ["none"],
      revocation_endpoint_auth_methods_supported: ["none"],
    });
    expect(await send(`${base}/television/oauth/authorize`)).toMatchObject({ status: 404 });
  });

  it("D12: may be read from an allowed origin", async () => {
    await using stage = await raiseThree();
    const answer = await send(`${stage.broker.base}${WELL_KNOWN}`, { headers: { origin: PLUGIN } });
    expect(answer.headers["access-control-allow-origin"]).toBe(PLUGIN);
  });

  it("D14: speaks of the configured address, whatever the Host header says", async () => {
    await using stage = await raiseThree();
    const { base } = stage.broker;
    const headers = { host: "evil.example", "x-forwarded-host": "evil.example" };
    expect(members(await send(`${base}${WELL_KNOWN}`, { headers }))).toMatchObject({ issuer: base });
  });
});
