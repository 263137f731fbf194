import { join, relative } from "node:path";
import type { Start } from "../example.ts";
import { startMeadow } from "../support/meadow.ts";

/** A command-line tool, for a second terminal. Needs one port. */
export const start: Start = async ({ willcall, ports }) => {
  const [providerPort = 0] = ports;
  const provider = await startMeadow(willcall, providerPort);
  const tool = relative(process.cwd(), join(import.meta.dirname, "notes.ts"));
  return {
    configuration: provider.configuration({ title: "Fieldnotes" }),
    open: "a second terminal, and there:",
    steps: [
      `npx node ${tool} login            (or: login --device)`,
      `npx node ${tool} token`,
      `npx node ${tool} logout`,
      "",
      `For another Willcall, set WILLCALL (now ${willcall}).`,
    ],
    close: () => provider.close(),
  };
};
