import { parseJson } from "../providers/json.ts";
import type { Json } from "../providers/provider.ts";
import { DATABASE_PATH } from "../dialects/couchdb-reply.ts";
import { Refused } from "./operator-client.ts";

/** Milliseconds that a CouchDB may take. */
const LIMIT = 30_000;

/**
 * Reads all account types of a CouchDB: of its root URL, or of the database's. A name and a password in the URL go into a
 * header, and neither into any message. Rejects with `Refused`.
 */
export async function fetchAccountTypes(
  source: string,
  fetch: typeof globalThis.fetch,
): Promise<Json | undefined> {
  const url = URL.parse(source);
  if (url === null) throw new Refused("That is no URL: write http://name:password@host:5984.");
  const { origin, username, password } = url;
  const pair = `${decoded(username)}:${decoded(password)}`;
  const path = url.pathname.replace(/\/$/, "");
  const database = path.toLowerCase().endsWith(DATABASE_PATH.toLowerCase())
    ? path
    : `${path}${DATABASE_PATH}`;
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${origin}${database}/_all_docs?include_docs=true`, {
      headers: {
        accept: "application/json",
        ...(username !== "" && { authorization: `Basic ${Buffer.from(pair).toString("base64")}` }),
      },
      redirect: "error",
      signal: AbortSignal.timeout(LIMIT),
    });
    text = await response.text();
  } catch {
    throw new Refused(`No CouchDB answers at ${origin}. Check host and port, and that it runs.`);
  }
  if (response.status === 401 || response.status === 403)
    throw new Refused(`The CouchDB at ${origin} wants another name and password: http://name:password@….`);
  if (response.status === 404) throw new Refused(`The CouchDB at ${origin} has no account types.`);
  if (!response.ok) throw new Refused(`The CouchDB at ${origin} answered ${response.status}.`);
  return parseJson(text);
}

/** A name or password as it was meant: what is no percent-encoding stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
