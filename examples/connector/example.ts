import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Start } from "../example.ts";
import { startMeadow } from "../support/meadow.ts";

/** A connector that people run on the home page with an account that Willcall keeps. Needs one port. */
export const start: Start = async ({ willcall, ports }) => {
  const [providerPort = 0] = ports;
  const provider = await startMeadow(willcall, providerPort, "/accounts/meadow/redirect");
  const directory = await placeConnector(provider.issuer);
  return {
    configuration: {
      providers: provider.providers,
      accounts: {
        title: "Fieldnotes",
        providers: { meadow: { scope: ["openid", "profile"] } },
        connectors: [directory],
      },
    },
    open: "the link that is printed below: it signs you in",
    steps: ["Connect an account at Meadow ID.", "Run the connector Hello with it, and again."],
    close: async () => {
      await provider.close();
      await rm(directory, { recursive: true });
    },
  };
};

/** The connector beside this file, in a directory of its own where its manifest names the provider's real port. */
async function placeConnector(issuer: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "willcall-hello-"));
  const text = await readFile(join(import.meta.dirname, "hello", "manifest.konnector"), "utf8");
  const manifest: object = JSON.parse(text);
  const placed = { ...manifest, parameters: { userinfo: `${issuer}/me` } };
  await writeFile(join(directory, "manifest.konnector"), JSON.stringify(placed));
  const program = JSON.stringify(join(import.meta.dirname, "hello", "index.js"));
  await writeFile(join(directory, "index.js"), `module.exports = require(${program});\n`);
  return directory;
}
