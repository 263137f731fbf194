import type { CatalogueEntry } from "../providers/definition.ts";

/** What the configuration asks of the provider catalogue. */
export interface Catalogue {
  /** The entry with that id or alias, or undefined. */
  entry(id: string): Promise<CatalogueEntry | undefined>;
  /** Every id, for a suggestion when one is misspelt. */
  ids(): Promise<readonly string[]>;
  /** The id of the one entry that has exactly these endpoints (queries aside), or undefined. */
  byEndpoints(authorize: string, token: string): Promise<string | undefined>;
}
