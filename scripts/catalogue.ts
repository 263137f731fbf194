import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { packCatalogue } from "../packages/willcall/src/providers/catalogue/packed.ts";
import {
  type CatalogueEntry,
  catalogueEntrySchema,
  catalogueMembers,
} from "../packages/willcall/src/providers/definition.ts";
import { english } from "../packages/willcall/src/schemas.ts";
import { wholeLogin } from "../packages/willcall/src/providers/testing/whole-login.ts";

const directory = new URL("../packages/willcall/src/providers/catalogue/", import.meta.url);

function namesIn(url: URL): string[] {
  const files = readdirSync(url).filter((name) => name.endsWith(".json"));
  return files.map((name) => name.slice(0, -".json".length)).sort();
}

function readEntries(): Map<string, CatalogueEntry> {
  const read = (id: string) => JSON.parse(readFileSync(new URL(`${id}.json`, directory), "utf8"));
  return new Map(namesIn(directory).map((id) => [id, catalogueEntrySchema.parse(read(id), english)]));
}

/** How many entries have each of some things. */
function counts(
  entries: Iterable<CatalogueEntry>,
  has: (entry: CatalogueEntry) => readonly string[],
): Record<string, number> {
  const result: Record<string, number> = {};
  for (const entry of entries) for (const name of has(entry)) result[name] = (result[name] ?? 0) + 1;
  return result;
}

function capabilities(entry: CatalogueEntry): string[] {
  const { authorization = {}, token_request = {}, token_answer = {}, callback = {}, refresh = {} } = entry;
  const has: Record<string, unknown> = {
    "console link": entry.console,
    discovery: entry.authorization_endpoint === undefined || entry.token_endpoint === undefined,
    "PKCE known": entry.pkce !== undefined && entry.pkce !== "unknown",
    refresh: refresh.supported !== false,
    "refresh: asked for": authorization.offline,
    "refresh: rotation known": refresh.rotation,
    revocation: entry.revocation_endpoint,
    introspection: entry.introspection_endpoint,
    identity: entry.identity,
    inputs: entry.inputs,
    "templated host": entry.hosts,
    "follow-up calls": entry.follow_ups,
    "kept callback values": callback.keep,
    "kept answer values": token_answer.keep,
    "JSON token request": token_request.body === "json",
    "secret in a URL": token_request.body === "query" || token_request.method === "GET",
    "own error words": token_answer.errors,
  };
  return Object.keys(has).filter((name) => Boolean(has[name]));
}

function print(title: string, table: Record<string, number>): void {
  console.log(`\n${title}`);
  for (const [name, count] of Object.entries(table).sort(([, a], [, b]) => b - a)) {
    console.log(`  ${String(count).padStart(4)}  ${name}`);
  }
}

/** Every entry logs in, refreshes and revokes at a provider that is scripted from its definition. */
async function playAll(): Promise<string> {
  const count = { logins: 0, refreshes: 0, revocations: 0 };
  const from = performance.now();
  for (const [id, entry] of entries) {
    const facts = Object.entries(entry).filter(([name]) => !catalogueMembers.has(name));
    const { provider, exchanged, refreshed, revoked } = await wholeLogin(Object.fromEntries(facts));
    const [objection] = provider.objections;
    if (!exchanged.ok || objection !== undefined) throw new Error(`${id}: ${objection ?? "no tokens"}`);
    count.logins++;
    if (refreshed?.ok) count.refreshes++;
    if (revoked === "revoked") count.revocations++;
  }
  const seconds = ((performance.now() - from) / 1_000).toFixed(1);
  return `${count.logins} logins, ${count.refreshes} refreshes, ${count.revocations} revocations in ${seconds} s`;
}

const { values: flags } = parseArgs({ options: { pack: { type: "string" } } });
const entries = readEntries();
const fixtures = namesIn(new URL("fixtures/", directory));
const pack = JSON.stringify(packCatalogue(entries));

console.log(`${entries.size} providers, ${fixtures.length} with documented shapes`);
print(
  "By level",
  counts(entries.values(), ({ level }) => [level]),
);
print("By capability", counts(entries.values(), capabilities));
print(
  "By client authentication",
  counts(entries.values(), (entry) => [entry.token_endpoint_auth_method ?? "client_secret_post"]),
);
print(
  "By PKCE",
  counts(entries.values(), ({ pkce = "unknown" }) => [pkce]),
);
print(
  "By category",
  counts(entries.values(), ({ categories = ["(none)"] }) => categories),
);
console.log(`\nPacked: ${pack.length} bytes, ${gzipSync(pack, { level: 9 }).length} gzipped`);
console.log(`Played: ${await playAll()}`);
if (flags.pack !== undefined) writeFileSync(flags.pack, pack);
