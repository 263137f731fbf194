import type { Catalogue } from "../../config/catalogue.ts";
import type { CatalogueEntry } from "../definition.ts";
import { createCatalogue } from "./catalogue.ts";

/**
 * An entry without what only serves to check its facts or to choose a provider before deploying. It may come from a
 * JSON module, of whose values TypeScript knows too little: what is used of it is validated then.
 */
type PackedEntry = Pick<CatalogueEntry, "docs">;

/** Every entry by its id, in one object: for runtimes without files. */
export type CataloguePack = Readonly<Record<string, PackedEntry>>;

/** What `npm run catalogue -- --pack <file>` writes. */
export function packCatalogue(entries: ReadonlyMap<string, CatalogueEntry>): CataloguePack {
  const pack: Record<string, PackedEntry> = {};
  for (const [id, { sources: _sources, notes: _notes, categories: _categories, ...rest }] of entries)
    pack[id] = rest;
  return pack;
}

/** The provider catalogue from one object, for Workers; `load` is called at the first question. */
export function packedCatalogue(load: () => Promise<CataloguePack>): Catalogue {
  let loaded: Promise<CataloguePack> | undefined;
  const pack = (): Promise<CataloguePack> => (loaded ??= load());
  return createCatalogue({
    ids: async () => Object.keys(await pack()),
    async read(id) {
      const entries = await pack();
      const entry = Object.hasOwn(entries, id) ? entries[id] : undefined;
      return entry && { ...entry, sources: [entry.docs] };
    },
  });
}
