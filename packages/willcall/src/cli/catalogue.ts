import { readdir, readFile } from "node:fs/promises";
import type { Catalogue } from "../config/catalogue.ts";
import { catalogueEntrySchema } from "../providers/definition.ts";

const directory = new URL("../providers/catalogue/", import.meta.url);

async function ids(): Promise<string[]> {
  const names = await readdir(directory);
  return names.filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -".json".length));
}

async function read(id: string) {
  return catalogueEntrySchema.parse(JSON.parse(await readFile(new URL(`${id}.json`, directory), "utf8")));
}

const plain = (url: string | undefined) => url?.split("?")[0];

/** The provider catalogue, read from its files when it is asked. */
export const catalogue: Catalogue = {
  ids,
  async entry(id) {
    const all = await ids();
    if (all.includes(id)) return read(id);
    for (const other of all) {
      const entry = await read(other);
      if (entry.aliases?.includes(id)) return entry;
    }
    return undefined;
  },
  async byEndpoints(authorize, token) {
    for (const id of await ids()) {
      const { authorization_endpoint, token_endpoint } = await read(id);
      if (plain(authorization_endpoint) === plain(authorize) && plain(token_endpoint) === plain(token))
        return id;
    }
    return undefined;
  },
};
