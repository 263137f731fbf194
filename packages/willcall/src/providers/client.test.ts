import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import type { EgressAnswer, EgressRequest } from "../platform.ts";
import { Secret } from "../secret.ts";
import { createProviderClient } from "./client.ts";
import type { Definition } from "./definition.ts";
import type { Provider, TokenAnswer, TokenResult } from "./provider.ts";

const START = Date.UTC(2026, 0, 1);
const endpoints = {
  authorization_endpoint: "https://as.example/authorize",
  token_endpoint: "https://as.example/token",
} as const;
const issuer = "https://as.example";
const metadata = {
  issuer,
  ...endpoints,
  jwks_uri: "https://as.example/keys",
  revocation_endpoint: "https://as.example/revoke",
};
const wellKnown = "https://as.example/.well-known/openid-configuration";

const json = (body: unknown, status = 200): EgressAnswer => ({
  ok: true,
  status,
  headers: {},
  body: JSON.stringify(body),
});

/** A client in a world where each URL has its answers: the last one stays. */
function world(answers: Record<string, EgressAnswer[]>) {
  const calls: EgressRequest[] = [];
  const clock = { now: START };
  const client = createProviderClient({
    now: () => clock.now,
    random: (length) => new Uint8Array(length),
    async fetch(request) {
      calls.push(request);
      const due = answers[request.url.split("?")[0] ?? ""] ?? [];
      return (due.length > 1 ? due.shift() : due[0]) ?? json({}, 404);
    },
  });
  return { client, calls, clock };
}

function providerWith(definition: Definition): Provider {
  return { name: "p", title: "P", definition, clientId: "client", clientSecret: new Secret("CANARY-secret") };
}

const login = {
  redirectUri: "https://willcall.example/redirect",
  codeVerifier: "verifier-verifier-verifier-verifier-verifier",
  nonce: "nonce-1",
  inputs: {},
};
const exchangeInput = { ...login, code: "code-1", captured: {} };
const beginInput = { ...login, state: "state-1", scope: ["read"] };
const context = { inputs: {}, captured: {} };

const reasonOf = (result: TokenResult | { ok: boolean }): string =>
  "failure" in result ? result.failure.reason : "none";

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

/** Tokens as an exchange brings them. */
const tokens = async (answer: unknown): Promise<TokenAnswer> => {
  const { client } = world({ [endpoints.token_endpoint]: [json(answer)] });
  const result = await client.exchange(providerWith(endpoints), exchangeInput);
  if (!result.ok) throw new Error(result.failure.reason);
  return result.tokens;
};

describe("the owner of an account", () => {
  it("is read from where the definition says", async () => {
    const claims = Buffer.from('{"sub":"7","email":"a@b.example"}').toString("base64url");
    const given = await tokens({
      access_token: "a",
      id_token: `x.${claims}.y`,
      team: { id: "T1", name: "Team" },
    });
    const { client, calls } = world({
      "https://as.example/me": [json({ user: { id: 7, login: "octocat" } })],
    });
    const identify = (identity: NonNullable<Definition["identity"]>) =>
      client.identify(providerWith({ ...endpoints, identity }), given, context);
    expect(await identify({ from: "id_token", id: "sub", label: ["email", "name"] })).toEqual({
      ok: true,
      identity: { id: "7", label: "a@b.example" },
    });
    expect(await identify({ from: "token_answer", id: "team.id", label: "team.name" })).toEqual({
      ok: true,
      identity: { id: "T1", label: "Team" },
    });
    expect(
      await identify({
        from: "endpoint",
        endpoint: "https://as.example/me",
        id: "user.id",
        label: "user.login",
      }),
    ).toEqual({ ok: true, identity: { id: "7", label: "octocat" } });
    expect(calls[0]).toMatchObject({ method: "GET", headers: { authorization: "Bearer a" } });
  });

  it("is nobody where there is nothing, and a failure where the provider fails", async () => {
    const given = await tokens({ access_token: "a" });
    const { client } = world({ "https://as.example/me": [json({}, 500)] });
    expect(await client.identify(providerWith(endpoints), given, context)).toEqual({
      ok: true,
      identity: {},
    });
    const identity = { from: "endpoint", endpoint: "https://as.example/me", id: "id" } as const;
    expect(await client.identify(providerWith({ ...endpoints, identity }), given, context)).toMatchObject({
      ok: false,
      failure: { reason: "provider_down" },
    });
  });
});

