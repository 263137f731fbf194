import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { definitionSchema } from "./definition.ts";

const plain = {
  authorization_endpoint: "https://a.example/authorize",
  token_endpoint: "https://a.example/token",
};

/** The paths that a definition's mistakes are at. */
function mistakes(definition: unknown): string[] {
  return definitionSchema.safeParse(definition).error?.issues.map(({ path }) => path.join(".")) ?? [];
}

describe("a definition", () => {
  it("is an issuer, or two endpoints", () => {
    expect(mistakes({ issuer: "https://a.example" })).toEqual([]);
    expect(mistakes(plain)).toEqual([]);
    expect(mistakes({})).toEqual(["authorization_endpoint", "token_endpoint"]);
  });

  it.each([
    [{ ...plain, token_endpont: "x" }, ""],
    [{ ...plain, authorization: { scopes: [] } }, "authorization"],
    [{ ...plain, pkce: "yes" }, "pkce"],
    [{ ...plain, token_endpoint: 1 }, "token_endpoint"],
    [{ ...plain, token_endpoint: "http://a.example/token" }, "token_endpoint"],
    [{ ...plain, token_endpoint: "javascript:alert(1)" }, "token_endpoint"],
    [{ ...plain, token_endpoint: "https://a.example/\ntoken" }, "token_endpoint"],
    [{ ...plain, token_endpoint: "https://a.example/#/token" }, "token_endpoint"],
    [{ ...plain, hosts: ["https://a.example"] }, "hosts.0"],
    [{ ...plain, token_request: { headers: { "x y": "z" } } }, "token_request.headers.x y"],
    [{ ...plain, inputs: { "a b": { title: "A", pattern: ".", example: "a" } } }, "inputs.a b"],
  ])("with a mistake says where: %j", (definition, path) => {
    expect(mistakes(definition)).toEqual([path]);
  });

  it("names every place in a template that nothing fills, all at once", () => {
    const open = {
      authorization_endpoint: "https://{shop}.a.example/authorize",
      token_endpoint: "https://{region}.a.example/token",
      authorization: { parameters: { tenant: "{tenant}" } },
    };
    expect(mistakes(open)).toEqual([
      "authorization_endpoint",
      "hosts",
      "token_endpoint",
      "hosts",
      "authorization.parameters.tenant",
    ]);
  });

  it("lets only the operator choose a host that may be anywhere: the client secret follows it", () => {
    const host = { title: "Host", pattern: "[a-z.]+", example: "a.example" };
    const open = {
      authorization_endpoint: "https://{host}/authorize",
      token_endpoint: "https://{host}/token",
    };
    expect(mistakes({ ...open, hosts: ["*"], inputs: { host } })).toContain("inputs.host.by");
    expect(mistakes({ ...open, hosts: ["*"], inputs: { host: { ...host, by: "operator" } } })).toEqual([]);
  });

  it("keeps callback values out of the authorization request, which comes before them", () => {
    const keep = { callback: { keep: { dc: { pattern: "[a-z]+" } } }, hosts: ["*.a.example"] };
    expect(mistakes({ ...plain, ...keep, token_endpoint: "https://{dc}.a.example/token" })).toEqual([]);
    expect(mistakes({ ...plain, ...keep, authorization_endpoint: "https://{dc}.a.example/" })).toEqual([
      "authorization_endpoint",
    ]);
  });

  it("has patterns that are expressions, and examples that match them", () => {
    const input = { title: "Shop", pattern: "[a-z]+", example: "acme" };
    expect(mistakes({ ...plain, inputs: { shop: input } })).toEqual([]);
    expect(mistakes({ ...plain, inputs: { shop: { ...input, pattern: "[" } } })).toEqual([
      "inputs.shop.pattern",
    ]);
    expect(mistakes({ ...plain, inputs: { shop: { ...input, example: "ACME" } } })).toEqual([
      "inputs.shop.example",
    ]);
    expect(mistakes({ ...plain, inputs: { shop: { ...input, default: "a1" } } })).toEqual([
      "inputs.shop.default",
    ]);
  });

  it("never sends a private key as a secret", () => {
    const signed = { ...plain, token_endpoint_auth_method: "private_key_jwt" };
    expect(mistakes(signed)).toEqual([]);
    expect(mistakes({ ...signed, refresh: { authentication: "client_secret_basic" } })).toEqual([
      "refresh.authentication",
    ]);
    expect(
      mistakes({ ...signed, callback: { signature: { parameter: "hmac", method: "hmac_sha256_hex" } } }),
    ).toEqual(["callback.signature"]);
    expect(mistakes({ ...plain, token_endpoint_auth_method: "signed_client_secret" })).toEqual([
      "client_jwt",
    ]);
  });

  it("may use http on this machine only", () => {
    for (const host of ["localhost:3000", "127.0.0.1", "[::1]:8080"]) {
      expect(mistakes({ ...plain, token_endpoint: `http://${host}/token` })).toEqual([]);
    }
    expect(mistakes({ ...plain, token_endpoint: "http://localhost.evil.com/token" })).toEqual([
      "token_endpoint",
    ]);
  });

  it("can be published as JSON Schema", () => {
    expect(z.toJSONSchema(definitionSchema)).toMatchObject({ type: "object", additionalProperties: false });
  });
});
