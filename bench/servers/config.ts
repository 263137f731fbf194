import type { App } from "../../packages/willcall/src/config/config.ts";
import { Secret } from "../../packages/willcall/src/secret.ts";

/** The origin that the benchmark's plugin has. */
export const PLUGIN_ORIGIN = "https://bench.plugins.framercdn.com";

/** One root app at one provider without quirks. */
export function appFor(providerPort: string): App {
  return {
    name: "",
    title: "Bench",
    origins: { exact: new Set(), framer: [{ id: "bench", parent: "plugins.framercdn.com" }], opaque: false },
    providers: [
      {
        provider: {
          name: "provider",
          title: "Provider",
          definition: {
            authorization_endpoint: `http://127.0.0.1:${providerPort}/authorize`,
            token_endpoint: `http://127.0.0.1:${providerPort}/token`,
          },
          clientId: "bench",
          clientSecret: new Secret("bench-secret"),
        },
        scope: ["read"],
        redirectUri: "http://localhost:8787/redirect",
      },
    ],
    launch: "page",
    confirm: "auto",
    refresh: "sealed",
    refreshRawUntil: undefined,
    clientKeys: false,
    redirectUris: ["http://127.0.0.1/callback"],
  };
}
