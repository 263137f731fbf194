import { english } from "../../schemas.ts";
import { catalogueEntrySchema } from "../definition.ts";
import { filesIn } from "./index.ts";
import { type CataloguePack, packCatalogue } from "./packed.ts";

/** Reads the whole catalogue from its files and packs it: what a Worker is built with. */
export async function readPack(): Promise<CataloguePack> {
  const source = filesIn(new URL("./", import.meta.url));
  const ids = (await source.ids()).toSorted();
  const entries = ids.map(
    async (id) => [id, catalogueEntrySchema.parse(await source.read(id), english)] as const,
  );
  return packCatalogue(new Map(await Promise.all(entries)));
}
