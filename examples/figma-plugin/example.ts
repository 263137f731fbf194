import { join } from "node:path";
import type { Start } from "../example.ts";
import { startMeadow } from "../support/meadow.ts";
import { startPage } from "../support/site.ts";

/**
 * A plugin as Figma runs it: its page in a sandbox without an origin, its tokens in `figma.clientStorage`, behind a
 * stand-in for Figma. Needs three ports.
 */
export const start: Start = async ({ willcall, ports }) => {
  const [hostPort = 0, pagePort = 0, providerPort = 0] = ports;
  const host = `http://localhost:${hostPort}`;
  const plugin = `http://localhost:${pagePort}`;
  const provider = await startMeadow(willcall, providerPort);
  const sites = await Promise.all([
    startPage(hostPort, { folder: join(import.meta.dirname, "host"), places: { willcall, plugin } }),
    startPage(pagePort, { folder: join(import.meta.dirname, "ui"), places: { willcall } }),
  ]);
  return {
    configuration: provider.configuration({ title: "Fieldnotes", origins: ["null"] }),
    open: host,
    steps: ["In the plugin, click “Log in”, then “Continue” and “Allow”."],
    close: async () => {
      await Promise.all([provider, ...sites].map((part) => part.close()));
    },
  };
};
