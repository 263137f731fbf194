import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { english } from "../../schemas.ts";
import { createProviderClient } from "../client.ts";
import { type CatalogueEntry, catalogueEntrySchema, catalogueMembers } from "../definition.ts";
import { placesIn } from "../definition-rules.ts";
import { wholeLogin } from "../testing/whole-login.ts";
import { catalogue } from "./index.ts";
import { packCatalogue, packedCatalogue } from "./packed.ts";

const directory = new URL("./", import.meta.url);
const namesIn = (url: URL): string[] =>
  readdirSync(url).flatMap((name) => (name.endsWith(".json") ? name.slice(0, -".json".length) : []));
const readJson = (path: string): unknown => JSON.parse(readFileSync(new URL(path, directory), "utf8"));

const ids = namesIn(directory);
const fixtures = new Set(namesIn(new URL("fixtures/", directory)));
const raw = new Map(ids.map((id) => [id, readJson(`${id}.json`)]));
const entries = new Map<string, CatalogueEntry>();
for (const [id, entry] of raw) {
  const result = catalogueEntrySchema.safeParse(entry);
  if (result.success) entries.set(id, result.data);
}

/** The facts that are about the wire. */
const factsOf = (entry: CatalogueEntry): string =>
  JSON.stringify(
    Object.entries(entry)
      .filter(([name]) => !catalogueMembers.has(name))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

const begin = {
  redirectUri: "https://willcall.example/redirect",
  state: "state",
  scope: [],
  codeVerifier: "verifier",
  nonce: "nonce",
};

/** Whether a browser that opens `url` is at one of the provider's hosts, as a URL parser sees it. */
function isAtHome(url: string, { hosts = [], authorization_endpoint = "" }: CatalogueEntry): boolean {
  const { hostname } = new URL(url);
  const fixed = authorization_endpoint.split("/")[2] ?? "";
  const isAllowed = hosts.some((host) =>
    host.startsWith("*.") ? hostname.split(".").slice(1).join(".") === host.slice(2) : host === hostname,
  );
  return (
    isAllowed ||
    hostname === fixed ||
    (hosts.includes("*") && /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]+$/.test(hostname))
  );
}

