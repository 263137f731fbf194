import type { Start } from "../example.ts";
import { startMeadow } from "../support/meadow.ts";
import { startPage } from "../support/site.ts";

/**
 * A desktop app: its page has no window to open, and asks the process behind it for the person's browser, which here
 * prints the link. Needs two ports.
 */
export const start: Start = async ({ willcall, ports }) => {
  const [pagePort = 0, providerPort = 0] = ports;
  const page = `http://localhost:${pagePort}`;
  const provider = await startMeadow(willcall, providerPort);
  const site = await startPage(pagePort, {
    folder: import.meta.dirname,
    places: { willcall },
    open: (url) => console.log(`The app asks the system to open ${url}`),
  });
  return {
    configuration: provider.configuration({ title: "Fieldnotes", origins: [page] }),
    open: page,
    steps: ["Click “Log in”: the link that a desktop app would open", "in your browser is printed here."],
    close: async () => {
      await Promise.all([site.close(), provider.close()]);
    },
  };
};
