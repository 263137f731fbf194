import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import type { Definition } from "./definition.ts";
import {
  START,
  endpoints,
  issuer,
  metadata,
  json,
  world,
  providerWith,
  exchangeInput,
  reasonOf,
} from "./testing/world.ts";

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
