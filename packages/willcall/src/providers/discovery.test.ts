import { describe, expect, it } from "vitest";
import {
  endpoints,
  issuer,
  metadata,
  wellKnown,
  json,
  world,
  providerWith,
  beginInput,
  exchangeInput,
  reasonOf,
} from "./testing/world.ts";

describe("discovery", () => {
  it("completes a definition that is only an issuer, and is read once", async () => {
    const { client, calls } = world({
      [wellKnown]: [json(metadata)],
      [endpoints.token_endpoint]: [json({ access_token: "a" })],
    });
    const provider = providerWith({ issuer });
    const url = await client.authorizationUrl(provider, beginInput);
    expect(url).toMatchObject({
      ok: true,
      url: expect.stringMatching(/^https:\/\/as\.example\/authorize\?/),
    });
    expect(await client.exchange(provider, exchangeInput)).toMatchObject({ ok: true });
    expect(calls.map((call) => call.url)).toEqual([wellKnown, endpoints.token_endpoint]);
    expect(calls[1]?.headers["authorization"]).toMatch(/^Basic /);
  });

  it("looks in RFC 8414's place when OpenID Connect's is empty", async () => {
    const { client } = world({
      "https://as.example/.well-known/oauth-authorization-server": [json(metadata)],
    });
    expect(await client.authorizationUrl(providerWith({ issuer }), beginInput)).toMatchObject({ ok: true });
  });

  it("yields to what the definition states", async () => {
    const { client, calls } = world({
      [wellKnown]: [json(metadata)],
      "https://as.example/mine": [json({ access_token: "a" })],
    });
    const provider = providerWith({
      issuer,
      token_endpoint: "https://as.example/mine",
      token_endpoint_auth_method: "client_secret_post",
    });
    await client.exchange(provider, exchangeInput);
    expect(calls[1]).toMatchObject({
      url: "https://as.example/mine",
      body: expect.stringContaining("client_secret="),
    });
  });

  it.each([
    [json({ ...metadata, issuer: "https://evil.example" })],
    [json({}, 500)],
    [json([])],
    [json({ issuer })],
    [json({ ...metadata, authorization_endpoint: "javascript:alert(1)//" })],
    [json({ ...metadata, token_endpoint: "http://as.example/token" })],
    [json({ ...metadata, token_endpoint: "https://{client_id}.example/token" })],
    [{ ok: false, reason: "timeout", sent: true } as const],
  ])("that fails is tried again at the next login: %j", async (bad) => {
    const { client } = world({ [wellKnown]: [bad, json(metadata)] });
    const provider = providerWith({ issuer });
    expect(reasonOf(await client.authorizationUrl(provider, beginInput))).toBe("provider_down");
    expect(await client.authorizationUrl(provider, beginInput)).toMatchObject({ ok: true });
  });

  it("is repeated after an hour, and after a failure, and old metadata serves meanwhile", async () => {
    const moved = { ...metadata, token_endpoint: "https://as.example/moved" };
    const { client, calls, clock } = world({
      [wellKnown]: [json(metadata), json({}, 500), json(moved)],
      "https://as.example/moved": [json({ access_token: "a" })],
    });
    const provider = providerWith({ issuer });
    clock.now += 60_000;
    expect(reasonOf(await client.exchange(provider, exchangeInput))).toBe("misconfigured");
    clock.now += 3_600_001;
    expect(reasonOf(await client.exchange(provider, exchangeInput))).toBe("misconfigured");
    clock.now += 60_000;
    expect(reasonOf(await client.exchange(provider, exchangeInput))).toBe("misconfigured");
    expect(await client.exchange(provider, exchangeInput)).toMatchObject({ ok: true });
    expect(calls.filter((call) => call.url === wellKnown)).toHaveLength(3);
  });

  it("is asked once however many logins begin together", async () => {
    const { client, calls } = world({ [wellKnown]: [json(metadata)] });
    const provider = providerWith({ issuer });
    await Promise.all(Array.from({ length: 10 }, () => client.authorizationUrl(provider, beginInput)));
    expect(calls).toHaveLength(1);
  });
});
