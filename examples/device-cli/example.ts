import { join, relative } from "node:path";
import type { Start } from "../example.ts";
import { startMeadow } from "../support/meadow.ts";

/** A tool on a machine without a browser, made with an OAuth library and nothing of ours. Needs one port. */
export const start: Start = async ({ willcall, ports }) => {
  const [providerPort = 0] = ports;
  const provider = await startMeadow(willcall, providerPort);
  const tool = relative(process.cwd(), join(import.meta.dirname, "tool.ts"));
  return {
    configuration: provider.configuration({ title: "Fieldnotes" }),
    open: "a second terminal, and there:",
    steps: [
      `npx node ${tool}`,
      "",
      `For another Willcall, set ISSUER (now ${willcall}) and CLIENT_ID (now root).`,
    ],
    close: () => provider.close(),
  };
};