describe("introspection", () => {
  const provider = providerWith({ ...endpoints, introspection_endpoint: "https://as.example/introspect" });

  it.each([
    [json({ active: true }), "active"],
    [json({ active: false }), "inactive"],
    [json({ active: "yes" }), { reason: "bad_answer" }],
    [json({ error: "invalid_client" }, 401), { reason: "misconfigured" }],
  ])("says whether a token is good (%#)", async (answer, outcome) => {
    const { client } = world({ "https://as.example/introspect": [answer] });
    const result = await client.introspect(provider, "t", "access_token", context);
    expect([result]).toMatchObject([outcome]);
  });

  it("is unsupported without an endpoint", async () => {
    const { client } = world({});
    expect(await client.introspect(providerWith(endpoints), "t", "access_token", context)).toBe(
      "unsupported",
    );
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

describe("a client without a secret", () => {
  it("proves nothing, and sends no empty secret", async () => {
    const { client, calls } = world({ [endpoints.token_endpoint]: [json({ access_token: "a" })] });
    const { clientSecret: _, ...provider } = providerWith(endpoints);
    await client.exchange(provider, exchangeInput);
    expect(calls[0]?.body).toContain("client_id=client");
    expect(calls[0]?.body).not.toContain("client_secret");
  });
});

describe("pushed authorization requests", () => {
  const definition = { ...endpoints, pushed_authorization_request_endpoint: "https://as.example/par" };

  it("leave the browser only a reference", async () => {
    const { client, calls } = world({ "https://as.example/par": [json({ request_uri: "urn:x:1" }, 201)] });
    const result = await client.authorizationUrl(providerWith(definition), beginInput);
    expect(result).toEqual({
      ok: true,
      url: "https://as.example/authorize?client_id=client&request_uri=urn%3Ax%3A1",
    });
    expect(calls[0]?.body).toContain("state=state-1");
    expect(calls[0]?.body).toContain("client_secret=CANARY-secret");
  });

  it.each([
    json({}, 201),
    json({ request_uri: 1 }, 201),
    json({ error: "invalid_client" }, 401),
    json({}, 302),
  ])("that fail end the login before the browser leaves (%#)", async (answer) => {
    const { client } = world({ "https://as.example/par": [answer] });
    expect(await client.authorizationUrl(providerWith(definition), beginInput)).toMatchObject({ ok: false });
  });
});

/** Reads a callback as a definition says. */
const read = (query: string, definition: Partial<Definition> = {}) =>
  world({}).client.readCallback(providerWith({ ...endpoints, ...definition }), new URLSearchParams(query));

describe("a callback", () => {
  it("brings a code", async () => {
    expect(await read("code=abc&state=s")).toEqual({ kind: "code", code: "abc", captured: {} });
  });

  it.each([
    "",
    "state=s",
    "code=",
    "code=a&code=b",
    "code=a&state=s&state=t",
    "code=a&error=access_denied",
    "error=x&error=y",
  ])("is none with %j", async (query) => expect(await read(query)).toBeUndefined());

  it.each([
    ["error=access_denied", "denied"],
    ["error=server_error", "provider_down"],
    ["error=temporarily_unavailable", "provider_down"],
    ["error=invalid_scope", "misconfigured"],
    ["error=unauthorized_client", "misconfigured"],
    ["error=%3Cscript%3E", "bad_answer"],
    [`error=${"x".repeat(10_000)}`, "bad_answer"],
    ["error=user_cancelled", "bad_answer"],
  ])("with %s fails", async (query, reason) => {
    const callback = await read(`${query}&error_description=CANARY`);
    expect(callback).toMatchObject({ kind: "error", failure: { reason } });
    expect(JSON.stringify(callback)).not.toMatch(/CANARY|script/);
  });

  it("may use a provider's own names and words", async () => {
    const callback = { code: "auth_code", error: "err", errors: { no: "access_denied" } } as const;
    expect(await read("auth_code=x", { callback })).toMatchObject({ kind: "code", code: "x" });
    expect(await read("err=no", { callback })).toMatchObject({
      kind: "error",
      failure: { reason: "denied" },
    });
  });

  it("from another issuer is refused, whatever it brings (RFC 9207)", async () => {
    const announced = { issuer, authorization_response_iss_parameter_supported: true };
    expect(await read(`code=a&iss=${issuer}`, announced)).toMatchObject({ kind: "code" });
    expect(await read("code=a", { issuer })).toMatchObject({ kind: "code" });
    for (const [query, definition] of [
      ["code=a&iss=https://evil.example", announced],
      ["code=a", announced],
      ["error=access_denied", announced],
      ["code=a&iss=https://evil.example", { issuer }],
      [`code=a&iss=${issuer}/`, { issuer }],
    ] as const) {
      expect(await read(query, definition)).toMatchObject({
        kind: "error",
        failure: { reason: "wrong_issuer" },
      });
    }
  });

  it("with a kept value that does not match fails, and with one too many is none", async () => {
    const callback = { keep: { realmId: { pattern: "[0-9]+" }, dc: { pattern: "[a-z]+", required: false } } };
    expect(await read("code=a&realmId=42", { callback })).toMatchObject({ captured: { realmId: "42" } });
    expect(await read("code=a&realmId=42x", { callback })).toMatchObject({
      failure: { reason: "bad_answer" },
    });
    expect(await read("code=a", { callback })).toMatchObject({ failure: { reason: "bad_answer" } });
    expect(await read("code=a&realmId=1&realmId=2", { callback })).toBeUndefined();
  });

  it("with a signature that does not hold fails", async () => {
    const callback = { signature: { parameter: "hmac", method: "hmac_sha256_hex" } } as const;
    for (const hmac of ["", "00", "0".repeat(64), "zz"]) {
      expect(await read(`code=a&hmac=${hmac}`, { callback })).toMatchObject({
        failure: { reason: "bad_answer" },
      });
    }
  });
});

describe("an ID token", async () => {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const other = await generateKeyPair("ES256");
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: "1", alg: "ES256" }] };
  const claims = { iss: issuer, aud: "client", sub: "u", exp: START / 1000 + 60, nonce: "nonce-1" };

  const exchanged = async (
    payload: Record<string, unknown>,
    key = privateKey,
    definition: Partial<Definition> = {},
  ) => {
    const id_token = await new SignJWT(payload).setProtectedHeader({ alg: "ES256", kid: "1" }).sign(key);
    const { client } = world({
      [endpoints.token_endpoint]: [json({ access_token: "a", id_token })],
      [metadata.jwks_uri]: [json(keys)],
    });
    const provider = providerWith({ ...endpoints, issuer, jwks_uri: metadata.jwks_uri, ...definition });
    return reasonOf(await client.exchange(provider, exchangeInput));
  };

  it("that is this login's passes", async () => {
    expect(await exchanged(claims)).toBe("none");
    expect(await exchanged({ ...claims, aud: ["client", "x"], azp: "client" })).toBe("none");
  });

  it.each([
    ["issuer", { iss: "https://evil.example" }],
    ["audience", { aud: "someone" }],
    ["authorized party", { aud: ["client", "x"] }],
    ["authorized party", { azp: "someone" }],
    ["expiry", { exp: START / 1000 - 120 }],
    ["expiry", { exp: undefined }],
    ["nonce", { nonce: "nonce-2" }],
  ])("with another %s is refused", async (_what, change) => {
    expect(await exchanged({ ...claims, ...change })).toBe("wrong_id_token");
  });

  it("cannot speak for us by claims that look like a failure", async () => {
    const words = { error: "CANARY", reason: "CANARY", retryable: true, ok: false };
    expect(await exchanged({ ...claims, ...words, aud: "someone" })).toBe("wrong_id_token");
  });

  it("signed by somebody else is refused", async () => {
    expect(await exchanged(claims, other.privateKey)).toBe("wrong_id_token");
  });

  it("without a nonce is refused where the definition asks for one", async () => {
    const { nonce: _, ...rest } = claims;
    expect(await exchanged(rest, privateKey, { authorization: { nonce: true } })).toBe("wrong_id_token");
  });

  it("may come from any of several issuers", async () => {
    const definition = { id_token: { issuers: ["https://as.example/*/v2.0"] } };
    expect(await exchanged({ ...claims, iss: "https://as.example/t1/v2.0" }, privateKey, definition)).toBe(
      "none",
    );
    expect(await exchanged({ ...claims, iss: "https://as.example/a/b/v2.0" }, privateKey, definition)).toBe(
      "wrong_id_token",
    );
  });

  it("may come from an issuer that an input names", async () => {
    const definition = {
      authorization_endpoint: "https://as.example/authorize",
      id_token: { issuers: ["https://{tenant}.example/"] },
      inputs: { tenant: { title: "Tenant", pattern: "[a-z]+", example: "acme", default: "acme" } },
    };
    expect(await exchanged({ ...claims, iss: "https://acme.example/" }, privateKey, definition)).toBe("none");
    expect(await exchanged({ ...claims, iss: "https://evil.example/" }, privateKey, definition)).toBe(
      "wrong_id_token",
    );
  });

  it("that is no JWT is refused, and its keys not being there is the provider's trouble", async () => {
    const answers = { [endpoints.token_endpoint]: [json({ access_token: "a", id_token: "x.y.z" })] };
    const provider = providerWith({ ...endpoints, issuer });
    expect(reasonOf(await world(answers).client.exchange(provider, exchangeInput))).toBe("wrong_id_token");
    const id_token = await new SignJWT(claims).setProtectedHeader({ alg: "ES256" }).sign(privateKey);
    const withKeys = providerWith({ ...endpoints, issuer, jwks_uri: metadata.jwks_uri });
    const { client } = world({ [endpoints.token_endpoint]: [json({ access_token: "a", id_token })] });
    expect(reasonOf(await client.exchange(withKeys, exchangeInput))).toBe("provider_down");
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
