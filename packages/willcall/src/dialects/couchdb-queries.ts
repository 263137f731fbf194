import { isJsonObject, parseJson } from "../providers/json.ts";
import type { Json, JsonObject } from "../providers/provider.ts";
import {
  type CouchAnswer,
  type CouchOffice,
  DATABASE,
  badRequest,
  invalidJson,
  refusal,
  shown,
  tooLarge,
} from "./couchdb-reply.ts";
import { rawQuery } from "./http.ts";

/** Documents that `_find` gives at once unless it is told otherwise. */
const FIND_LIMIT = 25;

/** `GET` of the database: what CouchDB 3 says of one on a single node. */
export async function describeDatabase({ book }: CouchOffice): Promise<CouchAnswer> {
  const { documents, deleted, updates, bytes } = await book.counts();
  const body = {
    db_name: DATABASE,
    purge_seq: "0",
    update_seq: String(updates),
    sizes: { file: bytes, external: bytes, active: bytes },
    props: {},
    doc_del_count: deleted,
    doc_count: documents,
    disk_format_version: 8,
    compact_running: false,
    cluster: { q: 1, n: 1, w: 1, r: 1 },
    instance_start_time: "0",
  };
  return { status: 200, body };
}

/** `GET _all_docs`, with `include_docs=true` for the documents themselves. */
export async function listDocuments({ book }: CouchOffice, request: Request): Promise<CouchAnswer> {
  const includes = new URLSearchParams(rawQuery(request)).get("include_docs") === "true";
  const types = await book.list();
  const rows = types.map((type) => {
    const { id, rev } = type;
    const doc = type.document === undefined ? null : shown(type);
    return JSON.stringify({ id, key: id, value: { rev }, ...(includes && { doc }) });
  });
  const body = `{"total_rows":${rows.length},"offset":0,"rows":[\r\n${rows.join(",\r\n")}\r\n]}\n`;
  return { status: 200, body };
}

/** `POST _find` with a selector of equalities. It sees documents as they are shown, so nobody can try out a secret. */
export async function findDocuments(
  { book }: CouchOffice,
  contentType: string | null,
  text: string | undefined,
): Promise<CouchAnswer> {
  if (!/^application\/json\b/i.test(contentType ?? ""))
    return refusal(415, "bad_content_type", "Content-Type must be application/json");
  if (text === undefined) return tooLarge;
  const asked = parseJson(text);
  if (asked === undefined) return invalidJson;
  if (!isJsonObject(asked)) return badRequest("Request body must be a JSON object");
  const { selector, limit = FIND_LIMIT, skip = 0, bookmark } = asked;
  if (!isJsonObject(selector)) return refusal(400, "missing_required_key", "Missing required key: selector");
  const wanted = readSelector(selector);
  if (!(wanted instanceof Map)) return wanted;
  const after = typeof bookmark === "string" && bookmark !== "nil" ? bookmark : "";
  const matches = (await book.list())
    .filter(({ id }) => id > after)
    .map(shown)
    .filter((document) =>
      [...wanted].every(([name, value]) => Object.hasOwn(document, name) && document[name] === value),
    );
  const page = matches.slice(Number(skip), Number(skip) + Number(limit));
  const next = JSON.stringify(page.at(-1)?.["_id"] ?? "nil");
  const docs = page.map((document) => JSON.stringify(document)).join(",\r\n");
  return { status: 200, body: `{"docs":[\r\n${docs}\r\n],\r\n"bookmark": ${next}}\r\n\n` };
}

/** What each member must equal; or the refusal of another operator. */
function readSelector(selector: JsonObject): Map<string, Json> | CouchAnswer {
  const wanted = new Map<string, Json>();
  for (const [name, condition] of Object.entries(selector)) {
    const operators = isJsonObject(condition) ? Object.entries(condition) : [["$eq", condition] as const];
    for (const [operator, value] of name.startsWith("$") ? [[name, condition] as const] : operators) {
      if (operator !== "$eq") return refusal(400, "invalid_operator", `Invalid operator: ${operator}`);
      wanted.set(name, value);
    }
  }
  return wanted;
}
