import { join } from "node:path";
import type { Start } from "../example.ts";
import { startMeadow } from "../support/meadow.ts";
import { startPage } from "../support/site.ts";

/**
 * A plugin built on `framer-plugin`, in the iframe of a stand-in for Framer: another origin, as with the real one.
 * Needs three ports.
 */
export const start: Start = async ({ willcall, ports }) => {
  const [hostPort = 0, pluginPort = 0, providerPort = 0] = ports;
  const host = `http://localhost:${hostPort}`;
  const plugin = `http://localhost:${pluginPort}`;
  const provider = await startMeadow(willcall, providerPort);
  const sites = await Promise.all([
    startPage(hostPort, { folder: join(import.meta.dirname, "host"), places: { willcall, plugin } }),
    startPage(pluginPort, {
      folder: join(import.meta.dirname, "plugin"),
      places: { willcall },
      provider: provider.issuer,
    }),
  ]);
  return {
    configuration: provider.configuration({ title: "Fieldnotes", origins: [plugin] }),
    open: host,
    steps: ["In the plugin, click “Log in”, then “Allow”."],
    close: async () => {
      await Promise.all([provider, ...sites].map((part) => part.close()));
    },
  };
};
