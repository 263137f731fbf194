import { readdir, readFile } from "node:fs/promises";
import type { Catalogue } from "../../config/catalogue.ts";
import { type CatalogueSource, createCatalogue } from "./catalogue.ts";

/** A directory of entries, one `<id>.json` each. */
export function filesIn(directory: URL): CatalogueSource {
  return {
    async ids() {
      const names = await readdir(directory);
      return names.filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -".json".length));
    },
    async read(id) {
      try {
        return JSON.parse(await readFile(new URL(`${id}.json`, directory), "utf8"));
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
        throw error;
      }
    },
  };
}

/** The provider catalogue that comes with Willcall, read from its files on Node. */
export const catalogue: Catalogue = createCatalogue(filesIn(new URL("./", import.meta.url)));
