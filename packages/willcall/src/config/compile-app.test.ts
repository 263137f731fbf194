import { describe, expect, test } from "vitest";
import { appOf, env, file, mistakesIn, provider } from "./sources.fixture.ts";

/** The smallest sound configuration with another app in place of its own. */
function withApp(app: object) {
  return { file: { ...file, apps: { sheets: app } }, env };
}

describe("apps", () => {
  test("have a redirect URI under their own path", async () => {
    expect((await appOf({ file, env })).providers[0]?.redirectUri).toBe(
      "http://localhost:8787/sheets/redirect",
    );
  });

  test("with several providers have one for each", async () => {
    const providers = { p: provider, q: provider };
    const apps = { sheets: { providers: { p: { scope: "a b,c, d" }, q: { scope: ["c"] } } } };
    expect((await appOf({ file: { providers, apps }, env })).providers).toMatchObject([
      { scope: ["a", "b", "c", "d"], redirectUri: "http://localhost:8787/sheets/p/redirect" },
      { scope: ["c"], redirectUri: "http://localhost:8787/sheets/q/redirect" },
    ]);
  });

  test("compile their origins", async () => {
    const origins = ["framer:37bb6c", "framer:9@p.example", "https://a.example", "app://obsidian.md", "null"];
    expect((await appOf(withApp({ provider: "p", origins }))).origins).toEqual({
      exact: new Set(["https://a.example", "app://obsidian.md"]),
      framer: [
        { id: "37bb6c", parent: "plugins.framercdn.com" },
        { id: "9", parent: "p.example" },
      ],
      opaque: true,
    });
  });

  test.each([
    "http://a.example",
    "https://a.example/",
    "https://A.example",
    "https://a.example:443",
    "https://*.example",
    "*",
    "",
    "framer:",
    "framer:a.b",
    "framer:A",
    "framer:a@localhost",
    "https://a.example, https://b.example",
  ])("may not list %j as origin", async (origin) => {
    expect(await mistakesIn(withApp({ provider: "p", origins: [origin] }))).toEqual([
      expect.stringContaining("apps.sheets.origins[0]"),
    ]);
  });

  test.each(["token", "authorize", ".well-known", "..", "A", "a/b", "a b", "x".repeat(41)])(
    "may not be called %j",
    async (name) => {
      const given = { file: { ...file, apps: { [name]: { provider: "p" } } }, env };
      expect(await mistakesIn(given)).toEqual([expect.stringContaining("is not a name that can be used.")]);
    },
  );

  test.each(["constructor", "toString", "has.dot", "x_1-y"])("may be called %j", async (name) => {
    const given = { file: { ...file, apps: { [name.toLowerCase()]: { provider: "p" } } }, env };
    expect((await appOf(given)).name).toBe(name.toLowerCase());
  });

  test("may not be called __proto__", async () => {
    const text = `{"providers":{"p":${JSON.stringify(provider)}},"apps":{"__proto__":{"provider":"p"}}}`;
    expect(await mistakesIn({ file: text, env })).toContainEqual(
      expect.stringContaining("__proto__ is not a known key."),
    );
  });

  test("need a provider that is configured", async () => {
    expect(
      await mistakesIn({
        file: { providers: { google: provider }, apps: { sheets: { provider: "gogle" } } },
        env,
      }),
    ).toEqual([
      '  apps.sheets.provider names a provider that is not configured. Add it under providers. Did you mean "google"?',
    ]);
    expect(await mistakesIn(withApp({}))).toEqual([
      expect.stringContaining("apps.sheets.provider is missing."),
    ]);
  });

  test("are not blamed for a provider that has its own mistakes", async () => {
    const providers = { p: { ...provider, client_id: 5 } };
    expect(await mistakesIn({ file: { ...file, providers }, env })).toEqual([
      expect.stringContaining("providers.p.client_id is a number."),
    ]);
  });

  test.each([
    [
      "a path that leads nowhere",
      "http://localhost:8787/callback",
      "a path that this broker does not answer",
    ],
    ["another app's path", "http://localhost:8787/docs/redirect", "a path that this broker does not answer"],
    ["http beyond this machine", "http://login.example.com/sheets/redirect", "is an http URL"],
  ])("refuse a redirect URI with %s", async (_, redirectUri, problem) => {
    expect(await mistakesIn(withApp({ provider: "p", redirectUri }))).toEqual([
      expect.stringContaining(problem),
    ]);
  });

  test("take a redirect URI on another host, with a slash at the end", async () => {
    const redirectUri = "https://other.example/sheets/redirect/";
    expect((await appOf(withApp({ provider: "p", redirectUri }))).providers[0]?.redirectUri).toBe(
      redirectUri,
    );
  });

  test.each([
    "https://app.example/cb",
    "http://127.0.0.1/cb",
    "http://[::1]:9/cb",
    "com.example.app:/cb",
    "cursor://cb",
  ])("may send people back to %s", async (uri) => {
    expect(await mistakesIn(withApp({ provider: "p", redirectUris: [uri] }))).toEqual([]);
  });

  test.each([
    "http://app.example/cb",
    "https://app.example/#x",
    "javascript:alert(1)",
    "data:text/html,x",
    "/cb",
    "https://u@a.example/",
  ])("may not send people back to %s", async (uri) => {
    expect(await mistakesIn(withApp({ provider: "p", redirectUris: [uri] }))).toEqual([
      expect.stringContaining("apps.sheets.redirectUris[0]"),
    ]);
  });

  test("may not have the path of a provider of the root app", async () => {
    const given = {
      file: {
        providers: { p: provider, q: provider },
        apps: { "": { providers: { p: {}, q: {} } }, q: { provider: "p" } },
      },
      env,
    };
    expect(await mistakesIn(given)).toEqual([
      expect.stringContaining("apps.q has the path of a provider of the root app."),
    ]);
  });
});
