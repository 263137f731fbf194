import { scopesOf } from "../accounts/operator-token.ts";
import { isLoopback } from "../config/urls.ts";
import type { Connection } from "../connection.ts";
import { addressKind } from "../providers/address.ts";
import { answerDocument } from "./couchdb-documents.ts";
import { describeDatabase, findDocuments, listDocuments } from "./couchdb-queries.ts";
import {
  type CouchAnswer,
  type CouchOffice,
  DATABASE_PATH,
  badRequest,
  notAllowed,
  refusal,
  write,
} from "./couchdb-reply.ts";
import { rawPath, readBody } from "./http.ts";
import type { Routes } from "./routes.ts";

/** What an operator token must allow to see and write account types. */
const SCOPE = "account-types:write";

/**
 * The database of account types, as CouchDB 3 answers (contract E): provisioning tools find what they know. It exists from the
 * start.
 */
export function couchRoutes(routes: Routes, office: CouchOffice): void {
  const register = (
    path: string,
    work: (request: Request, connection: Connection) => Promise<CouchAnswer>,
  ) => {
    const answer = async (request: Request, connection: Connection): Promise<Response> => {
      const refused = refuseForeignPage(connection) ?? (await refuseStranger(office, connection));
      return write(office, refused ?? (await work(request, connection)));
    };
    routes.whole(path, answer);
    routes.whole(path.replace("%2F", "%2f"), answer);
  };
  register(DATABASE_PATH, (request) => answerDatabase(office, request));
  register(`${DATABASE_PATH}/_all_docs`, async (request) =>
    isReading(request) ? listDocuments(office, request) : notAllowed("GET,HEAD"),
  );
  register(`${DATABASE_PATH}/_find`, async (request, connection) =>
    request.method === "POST"
      ? findDocuments(office, connection.header("content-type"), await readBody(request))
      : notAllowed("POST"),
  );
  register(`${DATABASE_PATH}/:id`, async (request, connection) => {
    const id = idOf(request);
    return id === undefined
      ? badRequest("Document id is not UTF-8")
      : answerDocument(office, id, request, connection);
  });
}

/** An account type's id: `context/type` comes with its slash encoded. */
function idOf(request: Request): string | undefined {
  try {
    return decodeURIComponent(rawPath(request).slice(DATABASE_PATH.length + 1));
  } catch {
    return undefined;
  }
}

const isReading = ({ method }: Request): boolean => method === "GET" || method === "HEAD";

async function answerDatabase(office: CouchOffice, request: Request): Promise<CouchAnswer> {
  if (isReading(request)) return describeDatabase(office);
  const taken = "The database could not be created, the file already exists.";
  return request.method === "PUT" ? refusal(412, "file_exists", taken) : notAllowed("GET,HEAD,PUT");
}

/** No web page provisions, whoever's browser shows it: where no credentials are asked for, that is what keeps it out. */
function refuseForeignPage(connection: Connection): CouchAnswer | undefined {
  const site = connection.header("sec-fetch-site");
  const isPage = connection.header("origin") !== null || (site !== null && site !== "none");
  return isPage ? refusal(403, "forbidden", "Web pages may not do this.") : undefined;
}

/**
 * The documented commands carry no credentials: on this machine, in development, they work as they stand. Everywhere else an
 * operator token is needed, as the password (RFC 7617) or as bearer (RFC 6750).
 */
async function refuseStranger(
  { desk, operatorTokens }: CouchOffice,
  connection: Connection,
): Promise<CouchAnswer | undefined> {
  if (desk.config.mode === "development" && isOnThisMachine(connection)) return undefined;
  const presented = presentedToken(connection.header("authorization"));
  const challenge = { "WWW-Authenticate": 'Basic realm="server"' };
  if (presented === undefined)
    return refusal(401, "unauthorized", "You are not authorized to access this db.", challenge);
  const scopes = await scopesOf(operatorTokens, desk.config.operatorToken, presented);
  if (scopes === undefined) return refusal(401, "unauthorized", "Name or password is incorrect.", challenge);
  return scopes.has(SCOPE) ? undefined : refusal(403, "forbidden", `This token does not allow ${SCOPE}.`);
}

/** What proxies and tunnels add: whoever stands behind one is not on this machine. */
const FORWARDED = ["forwarded", "x-forwarded-for", "x-forwarded-host"];

/** From this machine and under its name: a page that rebinds its own host name to this machine comes under that one. */
function isOnThisMachine(connection: Connection): boolean {
  if (FORWARDED.some((name) => connection.header(name) !== null)) return false;
  const host = URL.parse(`http://${connection.header("host") ?? ""}`)?.hostname;
  return addressKind(connection.address) === "loopback" && host !== undefined && isLoopback(host);
}

function presentedToken(authorization: string | null): string | undefined {
  const [, scheme = "", value = ""] = /^(Basic|Bearer) +(\S{1,1024})$/i.exec(authorization ?? "") ?? [];
  if (scheme.toLowerCase() !== "basic") return value === "" ? undefined : value;
  const pair = Buffer.from(value, "base64").toString("utf8");
  return pair.includes(":") ? pair.slice(pair.indexOf(":") + 1) : undefined;
}
