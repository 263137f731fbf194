import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../providers/provider.ts";
import { splitId, understand } from "./understand.ts";

const production = { publicUrl: "https://login.example.com", allowLoopbackProviders: false };
const development = { publicUrl: "http://localhost:8787", allowLoopbackProviders: true };

const document = (change: JsonObject = {}): JsonObject => ({
  grant_mode: "authorization_code",
  client_id: "client",
  client_secret: "hush",
  auth_endpoint: "https://provider.example/authorize",
  token_endpoint: "https://provider.example/token",
  ...change,
});
const of = (change: JsonObject, id = "meadow") => understand(id, document(change), production);
const definitionOf = (change: JsonObject) => of(change).registration?.provider.definition;

describe("an account type", () => {
  it("becomes a registration, without a word of warning", () => {
    const { registration, warnings } = of({ slug: "reader" });
    expect(warnings).toEqual([]);
    expect(registration).toMatchObject({
      provider: { name: "meadow", title: "reader", clientId: "client" },
      scope: [],
      redirectUri: "https://login.example.com/accounts/meadow/redirect",
    });
    expect(registration?.provider.clientSecret?.reveal()).toBe("hush");
    expect(registration?.provider.definition).toEqual({
      authorization_endpoint: "https://provider.example/authorize",
      token_endpoint: "https://provider.example/token",
      token_endpoint_auth_method: "client_secret_post",
      token_request: { parameters: { state: "{state}" } },
      token_answer: { members: { access_token: ["access_token", "id_token"] }, keep: ["*"] },
    });
  });

  it("goes by its name in its context", () => {
    expect(of({}, "beta/meadow").registration).toMatchObject({
      provider: { name: "meadow" },
      redirectUri: "https://login.example.com/accounts/meadow/redirect",
    });
    expect(splitId("meadow")).toEqual({ context: undefined, name: "meadow" });
  });

  it("sends Basic as most providers expect it, and the secret in a URL once where it must", () => {
    expect(definitionOf({ token_mode: "basic" })).toMatchObject({
      token_endpoint_auth_method: "client_secret_basic_raw",
    });
    expect(definitionOf({ token_mode: "get" })).toMatchObject({
      token_request: { method: "GET" },
      refresh: { method: "POST" },
    });
  });

  it("may have a client id that is written as a number, unless that has lost digits", () => {
    expect(of({ client_id: 1234567890123 }).registration?.provider.clientId).toBe("1234567890123");
    expect(of({ client_id: 1e21 }).warnings).toContain("client_id is not a string, so it is not read.");
  });

  it("keeps the query of its endpoint, and takes nothing in it for a place", () => {
    const change = {
      auth_endpoint: "https://provider.example/authorize?a=1&b={x}",
      extras: { prompt: "login now", claims: '{"a":1}', number: 1, flag: true },
    };
    expect(definitionOf(change)?.authorization_endpoint).toBe(
      "https://provider.example/authorize?a=1&b=%7Bx%7D&prompt=login%20now&claims=%7B%22a%22%3A1%7D&number=1&flag=true",
    );
  });

  it("asks for the scope among its extras", () => {
    expect(of({ extras: { scope: "a,b" } }).registration?.scope).toEqual({ verbatim: "a,b" });
  });

  it.each([
    ["https://login.example.com/accounts/meadow/redirect", ""],
    [["https://login.example.com/accounts/meadow/redirect", "https://other.example/"], ""],
    ["https://oauth.example.com/accounts/meadow/redirect", "redirect_uri is on another host"],
    ["https://login.example.com/callback", "redirect_uri has a path that this broker does not answer"],
  ])("comes back at %j", (uri, warning) => {
    const { registration, warnings } = of({ redirect_uri: uri });
    expect(registration?.redirectUri).toBe([uri].flat()[0]);
    expect(warnings.map((sentence) => sentence.slice(0, warning.length))).toEqual([warning].filter(Boolean));
  });

  it("comes back at this broker where its redirect URI is none", () => {
    const { registration, warnings } = of({ redirect_uri: "nowhere" });
    expect(registration?.redirectUri).toBe("https://login.example.com/accounts/meadow/redirect");
    expect(warnings).toEqual([expect.stringContaining("redirect_uri is not a URL")]);
  });

  it("takes redirect_url for redirect_uri, and prefers the latter", () => {
    const uri = "https://login.example.com/accounts/meadow/redirect";
    expect(of({ redirect_url: uri })).toMatchObject({
      registration: { redirectUri: uri },
      warnings: [expect.stringContaining("redirect_url is read as redirect_uri")],
    });
    expect(of({ redirect_url: "https://a.example/", redirect_uri: uri }).registration?.redirectUri).toBe(uri);
  });

  it.each([
    ["authorization_code", undefined, false],
    ["authorization_code+secret", undefined, true],
    ["refresh_token", false, false],
    ["secret", false, true],
  ])("with grant_mode %s says who may log in and what connectors are given", (mode, interactive, gives) => {
    const { registration } = of({ grant_mode: mode, secret: { key: 1 } });
    expect(registration?.interactive).toBe(interactive);
    expect(registration?.connectorSecret?.reveal()).toEqual(gives ? { key: 1 } : undefined);
  });

  it("needs no login page where accounts are imported, and nothing but itself where it is a secret", () => {
    const imported = document({ grant_mode: "refresh_token", auth_endpoint: null });
    expect(understand("meadow", imported, production).warnings).toEqual([]);
    expect(understand("meadow", { grant_mode: "secret", secret: "x" }, production)).toMatchObject({
      registration: { interactive: false },
      warnings: [],
    });
  });

  it("may be on this machine in development, with a warning", () => {
    const change = { token_endpoint: "http://localhost:1/token" };
    const { registration, warnings } = understand("meadow", document(change), development);
    expect(registration).toBeDefined();
    expect(warnings).toEqual(["token_endpoint is an http URL, which works on this machine alone."]);
  });

  it.each<[string, JsonObject, string]>([
    ["has no grant_mode", { grant_mode: null }, "without a grant_mode"],
    ["has a grant_mode that nobody knows", { grant_mode: "token" }, "grant_mode is none of those"],
    ["has no client_id", { client_id: "" }, "without a client_id"],
    ["has no token_endpoint", { token_endpoint: null }, "without a token_endpoint"],
    ["leads to http", { token_endpoint: "http://provider.example/t" }, "it is an http URL. Use https."],
    ["leads to this machine", { token_endpoint: "http://localhost:1/t" }, "cannot be used with this token"],
    [
      "leads to a private address",
      { token_endpoint: "https://10.0.0.1/t" },
      "cannot be used with this token",
    ],
    [
      "has a user in its endpoint",
      { auth_endpoint: "https://a@b.example/" },
      "cannot be used with this auth",
    ],
    ["has an endpoint that is no URL", { auth_endpoint: "authorize" }, "cannot be used with this auth"],
  ])("cannot be used when it %s", (_what, change, warning) => {
    const { registration, warnings } = of(change);
    expect(registration).toBeUndefined();
    expect(warnings.join("\n")).toContain(warning);
  });

  it.each(["Meadow", "a b", "a/b/c", "/a", "a/", "x".repeat(41), "ü"])("cannot be asked for as %s", (id) => {
    expect(of({}, id)).toMatchObject({ registration: undefined, warnings: [expect.stringContaining("id")] });
  });

  it("is warned about by name, and never by what it holds", () => {
    const { warnings } = of({
      hush: "hush",
      "hush hush": 1,
      client_secret: { hush: "hush" },
      skip_state_on_token: "hush",
      token_mode: "hush",
      extras: { nested: ["hush"], redirect_uri: "hush" },
    });
    expect(warnings).toEqual([
      "hush is kept, and not read.",
      "A member with an unusual name is kept, and not read.",
      "client_secret is not a string, so it is not read.",
      "token_mode is none of those that Willcall can do: form, basic, get.",
      "extras.nested is not a string, so it is not sent.",
      "skip_state_on_token is neither true nor false, so it is not read.",
      "extras.redirect_uri is not sent: Willcall sets it.",
      "There is no client_secret, so the provider has to take Willcall for a public client.",
    ]);
  });

  it("of any shape is read without a throw, and its values are in no warning", () => {
    const secret = "zq7zq7zq7";
    const value = fc
      .jsonValue({ maxDepth: 2 })
      .chain((json) => fc.constantFrom(json, secret, [secret], null));
    const names = [...Object.keys(document()), "extras", "redirect_uri", "redirect_url", "token_mode", "odd"];
    const member = fc.tuple(fc.constantFrom(...names), value);
    fc.assert(
      fc.property(fc.array(member), fc.string(), (members, id) => {
        // What JSON.parse gives: own members only, whatever they are called.
        const written = JSON.parse(JSON.stringify(document(Object.fromEntries(members) as JsonObject)));
        const { warnings } = understand(id, written, production);
        expect(warnings.join("\n")).not.toContain(secret);
      }),
    );
  });
});