describe("the catalogue", () => {
  it.each(ids)("%s follows the schema", (id) => {
    expect(catalogueEntrySchema.safeParse(raw.get(id), english).error?.issues ?? []).toEqual([]);
  });

  it("names its files in lower case, digits and dashes", () => {
    expect([...ids, ...fixtures].filter((id) => !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(id))).toEqual([]);
  });

  it("knows each provider by names that no other has", () => {
    const names = [...entries].flatMap(([id, { aliases = [] }]) => [id, ...aliases]);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it("has no entry that says the same as another", () => {
    const seen = new Map<string, string>();
    const twins = [...entries].flatMap(([id, entry]) => {
      const facts = factsOf(entry);
      const twin = seen.get(facts);
      seen.set(facts, id);
      return twin === undefined ? [] : [`${id} = ${twin}`];
    });
    expect(twins).toEqual([]);
  });

  it("uses https everywhere", () => {
    expect(
      [...raw].filter(([, entry]) => JSON.stringify(entry).includes("http://")).map(([id]) => id),
    ).toEqual([]);
  });

  it("asks for no input that nothing uses", () => {
    const unused = [...entries].flatMap(([id, entry]) => {
      const { inputs = {}, ...rest } = entry;
      const used = new Set(placesIn(JSON.stringify(rest)));
      return Object.keys(inputs).flatMap((name) => (used.has(name) ? [] : [`${id}: ${name}`]));
    });
    expect(unused).toEqual([]);
  });

  it.each([
    "evil.com/",
    "evil.com#",
    "evil.com?",
    "evil.com\\",
    "x@evil.com",
    "evil.com:443/",
    "ｅvil.com",
    "10.0.0.1",
    ".",
  ])("sends nobody outside a provider's hosts for the input %j", async (value) => {
    const client = createProviderClient({
      fetch: () => Promise.reject(new Error("nothing is to be sent")),
      now: () => 0,
      random: (length) => new Uint8Array(length),
    });
    const hostile = [...entries].filter(
      ([, { inputs, authorization_endpoint }]) => inputs && authorization_endpoint,
    );
    const begun = hostile.map(async ([id, entry]) => {
      const inputs = Object.fromEntries(Object.keys(entry.inputs ?? {}).map((name) => [name, value]));
      const provider = { name: id, title: id, definition: entry, clientId: "client" };
      const result = await client.authorizationUrl(provider, { ...begin, inputs });
      return result.ok && !isAtHome(result.url, entry) ? [`${id}: ${result.url}`] : [];
    });
    expect((await Promise.all(begun)).flat()).toEqual([]);
  });

  it("lists no host that no template needs", () => {
    const idle = [...entries].filter(([, { title: _title, notes: _notes, hosts, ...rest }]) => {
      return hosts !== undefined && placesIn(JSON.stringify(rest)).length === 0;
    });
    expect(idle.map(([id]) => id)).toEqual([]);
  });

  it("states a source for everything, as a page or a package", () => {
    const odd = [...entries].flatMap(([id, { sources }]) =>
      sources
        .filter((source) => !/^(?:https:\/\/|npm:)\S+$/.test(source))
        .map((source) => `${id}: ${source}`),
    );
    expect(odd).toEqual([]);
  });

  it("says of every provider where to register an app: by a link, or in its notes", () => {
    // The words in which the notes say it: they are read before an app is registered, and by people.
    const where =
      /\bregist(?:er|ers|ered|ration)\b|\bclient ids?\b|\b(?:developer|API) keys?\b|\bcredentials\b|\bcreate the app\b/i;
    const silent = [...entries].filter(
      ([, { console: link, notes = "" }]) => link === undefined && !where.test(notes),
    );
    expect(silent.map(([id]) => id)).toEqual([]);
  });

  it("has a fixture for every entry that claims one, and an entry for every fixture", () => {
    const claims = [...entries].filter(([, { level }]) => level === "fixture").map(([id]) => id);
    expect(claims.filter((id) => !fixtures.has(id))).toEqual([]);
    const unclaimed = [...fixtures].filter(
      (id) => !["fixture", "live"].includes(entries.get(id)?.level ?? ""),
    );
    expect(unclaimed).toEqual([]);
  });
});

describe.each([...entries])("%s, played by a scripted provider", (_id, entry) => {
  it("logs in, refreshes and revokes exactly as its definition says", async () => {
    const { title: _title, ...rest } = entry;
    const definition = Object.fromEntries(
      Object.entries(rest).filter(([name]) => !catalogueMembers.has(name)),
    );
    const { provider, exchanged, refreshed, revoked } = await wholeLogin(definition);
    expect(provider.objections).toEqual([]);
    expect(exchanged).toMatchObject({ ok: true });
    expect(refreshed?.ok).toBe(entry.refresh?.supported === false ? undefined : true);
    const discovers = entry.authorization_endpoint === undefined || entry.token_endpoint === undefined;
    expect(revoked).toBe(entry.revocation_endpoint !== undefined || discovers ? "revoked" : "unsupported");
  });
});

describe("looking a provider up", () => {
  it("finds it by id and by alias", async () => {
    expect((await catalogue.entry("google"))?.title).toBe("Google");
    expect((await catalogue.entry("google-oauth"))?.title).toBe("Google");
  });

  it.each(["no-such-provider", "../fixtures/google", "__proto__", "", "GOOGLE", "index"])(
    "finds no %s",
    async (name) => {
      expect(await catalogue.entry(name)).toBeUndefined();
    },
  );

  it("finds it by its endpoints, whatever their queries", async () => {
    expect(
      await catalogue.byEndpoints(
        "https://accounts.google.com/o/oauth2/v2/auth",
        "https://oauth2.googleapis.com/token?a=b",
      ),
    ).toBe("google");
    expect(
      await catalogue.byEndpoints(
        "https://slack.com/oauth/v2/authorize",
        "https://slack.com/api/oauth.v2.access",
      ),
    ).toBe("slack");
    expect(
      await catalogue.byEndpoints(
        "https://accounts.zoho.com/oauth/v2/auth",
        "https://accounts.zoho.com/oauth/v2/token",
      ),
    ).toBe("zoho");
    expect(
      await catalogue.byEndpoints("https://accounts.google.com/o/oauth2/v2/auth", "https://evil.com/token"),
    ).toBeUndefined();
  });

  it("lists every id", async () => {
    expect(await catalogue.ids()).toEqual(ids.toSorted());
  });

  it("answers the same facts from a pack, which is loaded once and only when asked", async () => {
    let loads = 0;
    const packed = packedCatalogue(async () => {
      loads += 1;
      return packCatalogue(entries);
    });
    expect(loads).toBe(0);
    const [fromPack, fromFiles] = [await packed.entry("slack-bot"), entries.get("slack")];
    expect(fromPack && factsOf(fromPack)).toBe(fromFiles && factsOf(fromFiles));
    expect(await packed.entry("constructor")).toBeUndefined();
    expect(loads).toBe(1);
  });

  it("packs into 60 KB gzipped", () => {
    expect(gzipSync(JSON.stringify(packCatalogue(entries)), { level: 9 }).length).toBeLessThan(60_000);
  });
});
