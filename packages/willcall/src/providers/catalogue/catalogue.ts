import type { Catalogue } from "../../config/catalogue.ts";
import { english } from "../../schemas.ts";
import { type CatalogueEntry, catalogueEntrySchema } from "../definition.ts";
import { compileUrl } from "../template.ts";

/** Where entries come from: files, or one packed object. Nothing is read before it is asked for. */
export interface CatalogueSource {
  /** Every id, in any order. */
  ids(): Promise<readonly string[]>;
  /** The entry's JSON as parsed; undefined when there is none. */
  read(id: string): Promise<unknown>;
}

/** The little of an entry by which it is found: reading all of them whole would be felt at every start. */
type Glance = Pick<
  Partial<CatalogueEntry>,
  "aliases" | "authorization_endpoint" | "token_endpoint" | "hosts" | "inputs" | "callback"
>;

const withoutQuery = (url: string | undefined): string | undefined => url?.split("?")[0];

/** An entry's endpoints with the defaults of their places; undefined where one stays open. */
function plainEndpoints({ inputs, callback, hosts, ...entry }: Glance): (string | undefined)[] {
  const values: Record<string, string> = {};
  for (const [name, place] of Object.entries({ ...inputs, ...callback?.keep })) {
    if (place.default !== undefined) values[name] = place.default;
  }
  return [entry.authorization_endpoint, entry.token_endpoint].map(
    (endpoint) => endpoint && withoutQuery(compileUrl(endpoint, hosts)(values)),
  );
}

/**
 * The catalogue over a source. An id costs one read; an alias or a pair of endpoints looks through all entries,
 * once. Only what is returned is validated: the tests validate the rest.
 */
export function createCatalogue(source: CatalogueSource): Catalogue {
  let all: Promise<ReadonlyMap<string, Glance>> | undefined;

  async function readAll(): Promise<ReadonlyMap<string, Glance>> {
    const ids = await source.ids();
    const entries = await Promise.all(
      ids.map(async (id): Promise<[string, Glance]> => [id, (await source.read(id)) as Glance]),
    );
    // Of entries that share endpoints the plainest name comes first: `slack` before `slack-user`.
    return new Map(entries.sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1)));
  }

  async function find(matches: (entry: Glance) => boolean): Promise<string | undefined> {
    all ??= readAll();
    for (const [id, entry] of await all) if (matches(entry)) return id;
    return undefined;
  }

  return {
    async ids() {
      return (await source.ids()).toSorted();
    },
    async entry(name) {
      if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name)) return undefined;
      const direct = await source.read(name);
      if (direct !== undefined) return catalogueEntrySchema.parse(direct, english);
      const id = await find(({ aliases }) => aliases?.includes(name) ?? false);
      return id === undefined ? undefined : catalogueEntrySchema.parse(await source.read(id), english);
    },
    byEndpoints(authorize, token) {
      const wanted = [withoutQuery(authorize), withoutQuery(token)];
      return find((entry) => {
        const [authorization, exchange] = plainEndpoints(entry);
        return authorization !== undefined && authorization === wanted[0] && exchange === wanted[1];
      });
    },
  };
}
