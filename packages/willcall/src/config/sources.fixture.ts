import type { CatalogueEntry } from "../providers/definition.ts";
import type { Catalogue } from "./catalogue.ts";
import type { App } from "./config.ts";
import type { Loaded } from "./load.ts";
import { loadConfig } from "./load.ts";
import { ConfigError } from "./mistakes.ts";
import type { ConfigSources, Files } from "./sources.ts";
import type { Flags } from "./variables.ts";

/** What the worker's guide has its reader set. */
export const workerVariables = {
  CLIENT_ID: "client-1",
  CLIENT_SECRET: "hush",
  PLUGIN_ID: "37bb6c",
  REDIRECT_URI: "https://localhost:8787/redirect",
  AUTHORIZE_ENDPOINT: "https://login.example.com/authorize",
  TOKEN_ENDPOINT: "https://login.example.com/token",
  SCOPE: "read write",
};

/** 32 bytes that are not all alike; each `seed` gives others. */
export function someKey(seed: number): string {
  return Buffer.from(Array.from({ length: 32 }, (_, i) => (i * 7 + seed) % 256)).toString("base64");
}

const comma: CatalogueEntry = {
  title: "Comma Inc.",
  aliases: ["comma-inc"],
  docs: "https://docs.comma.example",
  sources: ["https://docs.comma.example"],
  level: "confirmed",
  authorization_endpoint: "https://comma.example/authorize",
  token_endpoint: "https://comma.example/token",
  token_endpoint_auth_method: "client_secret_basic",
  pkce: "required",
  authorization: { scope_separator: ",", parameters: { owner: "user" } },
};

/** A catalogue with one entry: `comma`, which joins scopes with commas. */
export const catalogue: Catalogue = {
  entry: async (id) => (id === "comma" || id === "comma-inc" ? comma : undefined),
  ids: async () => ["comma"],
  byEndpoints: async (authorize, token) =>
    authorize.split("?")[0] === comma.authorization_endpoint && token.split("?")[0] === comma.token_endpoint
      ? "comma"
      : undefined,
};

/** Files in memory, by absolute path; the map may be looked into afterwards. */
export function memoryFiles(texts: Map<string, string>): Files {
  return {
    read: async (path) => {
      const text = texts.get(path);
      return text === undefined ? { ok: false, reason: "absent" } : { ok: true, text };
    },
    create: async (path, text) => {
      if (texts.has(path)) return false;
      texts.set(path, text);
      return true;
    },
  };
}

/** A configuration (as a value or as text), `.dev.vars`, variables, flags, further files: all in `/site`. */
export interface Given {
  file?: unknown;
  devVars?: string;
  env?: Record<string, string>;
  flags?: Flags;
  files?: Map<string, string>;
  catalogue?: Catalogue;
}

/** What was given, as sources. */
export function sources(given: Given): ConfigSources {
  const files = given.files ?? new Map<string, string>();
  if (given.file !== undefined) {
    const text = typeof given.file === "string" ? given.file : JSON.stringify(given.file);
    files.set("/site/willcall.config.json", text);
  }
  if (given.devVars !== undefined) files.set("/site/.dev.vars", given.devVars);
  return {
    cwd: "/site",
    env: given.env ?? {},
    flags: given.flags ?? {},
    files: memoryFiles(files),
    catalogue: given.catalogue ?? catalogue,
    random: (length) => Uint8Array.from({ length }, (_, i) => i * 5 + 1),
  };
}

/** Loads what was given. */
export async function load(given: Given): Promise<Loaded> {
  return loadConfig(sources(given));
}

/** The first app of what was given. */
export async function appOf(given: Given): Promise<App> {
  const { config } = await load(given);
  const [app] = config.apps;
  if (app === undefined) throw new Error("there is no app");
  return app;
}

/** What `loadConfig` complains about, one sentence each; empty when it loads. */
export async function mistakesIn(given: Given): Promise<string[]> {
  try {
    await load(given);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split("\n").slice(1);
  }
}

/** A provider that is all written out; its secret is in `env`. */
export const provider = {
  authorization_endpoint: "https://p.example/a",
  token_endpoint: "https://p.example/t",
  client_id: "1",
  client_secret: "env:S",
};

/** The smallest sound configuration file, … */
export const file = { providers: { p: provider }, apps: { sheets: { provider: "p" } } };

/** … and the variables that it refers to. */
export const env = { S: "hush" };

/** The worker's variables where plugins are published. */
export const production = {
  ...workerVariables,
  REDIRECT_URI: "https://login.example.com/redirect",
  WILLCALL_KEYS: someKey(1),
};
