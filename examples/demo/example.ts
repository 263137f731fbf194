import { join } from "node:path";
import type { Start } from "../example.ts";
import { register, startProvider } from "./provider.ts";
import { startSite } from "./sites.ts";

/**
 * A plugin in an iframe of an editor, each on an origin of its own, and the provider that the plugin logs in at.
 * Needs three ports. Rejects when one is taken.
 */
export const start: Start = async ({ willcall, ports }) => {
  const [editorPort = 0, pluginPort = 0, providerPort = 0] = ports;
  const editor = `http://localhost:${editorPort}`;
  const plugin = `http://localhost:${pluginPort}`;
  const issuer = `http://localhost:${providerPort}`;
  const registration = register();

  const running = await Promise.all([
    startProvider({ ...registration, port: providerPort, redirectUri: `${willcall}/redirect` }),
    startSite(pluginPort, join(import.meta.dirname, "plugin"), ["index.html", "plugin.mjs", "style.css"], {
      willcall,
    }),
    startSite(editorPort, join(import.meta.dirname, "editor"), ["index.html", "style.css"], { plugin }),
  ]);

  return {
    configuration: {
      providers: {
        meadow: {
          title: "Meadow ID",
          issuer,
          client_id: registration.clientId,
          client_secret: registration.clientSecret,
          token_endpoint_auth_method: "client_secret_basic",
          pkce: "required",
        },
      },
      apps: {
        "": {
          title: "Fieldnotes",
          provider: "meadow",
          scope: ["openid", "profile", "email"],
          origins: [plugin],
        },
      },
    },
    open: editor,
    steps: ["Open the address above: an editor with a plugin.", "Click “Log in”, then “Allow”."],
    close: async () => {
      await Promise.all(running.map((part) => part.close()));
    },
  };
};
