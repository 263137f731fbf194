import type { CatalogueEntry } from "../providers/definition.ts";
import type { Catalogue } from "./catalogue.ts";
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

/** Sources in `/site`: a configuration (as a value or as text), `.dev.vars`, variables, flags, further files. */
export function sources(given: {
  file?: unknown;
  devVars?: string;
  env?: Record<string, string>;
  flags?: Flags;
  files?: Map<string, string>;
}): ConfigSources {
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
    catalogue,
    random: (length) => Uint8Array.from({ length }, (_, i) => i * 5 + 1),
  };
}
