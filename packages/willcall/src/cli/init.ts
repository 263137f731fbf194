import { CONFIG_FILE } from "../config/config-file.ts";
import type { CatalogueEntry } from "../providers/definition.ts";

/** The kinds of app that `willcall init` can set up. */
export const appKinds = {
  framer: "a Framer plugin",
  figma: "a Figma plugin, or another app in a sandboxed frame",
  web: "a web app on an origin of its own",
  native: "a desktop app or a command-line tool",
} as const;

export type AppKind = keyof typeof appKinds;

/** What `willcall init` was told. */
export interface SetupAnswers {
  /** The catalogue's id of the provider, … */
  readonly provider: string;
  /** … and its entry. */
  readonly entry: CatalogueEntry;
  readonly kind: AppKind;
  /** The app's name in paths. */
  readonly app: string;
  /** A Framer plugin's id, or a web app's origin; undefined: not known yet. */
  readonly origin: string | undefined;
}

/** What it comes to. */
export interface Setup {
  /** The text of the configuration file. */
  readonly config: string;
  /** Names of the variables that the secrets go into. */
  readonly variables: readonly string[];
  /** What to do next, in order. */
  readonly steps: readonly [string, string, string];
}

/** A configuration with one provider and one app, the variables for its secrets, and the next three steps. */
export function makeSetup({ provider, entry, kind, app, origin }: SetupAnswers): Setup {
  const prefix = provider
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, "_")
    .replace(/^(?=\d)/, "_");
  const [clientId, clientSecret] = [`${prefix}_CLIENT_ID`, `${prefix}_CLIENT_SECRET`];
  const origins = originsOf(kind, origin);
  const scheme = kind === "native" ? "http" : "https";
  const config = {
    $schema: "./node_modules/willcall/schema/willcall.config.schema.json",
    listen: { https: scheme === "https" },
    providers: {
      [provider]: { use: provider, client_id: `env:${clientId}`, client_secret: `env:${clientSecret}` },
    },
    apps: { [app]: { provider, scope: [], ...(origins.length > 0 && { origins }) } },
  };
  const where = entry.console === undefined ? "" : ` (${entry.console})`;
  const how =
    entry.console === undefined ? `. ${entry.notes ?? `Its documentation is at ${entry.docs}`}` : "";
  const settings = Object.entries(entry.inputs ?? {})
    .filter(([, input]) => input.by === "operator" && input.default === undefined)
    .map(([name, input]) => ` and \`providers.${provider}.inputs.${name}.default\` (${input.title})`);
  return {
    config: `${JSON.stringify(config, null, 2)}\n`,
    variables: [clientId, clientSecret],
    steps: [
      `Register an app at ${entry.title}${where} with the redirect URI ${scheme}://localhost:8787/${app}/redirect${how}`,
      `Put what it gives you into .dev.vars (${clientId} and ${clientSecret}), and the scopes you need${settings.join("")} into ${CONFIG_FILE}`,
      "Run `willcall doctor` to check all of it, then `willcall serve`",
    ],
  };
}

function originsOf(kind: AppKind, origin: string | undefined): string[] {
  if (kind === "figma") return ["null"];
  if (origin === undefined || kind === "native") return [];
  return [kind === "framer" ? `framer:${origin}` : origin];
}
