import { describe, expect, test } from "vitest";
import { catalogue } from "../config/sources.fixture.ts";
import { load } from "../config/sources.fixture.ts";
import type { CatalogueEntry } from "../providers/definition.ts";
import { listProviders, listText, showProvider, showText } from "./providers.ts";

const entries: Record<string, CatalogueEntry> = {
  inurl: {
    title: "In URL",
    aliases: ["old-name"],
    categories: ["chat"],
    docs: "https://docs.example",
    console: "https://console.example",
    sources: ["https://docs.example"],
    level: "listed",
    notes: "Ask for a review first.",
    authorization_endpoint: "https://{shop}.example/a",
    token_endpoint: "https://{shop}.example/t",
    hosts: ["*.example"],
    token_request: { method: "GET" },
    inputs: {
      shop: { title: "Shop", pattern: "[a-z]+", example: "acme" },
      region: { title: "Region", pattern: "[a-z]+", example: "eu", by: "operator" },
    },
    refresh: { supported: false },
  },
};
const two = {
  ...catalogue,
  ids: async () => ["comma", "inurl"],
  entry: async (id: string) => entries[id] ?? catalogue.entry(id),
};

describe("the list", () => {
  test("holds every provider, and says which take the secret in a URL", async () => {
    expect(listText(await listProviders(two))).toBe(
      [
        "comma  Comma Inc. (confirmed)",
        "inurl  In URL (listed), takes the client secret in a URL",
        "",
        "2 in all. `willcall providers show <id>` says more.",
      ].join("\n"),
    );
  });

  test.each(["URL", "in chat", "old-name", "INURL"])("is narrowed by words: %j", async (query) => {
    expect((await listProviders(two, query)).map(({ id }) => id)).toEqual(["inurl"]);
  });

  test("says when nothing matches", async () => {
    expect(listText(await listProviders(two, "nothing such"))).toMatch(/^No provider matches/);
  });
});

describe("a provider", () => {
  test("is shown with where to register and what to know", async () => {
    const text = showText(await showProvider(two, "inurl", undefined));
    expect(text).toContain("Register at:      https://console.example");
    expect(text).toContain("Redirect URI:     http://localhost:8787/<app>/redirect");
    expect(text).toContain("Secret in URL:    yes");
    expect(text).toContain("Each login needs: shop (Shop, as acme)\n");
    expect(text).toContain("You configure:    inputs.region.default (Region, as eu)\n");
    expect(text).toContain("Refresh token:    none");
    expect(text).toContain("Notes:            Ask for a review first.");
  });

  test("without a page for registering points to its notes", async () => {
    const { entry, ...shown } = await showProvider(two, "inurl", undefined);
    const { console: _console, ...silent } = entry;
    expect(showText({ ...shown, entry: silent })).toContain("Register at:      see the notes\n");
  });

  test("is shown with the redirect URIs of the apps that use it", async () => {
    const providers = { c: { use: "comma", client_id: "1", client_secret: "env:S" } };
    const apps = { sheets: { provider: "c" }, docs: { provider: "c" } };
    const { config } = await load({ file: { providers, apps }, env: { S: "hush" } });
    expect((await showProvider(two, "comma", config)).redirectUris).toEqual([
      "http://localhost:8787/sheets/redirect",
      "http://localhost:8787/docs/redirect",
    ]);
  });

  test("that is unknown is answered with a suggestion", async () => {
    await expect(showProvider(two, "coma", undefined)).rejects.toThrow('Did you mean "comma"?');
  });
});
