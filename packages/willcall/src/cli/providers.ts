import type { Catalogue } from "../config/catalogue.ts";
import type { Config } from "../config/config.ts";
import { ConfigError, didYouMean } from "../config/mistakes.ts";
import type { CatalogueEntry } from "../providers/definition.ts";

/** A provider of the catalogue, in one row. */
export interface Listed {
  readonly id: string;
  readonly title: string;
  readonly level: CatalogueEntry["level"];
  readonly categories: readonly string[];
  /** Whether the token request carries secrets in its URL, where logs may keep them (promise S4). */
  readonly secretInUrl: boolean;
}

/** The catalogue's providers in which every word of `query` occurs (in id, title, alias or category); all without. */
export async function listProviders(catalogue: Catalogue, query = ""): Promise<Listed[]> {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found: Listed[] = [];
  for (const id of await catalogue.ids()) {
    const entry = await catalogue.entry(id);
    if (entry === undefined) continue;
    const { title, level, aliases = [], categories = [] } = entry;
    const text = [id, title, ...aliases, ...categories].join(" ").toLowerCase();
    if (!words.every((word) => text.includes(word))) continue;
    found.push({ id, title, level, categories, secretInUrl: secretInUrl(entry) });
  }
  return found;
}

function secretInUrl({ token_request, refresh }: CatalogueEntry): boolean {
  return [token_request, refresh].some((call) => call?.method === "GET" || call?.body === "query");
}

/** The rows as a table for a person. */
export function listText(providers: readonly Listed[]): string {
  if (providers.length === 0) return "No provider matches. `willcall providers` lists them all.";
  const width = Math.max(...providers.map(({ id }) => id.length));
  const rows = providers.map(
    ({ id, title, level, secretInUrl }) =>
      `${id.padEnd(width)}  ${title} (${level})${secretInUrl ? ", takes the client secret in a URL" : ""}`,
  );
  return [...rows, "", `${providers.length} in all. \`willcall providers show <id>\` says more.`].join("\n");
}

/** What an operator needs to know to register an app at a provider. */
export interface Shown {
  readonly id: string;
  readonly entry: CatalogueEntry;
  /** Redirect URIs of the configured apps that use it, or how one is made up. */
  readonly redirectUris: readonly string[];
}

/** Looks a provider up by id or alias. Throws `ConfigError` with a suggestion when there is none. */
export async function showProvider(
  catalogue: Catalogue,
  id: string,
  config: Config | undefined,
): Promise<Shown> {
  const entry = await catalogue.entry(id);
  if (entry !== undefined) return { id, entry, redirectUris: redirectUrisFor(entry, config) };
  const remedy = `\`willcall providers search <words>\` finds others.${didYouMean(id, await catalogue.ids())}`;
  const mistake = { path: "The provider", problem: "is not in the catalogue", remedy };
  throw new ConfigError([mistake], "The command");
}

function redirectUrisFor(entry: CatalogueEntry, config: Config | undefined): string[] {
  const used = (config?.apps ?? [])
    .flatMap(({ providers }) => providers)
    .filter(({ provider: { definition } }) => definition.token_endpoint === entry.token_endpoint)
    .filter(({ provider: { definition } }) => definition.issuer === entry.issuer);
  if (used.length > 0) return used.map(({ redirectUri }) => redirectUri);
  return [`${config?.publicUrl ?? "http://localhost:8787"}/<app>/redirect`];
}

/** The provider as text for a person. */
export function showText({ id, entry, redirectUris }: Shown): string {
  const inputs = Object.entries(entry.inputs ?? {});
  const perLogin = inputs
    .filter(([, { by }]) => by !== "operator")
    .map(([name, { title, example }]) => `${name} (${title}, as ${example})`);
  const configured = inputs
    .filter(([, { by }]) => by === "operator")
    .map(([name, { title, example }]) => `inputs.${name}.default (${title}, as ${example})`);
  const offline = entry.authorization?.offline;
  const facts: [string, string | undefined][] = [
    ["Register at", entry.console ?? (entry.notes && "see the notes")],
    ["Redirect URI", redirectUris.join("\n")],
    ["Documentation", entry.docs],
    ["Issuer", entry.issuer],
    ["Login page", entry.authorization_endpoint],
    ["Token endpoint", entry.token_endpoint],
    ["Authentication", entry.token_endpoint_auth_method ?? (entry.issuer ? undefined : "client_secret_post")],
    ["Secret in URL", secretInUrl(entry) ? "yes: its logs may hold it" : undefined],
    ["PKCE", entry.pkce ?? "unknown"],
    [
      "Refresh token",
      entry.refresh?.supported === false
        ? "none"
        : offline
          ? "asked for as the provider wants it"
          : undefined,
    ],
    ["Revocation", entry.revocation_endpoint],
    ["You configure", configured.join(", ") || undefined],
    ["Each login needs", perLogin.join(", ") || undefined],
    ["Notes", entry.notes],
  ];
  const lines = facts.flatMap(([name, value]) =>
    value === undefined ? [] : [`  ${`${name}:`.padEnd(18)}${value.replaceAll("\n", `\n${" ".repeat(20)}`)}`],
  );
  return [`${entry.title} (${id}, ${entry.level})`, ...lines].join("\n");
}
