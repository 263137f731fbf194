import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { originAllowed } from "./origins.ts";
import {
  appOf,
  env,
  file,
  load,
  mistakesIn,
  production,
  provider,
  workerVariables,
} from "./sources.fixture.ts";

describe("the Framer worker's variables alone", () => {
  test("make one app at the root", async () => {
    const { config, listen, dataDir } = await load({ env: workerVariables });
    expect(config).toMatchObject({
      publicUrl: "https://localhost:8787",
      mode: "development",
      beginsPerMinute: 600,
    });
    expect(config.apps).toHaveLength(1);
    expect(config.apps[0]).toMatchObject({
      name: "",
      launch: "page",
      confirm: "auto",
      refresh: "sealed",
      refreshRawUntil: "90-days-from-first-start",
      clientKeys: false,
      origins: { framer: [{ id: "37bb6c", parent: "plugins.framercdn.com" }], opaque: false },
      providers: [{ scope: { verbatim: "read write" }, redirectUri: "https://localhost:8787/redirect" }],
    });
    expect(listen).toEqual({ host: "127.0.0.1", port: 8787, https: false });
    expect(dataDir).toBe("/site/.willcall");
  });

  test("work the same from .dev.vars", async () => {
    const devVars = Object.entries(workerVariables)
      .map(([name, value]) => `${name} = "${value}"`)
      .join("\n");
    expect(await appOf({ devVars })).toEqual(await appOf({ env: workerVariables }));
  });

  test("are complete in .dev.vars.example but for id and secret", async () => {
    const example = readFileSync(new URL("../../../../.dev.vars.example", import.meta.url), "utf8");
    expect(await mistakesIn({ devVars: example })).toEqual([
      expect.stringContaining("CLIENT_ID is empty."),
      expect.stringContaining("CLIENT_SECRET is empty."),
    ]);
    expect(await mistakesIn({ devVars: `${example}\nCLIENT_ID=1\nCLIENT_SECRET=2` })).toEqual([]);
  });

  test("leave the secret readable only by asking for it", async () => {
    const app = await appOf({ env: workerVariables });
    expect(app.providers[0]?.provider.clientSecret?.reveal()).toBe("hush");
    expect(JSON.stringify(app)).not.toContain("hush");
  });

  test("select the catalogue's entry when it knows the endpoints", async () => {
    const endpoints = {
      AUTHORIZE_ENDPOINT: "https://comma.example/authorize",
      TOKEN_ENDPOINT: "https://comma.example/token",
    };
    const app = await appOf({ env: { ...workerVariables, ...endpoints } });
    expect(app.providers[0]?.provider).toMatchObject({
      name: "comma",
      title: "Comma Inc.",
      definition: { pkce: "required", token_endpoint_auth_method: "client_secret_basic" },
    });
  });

  test("keep the query that an endpoint is written with", async () => {
    const endpoints = {
      AUTHORIZE_ENDPOINT: "https://comma.example/authorize?owner=team",
      TOKEN_ENDPOINT: "https://comma.example/token",
    };
    const app = await appOf({ env: { ...workerVariables, ...endpoints } });
    expect(app.providers[0]?.provider.definition.authorization_endpoint).toBe(endpoints.AUTHORIZE_ENDPOINT);
  });

  test("name an unknown provider by its host", async () => {
    const app = await appOf({ env: workerVariables });
    expect(app.providers[0]?.provider.title).toBe("login.example.com");
  });

  test("ask for no scope when SCOPE is blank", async () => {
    expect((await appOf({ env: { ...workerVariables, SCOPE: " " } })).providers[0]?.scope).toEqual([]);
  });

  test("warn when SCOPE has separators that the provider is not known for", async () => {
    const endpoints = {
      AUTHORIZE_ENDPOINT: "https://comma.example/authorize",
      TOKEN_ENDPOINT: "https://comma.example/token",
    };
    const { warnings } = await load({ env: { ...workerVariables, ...endpoints, SCOPE: "read write" } });
    expect(warnings).toContain(
      "SCOPE is sent as it stands, but Comma Inc. is known to want commas between scopes.",
    );
  });

  test("do not warn when SCOPE is as the provider wants it", async () => {
    const { warnings } = await load({
      env: { ...workerVariables, REDIRECT_URI: "http://localhost:8787/redirect" },
    });
    expect(warnings).toEqual([]);
  });

  test("admit an older guide's PLUGIN_URI as one exact origin", async () => {
    const app = await appOf({ env: { ...production, PLUGIN_ID: "", PLUGIN_URI: "https://plugin.example/" } });
    expect([...app.origins.exact]).toEqual(["https://plugin.example"]);
  });

  test("admit nobody but localhost in development when PLUGIN_ID is empty", async () => {
    const { config } = await load({ env: { ...workerVariables, PLUGIN_ID: "" } });
    const origins = config.apps[0]?.origins;
    if (origins === undefined) throw new Error("there is no app");
    expect(originAllowed(origins, "https://localhost:5173", config.mode)).toBe(true);
    expect(originAllowed(origins, "https://37bb6c.plugins.framercdn.com", config.mode)).toBe(false);
    expect(originAllowed(origins, "https://.plugins.framercdn.com", config.mode)).toBe(false);
  });

  test("are refused in production when PLUGIN_ID is empty", async () => {
    expect(await mistakesIn({ env: { ...production, PLUGIN_ID: "" } })).toEqual([
      "  PLUGIN_ID is empty, so no plugin could log in. Write the plugin's id, as in its framer.json.",
    ]);
  });

  test.each(["a.b", "37BB6C", "x/", "x@evil.com", "*", "a-b", "x".repeat(64)])(
    "refuse %j as PLUGIN_ID",
    async (id) => {
      expect(await mistakesIn({ env: { ...workerVariables, PLUGIN_ID: id } })).toEqual([
        expect.stringMatching(/^ {2}PLUGIN_ID is .* not a plugin id/),
      ]);
    },
  );

  test.each(["evil", "*.com", "a..b", "plugins.framercdn.com/x", "-"])(
    "refuse %j as PLUGIN_PARENT_DOMAIN",
    async (parent) => {
      expect(await mistakesIn({ env: { ...workerVariables, PLUGIN_PARENT_DOMAIN: parent } })).toEqual([
        expect.stringContaining("PLUGIN_PARENT_DOMAIN is"),
      ]);
    },
  );

  test("are each asked for when missing", async () => {
    expect(await mistakesIn({ env: { PLUGIN_ID: "37bb6c", CLIENT_ID: " " } })).toEqual([
      expect.stringContaining("CLIENT_ID is blank."),
      expect.stringContaining("CLIENT_SECRET is missing."),
      expect.stringContaining("AUTHORIZE_ENDPOINT is missing."),
      expect.stringContaining("TOKEN_ENDPOINT is missing."),
    ]);
  });

  test("take a date or never as REFRESH_RAW_UNTIL", async () => {
    const dated = await appOf({ env: { ...workerVariables, REFRESH_RAW_UNTIL: "2030-01-31" } });
    const never = await appOf({ env: { ...workerVariables, REFRESH_RAW_UNTIL: "never" } });
    expect(dated.refreshRawUntil).toEqual(new Date("2030-01-31T00:00:00Z"));
    expect(never.refreshRawUntil).toBeUndefined();
  });

  test("allow the worker's flow to the letter, and say what it gives up", async () => {
    const given = { env: { ...workerVariables, WILLCALL_LAUNCH: "direct", WILLCALL_CONFIRM: "never" } };
    expect(await appOf(given)).toMatchObject({ launch: "direct", confirm: "never" });
    expect((await load(given)).warnings).toContainEqual(expect.stringContaining("gives up promise S5"));
  });

  test("are not used beside a file that names its own apps, which is said", async () => {
    const { config, warnings } = await load({ file, env: { ...env, CLIENT_ID: "other" } });
    expect(config.apps.map(({ name }) => name)).toEqual(["sheets"]);
    expect(warnings).toEqual(["Not used, because the configuration file names its own apps: CLIENT_ID."]);
  });

  test("may be referred to by such a file without a warning", async () => {
    const providers = { p: { ...provider, client_secret: "env:CLIENT_SECRET" } };
    const { warnings } = await load({ file: { ...file, providers }, env: { CLIENT_SECRET: "hush" } });
    expect(warnings).toEqual([]);
  });
});
