import type { Start } from "../example.ts";
import { startMeadow } from "../support/meadow.ts";
import { startPage } from "../support/site.ts";

/** A page without a framework: `<willcall-login>` in its HTML. Needs two ports. */
export const start: Start = async ({ willcall, ports }) => {
  const [pagePort = 0, providerPort = 0] = ports;
  const page = `http://localhost:${pagePort}`;
  const provider = await startMeadow(willcall, providerPort);
  const site = await startPage(pagePort, {
    folder: import.meta.dirname,
    places: { willcall, host: `localhost:${pagePort}` },
    provider: provider.issuer,
  });
  return {
    configuration: provider.configuration({ title: "Fieldnotes", origins: [page] }),
    open: page,
    steps: ["Click “Log in”, then “Allow”."],
    close: async () => {
      await Promise.all([site.close(), provider.close()]);
    },
  };
};
