import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AccountId, AccountRow } from "../engines/vault-store.ts";
import type { JsonObject } from "../providers/provider.ts";
import { contentOf, documentOf, revOf } from "./document.ts";
import type { Holding } from "./holding.ts";

const row: AccountRow = {
  id: "AbcdefghijklmnopqrstuA" as AccountId,
  owner: "ada",
  provider: "meadow",
  status: "connected",
  reason: null,
  label: "ada@example.com",
  scope: "read write",
  version: 3,
  createdAt: 0,
  renewedAt: 0,
  expiresAt: 1_900_000_000_000,
  refreshAt: null,
  failures: 0,
  retryAt: 0,
  usedAt: null,
  leaseUntil: 0,
  fence: 0,
  sealed: new Uint8Array(0),
};
const holding: Holding = {
  accessToken: "access-1",
  tokenType: "bearer",
  refreshToken: "refresh-CANARY",
  idToken: null,
  extra: { instance_url: "https://eu.example" },
  subject: "1",
  inputs: {},
  captured: {},
};
const rev = (version: number, data: number): string =>
  documentOf({ ...row, version }, holding, "client", { version: data, content: {} }).rev;
const nothing = { version: 0, content: {} };

describe("an account's document", () => {
  it("has what a connector needs, and no more", () => {
    expect(documentOf(row, holding, "client", nothing).attributes).toEqual({
      account_type: "meadow",
      name: "ada@example.com",
      oauth: {
        access_token: "access-1",
        token_type: "bearer",
        refresh_token: "kept-by-willcall",
        expires_at: "2030-03-17T17:46:40.000Z",
        client_id: "client",
      },
      oauth_callback_results: { instance_url: "https://eu.example", scope: "read write" },
    });
  });

  it("never has the refresh token, whatever a connector kept (S4)", () => {
    expect(JSON.stringify(documentOf(row, holding, "client", nothing))).not.toContain("CANARY");
  });

  it("says whether there is a refresh token, as published connectors ask", () => {
    const { attributes } = documentOf(row, { ...holding, refreshToken: null }, "client", nothing);
    expect(attributes["oauth"]).not.toHaveProperty("refresh_token");
  });

  it("has no tokens where none can be opened", () => {
    expect(documentOf(row, undefined, "client", nothing).attributes).not.toHaveProperty("oauth");
  });

  it("has what the connector kept, under what is ours", () => {
    const content = { data: { last: 3 }, state: "LOGIN_SUCCESS", oauth: { access_token: "forged" } };
    const { attributes } = documentOf(row, holding, "client", { version: 1, content });
    expect(attributes).toMatchObject({ data: { last: 3 }, state: "LOGIN_SUCCESS" });
    expect(attributes["oauth"]).toMatchObject({ access_token: "access-1" });
  });

  it("does not change its rev when tokens are renewed, and does when the connector writes", () => {
    expect(rev(4, 0)).toBe(rev(3, 0));
    expect(rev(3, 1)).not.toBe(rev(3, 0));
    expect(rev(3, 1)).toMatch(/^2-[0-9a-f]{32}$/);
  });

  it("of another account has another rev", () => {
    expect(revOf("a", 1)).not.toBe(revOf("b", 1));
  });
});

describe("what a connector writes", () => {
  it("is kept as it is, but for what is ours", () => {
    const ours = { _id: "x", _rev: "1-a", _type: "t", account_type: "evil", name: "n", oauth: {} };
    const theirs = { data: { a: 1 }, auth: { login: "ada" }, cozyMetadata: {}, state: null };
    expect(contentOf({ ...ours, ...theirs, oauth_callback_results: {} })).toEqual(theirs);
  });

  it("cannot reach a prototype", () => {
    const written = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"a":1}}') as JsonObject;
    const kept = contentOf(written);
    expect(Object.getPrototypeOf(kept)).toBe(Object.prototype);
    expect(JSON.stringify(kept)).toBe('{"__proto__":{"polluted":1},"constructor":{"a":1}}');
  });

  it("comes back as it was written", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (document) => {
        const kept = contentOf(document as JsonObject);
        const { attributes } = documentOf(row, holding, "client", { version: 1, content: kept });
        expect(attributes).toMatchObject(kept);
      }),
    );
  });
});
