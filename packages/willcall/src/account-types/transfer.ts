import { isJsonObject } from "../providers/json.ts";
import type { Json, JsonObject } from "../providers/provider.ts";
import type { AccountTypeBook } from "./book.ts";
import { withoutSecrets } from "./document.ts";
import { type Place, understand } from "./understand.ts";

/** What came of one document that was imported. */
export interface Imported {
  readonly id: string;
  readonly outcome: "taken" | "replaced" | "unchanged" | "refused";
  /** Why it was refused, or what is odd about it: one sentence each. */
  readonly remarks: readonly string[];
}

/**
 * The documents in what CouchDB answers to `_all_docs?include_docs=true` or `_find`, or in a list of them. Design
 * documents are left out. Undefined: it is none of these.
 */
export function documentsIn(json: Json | undefined): Json[] | undefined {
  const list = Array.isArray(json) ? json : isJsonObject(json) ? (json["docs"] ?? json["rows"]) : undefined;
  if (!Array.isArray(list)) return undefined;
  return list
    .map((item) => (isJsonObject(item) && Object.hasOwn(item, "doc") ? (item["doc"] ?? null) : item))
    .filter((item) => !nameOf(item).startsWith("_design/"));
}

/** A document's id; `?` where it has none. */
function nameOf(json: Json): string {
  const id = isJsonObject(json) ? json["_id"] : undefined;
  return typeof id === "string" && id !== "" ? id : "?";
}

/** Writes documents over those that are here, and says what came of each. */
export async function importDocuments(
  book: AccountTypeBook,
  documents: readonly Json[],
  place: Place,
): Promise<Imported[]> {
  const done: Imported[] = [];
  for (const document of documents) done.push(await importOne(book, document, place));
  return done;
}

async function importOne(book: AccountTypeBook, json: Json, place: Place): Promise<Imported> {
  const id = nameOf(json);
  if (!isJsonObject(json) || id === "?" || id.startsWith("_")) {
    return { id, outcome: "refused", remarks: ["It is no document with an _id that does not begin with _."] };
  }
  const document = Object.fromEntries(Object.entries(json).filter(([name]) => !name.startsWith("_")));
  const former = await book.read(id);
  const isNew = typeof former === "string";
  const written = await book.write(id, isNew ? undefined : former.rev, document);
  if (typeof written === "string") return { id, outcome: "refused", remarks: [sentences[written]] };
  const isSame = !isNew && JSON.stringify(former.document) === JSON.stringify(written.document);
  const outcome = isNew ? "taken" : isSame ? "unchanged" : "replaced";
  return { id, outcome, remarks: understand(id, written.document, place).warnings };
}

const sentences = {
  conflict: "Somebody wrote it at the same time: import again.",
  secret_needed:
    "It brings no client_secret, and the one that is here is for the host of its own token_endpoint alone.",
};

/** Every document as an import takes it: in a list, with its id. */
export async function exportDocuments(book: AccountTypeBook, withSecrets: boolean): Promise<JsonObject[]> {
  const types = await book.list();
  return types.flatMap(({ id, document }) =>
    document === undefined ? [] : [{ _id: id, ...(withSecrets ? document : withoutSecrets(document)) }],
  );
}
