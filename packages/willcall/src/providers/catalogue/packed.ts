import type { Catalogue } from "../../config/catalogue.ts";
import { createCatalogue } from "./catalogue.ts";

/** Every entry by its id: what `npm run catalogue -- --pack <file>` writes for runtimes without files. */
export type CataloguePack = Readonly<Record<string, unknown>>;

/** The provider catalogue from one object, for Workers; `load` is called at the first question. */
export function packedCatalogue(load: () => Promise<CataloguePack>): Catalogue {
  let loaded: Promise<CataloguePack> | undefined;
  const pack = (): Promise<CataloguePack> => (loaded ??= load());
  return createCatalogue({
    ids: async () => Object.keys(await pack()),
    async read(id) {
      const entries = await pack();
      return Object.hasOwn(entries, id) ? entries[id] : undefined;
    },
  });
}
