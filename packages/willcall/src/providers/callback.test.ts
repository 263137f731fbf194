import { describe, expect, it } from "vitest";
import type { Definition } from "./definition.ts";
import { endpoints, issuer, world, providerWith } from "./testing/world.ts";

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
