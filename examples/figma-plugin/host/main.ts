// What of Figma a plugin needs: a page without an origin, a main thread, and storage that only the latter sees.

import { main } from "../code.ts";

const page = document.querySelector("iframe");

main({
  ui: {
    on: (_, listener) =>
      addEventListener("message", ({ data, source }) => {
        if (source === page?.contentWindow) listener(data.pluginMessage);
      }),
    // A page without an origin can only be addressed as anybody's.
    postMessage: (pluginMessage) => page?.contentWindow?.postMessage({ pluginMessage }, "*"),
  },
  clientStorage: {
    getAsync: async (key) => localStorage.getItem(key) ?? undefined,
    setAsync: async (key, value) => localStorage.setItem(key, String(value)),
    deleteAsync: async (key) => localStorage.removeItem(key),
  },
});
