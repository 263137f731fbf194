import { describe, expect, it } from "vitest";
import {
  endpoints,
  json,
  world,
  providerWith,
  beginInput,
  exchangeInput,
  context,
  reasonOf,
} from "./testing/world.ts";

describe("a token call that gets no answer", () => {
  it.each([
    ["unreachable", "provider_down", true],
    ["timeout", "provider_timeout", true],
    ["too_large", "bad_answer", false],
    ["redirected", "misconfigured", false],
    ["refused_address", "refused_address", false],
  ] as const)("because of %s fails as %s", async (reason, ours, retryable) => {
    const { client, calls } = world({ [endpoints.token_endpoint]: [{ ok: false, reason, sent: true }] });
    const result = await client.exchange(providerWith(endpoints), exchangeInput);
    expect(result).toMatchObject({ ok: false, failure: { reason: ours, retryable } });
    expect(calls).toHaveLength(1);
  });

  it("is made once more only when nothing was sent", async () => {
    const { client, calls } = world({
      [endpoints.token_endpoint]: [
        { ok: false, reason: "unreachable", sent: false },
        json({ access_token: "a" }),
      ],
    });
    expect(await client.exchange(providerWith(endpoints), exchangeInput)).toMatchObject({ ok: true });
    expect(calls).toHaveLength(2);
  });
});

describe("a refresh", () => {
  it("carries the refresh token over where the provider leaves it out", async () => {
    const { client } = world({ [endpoints.token_endpoint]: [json({ access_token: "a" })] });
    const result = await client.refresh(providerWith(endpoints), "r1", context);
    expect(result).toMatchObject({ ok: true, tokens: { refresh_token: "r1", refreshTokenPaths: [] } });
  });

  it("keeps its rotated token though a lookup after it fails", async () => {
    const provider = providerWith({
      ...endpoints,
      follow_ups: [
        {
          name: "who",
          endpoint: "https://as.example/who",
          purpose: "lookup",
          authentication: "bearer",
          after: ["exchange", "refresh"],
        },
      ],
    });
    const answers = { [endpoints.token_endpoint]: [json({ access_token: "a", refresh_token: "r2" })] };
    const { client } = world(answers);
    expect(await client.refresh(provider, "r1", context)).toMatchObject({
      ok: true,
      tokens: { refresh_token: "r2" },
    });
    expect(await client.exchange(provider, exchangeInput)).toMatchObject({ ok: false });
  });

  it("is not tried where the provider has none", async () => {
    const { client, calls } = world({});
    const provider = providerWith({ ...endpoints, refresh: { supported: false } });
    expect(reasonOf(await client.refresh(provider, "r1", context))).toBe("misconfigured");
    expect(calls).toEqual([]);
  });

  it("renews the access token itself where that is the way", async () => {
    const provider = providerWith({
      ...endpoints,
      refresh: { with: "access_token", parameters: { grant_type: "ig_refresh_token" }, method: "GET" },
    });
    const { client, calls } = world({ [endpoints.token_endpoint]: [json({ access_token: "a2" })] });
    const result = await client.refresh(provider, "a1", context);
    expect(result).toMatchObject({ ok: true, tokens: { access_token: "a2", refresh_token: "a2" } });
    expect(new URL(calls[0]?.url ?? "").searchParams.get("access_token")).toBe("a1");
  });
});

describe("a revocation", () => {
  const provider = providerWith({ ...endpoints, revocation_endpoint: "https://as.example/revoke" });

  it("of a token that is dead already has done what was asked", async () => {
    const { client } = world({ "https://as.example/revoke": [json({ error: "invalid_token" }, 400)] });
    expect(await client.revoke(provider, "t", "refresh_token", context)).toBe("revoked");
  });

  it("that fails says why", async () => {
    const { client } = world({ "https://as.example/revoke": [json({ error: "invalid_client" }, 401)] });
    const result = await client.revoke(provider, "t", "refresh_token", context);
    expect(result).toMatchObject({ reason: "misconfigured", status: 401 });
  });

  it("without an endpoint is unsupported", async () => {
    const { client } = world({});
    expect(await client.revoke(providerWith(endpoints), "t", "access_token", context)).toBe("unsupported");
  });
});

describe("inputs", () => {
  const provider = providerWith({
    authorization_endpoint: "https://{shop}.as.example/authorize",
    token_endpoint: "https://{shop}.as.example/token",
    hosts: ["*.as.example"],
    inputs: { shop: { title: "Shop", pattern: "[a-z]+", example: "acme" } },
  });

  it.each(["evil.com/", "evil.com#", "ACME", "", "x@evil.com"])(
    "that do not match (%j) send nothing",
    async (shop) => {
      const { client, calls } = world({});
      expect(reasonOf(await client.authorizationUrl(provider, { ...beginInput, inputs: { shop } }))).toBe(
        "misconfigured",
      );
      expect(reasonOf(await client.exchange(provider, { ...exchangeInput, inputs: { shop } }))).toBe(
        "misconfigured",
      );
      expect(calls).toEqual([]);
    },
  );

  it("of the operator cannot be changed by a login", async () => {
    const fixed = providerWith({
      ...provider.definition,
      inputs: {
        shop: { title: "Shop", pattern: "[a-z]+", example: "acme", default: "ours", by: "operator" },
      },
    });
    const { client } = world({});
    const result = await client.authorizationUrl(fixed, { ...beginInput, inputs: { shop: "theirs" } });
    expect(result).toMatchObject({ ok: true, url: expect.stringMatching(/^https:\/\/ours\.as\.example\//) });
  });
});

describe("a client without a secret", () => {
  it("proves nothing, and sends no empty secret", async () => {
    const { client, calls } = world({ [endpoints.token_endpoint]: [json({ access_token: "a" })] });
    const { clientSecret: _, ...provider } = providerWith(endpoints);
    await client.exchange(provider, exchangeInput);
    expect(calls[0]?.body).toContain("client_id=client");
    expect(calls[0]?.body).not.toContain("client_secret");
  });
});

describe("whatever happens", () => {
  it("the client secret is in no URL, no failure and no printed value", async () => {
    const { client, calls } = world({ [endpoints.token_endpoint]: [json({ error: "CANARY-word" }, 400)] });
    const provider = providerWith(endpoints);
    const results = [
      await client.authorizationUrl(provider, beginInput),
      await client.exchange(provider, exchangeInput),
      await client.refresh(provider, "r", context),
    ];
    expect(JSON.stringify([results, provider, calls.map((call) => call.url)])).not.toContain("CANARY");
  });
});
