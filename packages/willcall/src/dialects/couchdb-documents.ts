import type { Written } from "../account-types/book.ts";
import { splitId, understand } from "../account-types/understand.ts";
import { isJsonObject, parseJson } from "../providers/json.ts";
import {
  type CouchAnswer,
  type CouchOffice,
  DATABASE_PATH,
  badRequest,
  conflict,
  invalidJson,
  notAllowed,
  notFound,
  refusal,
  shown,
  tooLarge,
} from "./couchdb-reply.ts";
import type { Connection } from "../connection.ts";
import { rawQuery, readBody } from "./http.ts";

/** Answers for one document, `/secrets%2Fio-cozy-account_types/<id>`. */
export async function answerDocument(
  office: CouchOffice,
  id: string,
  request: Request,
  connection: Connection,
): Promise<CouchAnswer> {
  const revs = revsOf(request, connection);
  if ("status" in revs) return revs;
  switch (request.method) {
    case "GET":
    case "HEAD":
      return read(office, id, revs, connection.header("if-none-match"));
    case "PUT":
      return put(office, id, revs, await readBody(request));
    case "DELETE": {
      const rev = agreed(undefined, revs);
      return typeof rev === "object" ? rev : remove(office, id, rev);
    }
    default:
      return notAllowed("DELETE,GET,HEAD,PUT");
  }
}

/** The revisions that a request names beside its body. */
interface Revs {
  readonly query: string | undefined;
  readonly header: string | undefined;
}

function revsOf(request: Request, connection: Connection): Revs | CouchAnswer {
  const query = new URLSearchParams(rawQuery(request)).get("rev") ?? undefined;
  const header = connection.header("if-match")?.trim().replaceAll('"', "");
  return [query, header].every((rev) => rev === undefined || isRev(rev))
    ? { query, header }
    : badRequest("Invalid rev format");
}

const isRev = (text: string): boolean => /^\d+-./.test(text);

/** The one revision that body, query and header name; undefined: none. */
function agreed(body: string | undefined, { query, header }: Revs): string | undefined | CouchAnswer {
  if (body !== undefined && query !== undefined && body !== query)
    return badRequest("Document rev from request body and query string have different values");
  const named = body ?? query;
  if (named !== undefined && header !== undefined && named !== header)
    return badRequest("Document rev and etag have different values");
  return named ?? header;
}

async function read(
  { book }: CouchOffice,
  id: string,
  { query }: Revs,
  known: string | null,
): Promise<CouchAnswer> {
  const found = await book.read(id);
  if (typeof found === "string") return notFound(found);
  if (query !== undefined && query !== found.rev) return notFound("missing");
  if (found.document === undefined)
    return refusal(500, "internal_server_error", "None of the root keys opens this document.");
  const headers = { ETag: etagOf(found.rev) };
  const isKnown = known?.split(",").some((etag) => etag.trim() === headers.ETag) ?? false;
  return { status: isKnown ? 304 : 200, body: shown(found), headers };
}

const etagOf = (rev: string): string => `"${rev}"`;

/** Writes a document. curl's form content type is no reason to refuse JSON: CouchDB does not look at it. */
async function put(
  office: CouchOffice,
  id: string,
  revs: Revs,
  text: string | undefined,
): Promise<CouchAnswer> {
  if (id.startsWith("_"))
    return refusal(400, "illegal_docid", "Only reserved document ids may start with underscore.");
  if (text === undefined) return tooLarge;
  const json = parseJson(text);
  if (json === undefined) return invalidJson;
  if (!isJsonObject(json)) return badRequest("Document must be a JSON object");
  const { _id: _named, _rev: own, _deleted: deleted, ...document } = json;
  const special = Object.keys(document).find((name) => name.startsWith("_"));
  if (special !== undefined) return refusal(400, "doc_validation", `Bad special document member: ${special}`);
  if (own !== undefined && (typeof own !== "string" || !isRev(own))) return badRequest("Invalid rev format");
  const rev = agreed(own, revs);
  if (typeof rev === "object") return rev;
  if (deleted === true) return remove(office, id, rev);

  const written = await office.book.write(id, rev, document);
  if (written === "conflict") return conflict;
  if (written === "secret_needed")
    return refusal(
      403,
      "forbidden",
      "Send client_secret along: it is kept for the host of its own token_endpoint alone.",
    );
  say(office, written);
  const location = `${office.desk.config.publicUrl}${DATABASE_PATH}/${encodeURIComponent(id)}`;
  return {
    status: 201,
    body: { ok: true, id, rev: written.rev },
    headers: { ETag: etagOf(written.rev), Location: location },
  };
}

/** Says in the log what was written and what is odd about it: CouchDB's answer has no place for that. */
function say({ desk }: CouchOffice, { id, document }: Written): void {
  const { config, log } = desk;
  const { name: provider } = splitId(id);
  log.info("account_type.written", { provider });
  for (const detail of understand(id, document, config).warnings)
    log.warn("account_type.warning", { provider, detail });
  if (config.accounts?.providers.some((one) => one.provider.name === provider)) {
    const detail = "The configuration has a provider of this name, which comes first.";
    log.warn("account_type.warning", { provider, detail });
  }
}

async function remove(
  { book, desk }: CouchOffice,
  id: string,
  rev: string | undefined,
): Promise<CouchAnswer> {
  const removed = await book.remove(id, rev);
  if (removed === "conflict") return conflict;
  if (typeof removed === "string") return notFound(removed);
  desk.log.info("account_type.deleted", { provider: splitId(id).name });
  return { status: 200, body: { ok: true, id, rev: removed.rev }, headers: { ETag: etagOf(removed.rev) } };
}
