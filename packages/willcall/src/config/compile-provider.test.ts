import { describe, expect, test } from "vitest";
import type { CatalogueEntry } from "../providers/definition.ts";
import { appOf, catalogue, env, file, load, mistakesIn, provider, someKey } from "./sources.fixture.ts";

describe("providers", () => {
  const uses = { use: "comma", client_id: "1", client_secret: "env:S" };
  const definitionOf = async (more: object) =>
    (await appOf({ file: { ...file, providers: { p: { ...uses, ...more } } }, env })).providers[0]?.provider
      .definition;

  test("take over the catalogue's entry", async () => {
    expect(await definitionOf({})).toMatchObject({
      pkce: "required",
      authorization: { scope_separator: "," },
    });
  });

  test("may override any part of it and keep the rest", async () => {
    expect(await definitionOf({ authorization: { parameters: { owner: "team" } } })).toMatchObject({
      authorization: { scope_separator: ",", parameters: { owner: "team" } },
    });
  });

  test("need what only the operator can say, and no more of it than the value", async () => {
    const domain = {
      title: "Domain",
      pattern: "[a-z.]+",
      example: "acme.p.example",
      by: "operator",
    } as const;
    const entry: CatalogueEntry = {
      title: "P",
      docs: "https://docs.p.example",
      sources: ["https://docs.p.example"],
      level: "listed",
      authorization_endpoint: "https://{domain}/authorize",
      token_endpoint: "https://{domain}/token",
      hosts: ["*.p.example"],
      inputs: { domain },
    };
    const written = (more: object) => ({
      file: { ...file, providers: { p: { ...uses, ...more } } },
      env,
      catalogue: { ...catalogue, entry: async () => entry },
    });
    expect(await mistakesIn(written({}))).toEqual([
      '  providers.p.inputs.domain.default is missing. Write what your logins go to (Domain), such as "acme.p.example".',
    ]);
    const inputs = { domain: { default: "acme.p.example" } };
    const app = await appOf(written({ inputs }));
    expect(app.providers[0]?.provider.definition.inputs).toEqual({ domain: { ...domain, ...inputs.domain } });
    expect(await mistakesIn(written({ inputs: { domain: { default: "ACME" } } }))).toEqual([
      expect.stringContaining("providers.p.inputs.domain.default does not fit the rest"),
    ]);
  });

  test("hold nothing of the catalogue that is not about the wire", async () => {
    expect(await definitionOf({})).not.toHaveProperty("aliases");
  });

  test("are suggested when misspelt", async () => {
    expect(await mistakesIn({ file: { ...file, providers: { p: { ...uses, use: "coma" } } }, env })).toEqual([
      expect.stringMatching(/providers\.p\.use is not a provider of the catalogue.*Did you mean "comma"\?/),
    ]);
  });

  test("need both endpoints or an issuer", async () => {
    const p = { client_id: "1", client_secret: "env:S", token_endpoint: "https://p.example/t" };
    expect(await mistakesIn({ file: { ...file, providers: { p } }, env })).toEqual([
      "  providers.p.authorization_endpoint is missing. It is needed without an issuer.",
    ]);
  });

  test("need a secret unless they authenticate no client", async () => {
    const { client_secret: _, ...open } = provider;
    expect(await mistakesIn({ file: { ...file, providers: { p: open } } })).toEqual([
      expect.stringContaining("providers.p.client_secret is missing."),
    ]);
    expect(
      await mistakesIn({
        file: { ...file, providers: { p: { ...open, token_endpoint_auth_method: "none" } } },
      }),
    ).toEqual([]);
  });

  test("may be reached over loopback http in development", async () => {
    const p = { ...provider, token_endpoint: "http://127.0.0.1:9000/t" };
    expect(await mistakesIn({ file: { ...file, providers: { p } }, env })).toEqual([]);
  });

  test.each(["token_endpoint", "issuer"])("may not be reached over http in production: %s", async (key) => {
    const p = { ...provider, [key]: "http://127.0.0.1:9000/t" };
    const given = {
      file: { ...file, publicUrl: "https://x.example", providers: { p } },
      env: { ...env, WILLCALL_KEYS: someKey(1) },
    };
    expect(await mistakesIn(given)).toEqual([expect.stringContaining(`providers.p.${key} is an http URL.`)]);
  });

  test("may not be reached over http beyond this machine at all", async () => {
    const p = { ...provider, token_endpoint: "http://p.example/t" };
    expect(await mistakesIn({ file: { ...file, providers: { p } }, env })).toEqual([
      expect.stringMatching(/providers\.p\.token_endpoint is an http URL\. It must begin with https:/),
    ]);
  });

  test.each([
    ["a variable that is not set", "env:NOPE", "refers to the variable NOPE, which is not set"],
    ["a blank variable", "env:BLANK", "refers to the variable BLANK, which is blank"],
    ["a file that is not there", "file:/run/secrets/nope", "refers to a file that cannot be read"],
    ["a value with a line break in it", "env:BROKEN", "with spaces or line breaks that do not belong to it"],
  ])("cannot take a secret from %s", async (_, client_secret, problem) => {
    const given = {
      file: { ...file, providers: { p: { ...provider, client_secret } } },
      env: { BLANK: " ", BROKEN: "a\nb" },
    };
    expect(await mistakesIn(given)).toEqual([expect.stringContaining(`providers.p.client_secret`)]);
    expect((await mistakesIn(given))[0]).toContain(problem);
  });

  test("take secrets from files without the last line break", async () => {
    const files = new Map([["/run/secrets/s", "hush\n"]]);
    const providers = { p: { ...provider, client_secret: "file:/run/secrets/s" } };
    const app = await appOf({ file: { ...file, providers }, files });
    expect(app.providers[0]?.provider.clientSecret?.reveal()).toBe("hush");
  });

  test("take a private key over several lines", async () => {
    const pem = "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n";
    const files = new Map([["/site/key.pem", pem]]);
    const p = { ...provider, client_secret: "file:key.pem", token_endpoint_auth_method: "private_key_jwt" };
    expect(await mistakesIn({ file: { ...file, providers: { p } }, files })).toEqual([]);
  });

  test("are warned about in production when the secret stands in the file", async () => {
    const providers = { p: { ...provider, client_secret: "CANARY" } };
    const given = {
      file: { ...file, providers, publicUrl: "https://x.example" },
      env: { WILLCALL_KEYS: someKey(1) },
    };
    const { warnings } = await load(given);
    expect(warnings).toEqual([
      expect.stringContaining("providers.p.client_secret is written in the configuration itself"),
    ]);
    expect(warnings.join()).not.toContain("CANARY");
  });
});
