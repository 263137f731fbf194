import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { file, load, mistakesIn, provider, workerVariables } from "./sources.fixture.ts";

describe("mistakes", () => {
  test("are reported all at once, each with its path and remedy", async () => {
    const given = {
      file: {
        lisen: {},
        listen: { port: "x" },
        providers: { p: { ...provider, pkce: "unsuported" }, q: { use: "coma", client_id: "1" } },
        apps: {
          token: {},
          sheets: { provider: "q", launch: "pgae" },
          docs: { provider: "z", origins: ["http://a.example"] },
        },
      },
      devVars: "hello",
      flags: { port: "99999" },
    };
    const mistakes = await mistakesIn(given);
    for (const start of [
      ".dev.vars, line 1 is neither",
      'lisen is not a known key. Remove it or correct its name. Did you mean "listen"?',
      "--port is a number. Write a port",
      'providers.p.pkce is a string of 10 characters. Write "required" or "supported" or "unsupported" or "unknown". Did you mean "unsupported"?',
      "providers.q.use is not a provider",
      "apps.token is not a name",
      'apps.sheets.launch is a string of 4 characters. Write "page" or "direct". Did you mean "page"?',
      "apps.docs.provider names a provider that is not configured.",
      "apps.docs.origins[0] is an http origin.",
    ]) {
      expect(mistakes).toContainEqual(expect.stringContaining(`  ${start}`));
    }
  });

  test.each([
    [
      "of the file",
      { publicURL: "x" },
      'publicURL is not a known key. Remove it or correct its name. Did you mean "publicUrl"?',
    ],
    [
      "of a provider",
      { providers: { p: { ...provider, pkc: "x" } } },
      'providers.p.pkc is not a known key. Remove it or correct its name. Did you mean "pkce"?',
    ],
    [
      "deep in a definition",
      { providers: { p: { ...provider, authorization: { scope_seperator: "," } } } },
      'Did you mean "scope_separator"?',
    ],
    [
      "of an app at a provider",
      { apps: { a: { providers: { p: { scopes: [] } } } } },
      'Did you mean "scope"?',
    ],
  ])("suggest the key that was meant: %s", async (_, more, mistake) => {
    expect((await mistakesIn({ file: { ...file, ...more }, env: { S: "x" } })).join()).toContain(mistake);
  });

  test("point at the one wrong scope of a list", async () => {
    const apps = { sheets: { provider: "p", scope: ["a", "b c"] } };
    expect(await mistakesIn({ file: { ...file, apps }, env: { S: "x" } })).toEqual([
      "  apps.sheets.scope[1] is a string of 3 characters. Write one scope, with no spaces in it.",
    ]);
  });

  test("end the process with EX_CONFIG", async () => {
    await expect(load({})).rejects.toMatchObject({ code: "config_invalid", exitCode: 78 });
  });

  test.each([
    [
      "a trailing comma, with its line",
      '{\n  "apps": {},\n}',
      "/site/willcall.config.json, line 3 is not JSON.",
    ],
    ["a list", "[]", "/site/willcall.config.json is not a JSON object."],
    ["nothing", "", "/site/willcall.config.json is not JSON."],
  ])("name a file that holds %s", async (_, text, mistake) => {
    expect(await mistakesIn({ file: text })).toContainEqual(expect.stringContaining(mistake));
  });

  test("are all that any JSON leads to", async () => {
    const keys = [
      "publicUrl",
      "listen",
      "data",
      "keys",
      "providers",
      "apps",
      "p",
      "",
      "provider",
      "origins",
      "scope",
    ];
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.jsonValue({ maxDepth: 1 }),
        fc.dictionary(fc.constantFrom(...keys, "client_id", "https"), tie("value"), { maxKeys: 5 }),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(value, async (written) => {
        for (const mistake of await mistakesIn({ file: written }))
          expect(mistake).toMatch(/^ {2}\S.* .*[.?]$/);
      }),
    );
  });

  test("never hold a secret, wherever it was put", async () => {
    const canary = "CANARYxyz";
    const json = JSON.stringify({
      ...file,
      publicUrl: "https://x.example",
      listen: { host: "h", port: 1, https: true },
      keys: ["env:K"],
      trustedProxies: ["10.0.0.0/8"],
      apps: {
        sheets: {
          provider: "p",
          origins: ["null"],
          launch: "page",
          scope: ["a"],
          redirectUri: "https://x.example/r",
        },
      },
    });
    const strings = [...json.matchAll(/"(?:[^"\\]|\\.)*"|\d+|true/g)].map(({ index, 0: { length } }) => ({
      index,
      length,
    }));
    await fc.assert(
      fc.asyncProperty(
        fc.subarray(strings, { minLength: 1 }),
        fc.constantFrom(
          canary,
          `https://${canary}`,
          ` ${canary} `,
          `${canary}\\n`,
          `${canary}}`,
          `file:${canary}\\u0000`,
        ),
        async (spots, value) => {
          let text = json;
          for (const { index, length } of spots.toReversed()) {
            // A key stays a key; only values are replaced.
            if (text[index + length] === ":") continue;
            text = `${text.slice(0, index)}"${value}"${text.slice(index + length)}`;
          }
          const given = { file: text, env: { S: canary, K: canary } };
          expect((await mistakesIn(given)).join("\n")).not.toContain("CANARY");
        },
      ),
    );
  });

  test("never hold a secret from a broken file or variable", async () => {
    const given = [
      { file: '{"client_secret": "CANARY" "x"}' },
      { file: '{"client_secret": CANARY}' },
      { devVars: "CLIENT_SECRET='CANARY\nCANARY" },
      {
        env: { ...workerVariables, CLIENT_SECRET: "CANARY\n", CLIENT_ID: "CANARY x", SCOPE: "CANARY\u0000" },
      },
      {
        env: {
          ...workerVariables,
          AUTHORIZE_ENDPOINT: "CANARY",
          TOKEN_ENDPOINT: "CANARY",
          REDIRECT_URI: "CANARY",
        },
      },
      {
        env: {
          ...workerVariables,
          WILLCALL_KEYS: "CANARY",
          WILLCALL_PORT: "CANARY",
          REFRESH_RAW_UNTIL: "CANARY",
        },
      },
    ];
    for (const one of given) {
      const mistakes = await mistakesIn(one);
      expect(mistakes).not.toEqual([]);
      expect(mistakes.join("\n")).not.toContain("CANARY");
    }
  });
});
