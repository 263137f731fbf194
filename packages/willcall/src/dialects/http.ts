import type { Connection } from "../connection.ts";
import type { App, Config } from "../config/config.ts";
import { baseOf } from "../desk.ts";
import { isWorker } from "../runtime.ts";

/** One request to one app's route, past the origin gate. */
export interface Call {
  readonly request: Request;
  readonly app: App;
  readonly connection: Connection;
  /** The `Origin` header; null when there was none. */
  readonly origin: string | null;
}

/** Answers one method of one path. */
export type Handler = (call: Call) => Response | Promise<Response>;

/** The handlers of one path, by method. */
export type Methods = { readonly [M in "GET" | "POST" | "PUT" | "DELETE"]?: Handler };

/** Longest URL accepted, in characters; longer gets 414. */
const LONGEST_URL = 8192;
/** Largest request body accepted, in bytes; larger gets 413. */
const LARGEST_BODY = 16_384;

/** Header sets made once per broker, by hand: middleware for them costs more than the work itself. */
export interface HeaderSets {
  /** For API answers to a caller without `Origin`. */
  readonly api: Readonly<Record<string, string>>;
  /** For pages; each adds its own Content-Security-Policy. */
  readonly page: Readonly<Record<string, string>>;
}

/** The headers of security.md, "Defaults". */
export function headerSets(config: Config): HeaderSets {
  const every = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    ...(config.publicUrl.startsWith("https:") && { "Strict-Transport-Security": "max-age=31536000" }),
  };
  return {
    api: {
      ...every,
      "Cross-Origin-Resource-Policy": "cross-origin",
      "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
      Vary: "Origin",
    },
    page: { ...every, "X-Frame-Options": "DENY", "Content-Type": "text/html; charset=utf-8" },
  };
}

/** Header sets kept for reuse. */
const MOST_USUAL = 1_000;

/** A header set, by name and as answers take it quickest: workerd copies a `Headers`, Node's server a plain object. */
interface Usual {
  readonly named: Readonly<Record<string, string>>;
  readonly ready: HeadersInit;
}

/** Answers in one dialect's format, with CORS for the origin that passed the gate (contract A12). */
export class Replies {
  readonly #headers: HeaderSets;
  /** The header sets of answers without headers of their own: one for each origin and type. */
  readonly #usual = new Map<string, Usual>();

  constructor(headers: HeaderSets) {
    this.#headers = headers;
  }

  /** An answer without a body. */
  empty(origin: string | null, status: number, more?: Record<string, string>): Response {
    return new Response(null, { status, headers: this.#cors(origin, "", more) });
  }

  /** `application/json`. */
  json(origin: string | null, status: number, value: unknown, more?: Record<string, string>): Response {
    const headers = this.#cors(origin, "application/json", more);
    return new Response(JSON.stringify(value), { status, headers });
  }

  /** `text/plain`: a sentence for a person; never parses as JSON (contract A10). */
  text(origin: string | null, status: number, sentence: string, more?: Record<string, string>): Response {
    const headers = this.#cors(origin, "text/plain; charset=utf-8", more);
    return new Response(sentence, { status, headers });
  }

  #cors(origin: string | null, type: string, more: Record<string, string> | undefined): HeadersInit {
    const key = `${type} ${origin}`;
    let usual = this.#usual.get(key);
    if (usual === undefined) {
      const named = {
        ...this.#headers.api,
        ...(origin !== null && { "Access-Control-Allow-Origin": origin }),
        ...(type !== "" && { "Content-Type": type }),
      };
      usual = { named, ready: isWorker ? new Headers(named) : named };
      // A plugin's versions have origins of their own: many, and not worth more than this.
      if (this.#usual.size >= MOST_USUAL) this.#usual.clear();
      this.#usual.set(key, usual);
    }
    return more === undefined ? usual.ready : { ...usual.named, ...more };
  }
}

/** The path of a request URL as it was sent: not decoded, so `/%70oll` is not `/poll`. One trailing slash is dropped. */
export function rawPath(request: Request): string {
  const { url } = request;
  const start = url.indexOf("/", url.indexOf("://") + 3);
  const query = url.indexOf("?", start);
  const end = query === -1 ? url.length : query;
  return url.slice(start, end > start + 1 && url.charCodeAt(end - 1) === 47 ? end - 1 : end);
}

/** The query of a request URL, without `?`. */
export function rawQuery(request: Request): string {
  const { url } = request;
  const at = url.indexOf("?");
  return at === -1 ? "" : url.slice(at + 1);
}

/** Whether a URL is too long to look at. */
export function isTooLong(request: Request): boolean {
  return request.url.length > LONGEST_URL;
}

/**
 * The one value of a query parameter, percent-decoded; `+` stays a plus, because three published clients don't
 * escape it (contract A11). Undefined: absent, given twice, or not UTF-8.
 */
export function plainParameter(query: string, name: string): string | undefined {
  let found: string | undefined;
  for (const pair of query.split("&")) {
    const at = pair.indexOf("=");
    if ((at === -1 ? pair : pair.slice(0, at)) !== name) continue;
    if (found !== undefined) return undefined;
    found = at === -1 ? "" : pair.slice(at + 1);
  }
  if (found === undefined || !found.includes("%")) return found;
  try {
    return decodeURIComponent(found);
  } catch {
    return undefined;
  }
}

/** A request's body as text, or undefined when it is larger than 16 KiB; never holds more than that. */
export async function readBody(request: Request): Promise<string | undefined> {
  if (request.body === null) return "";
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body) {
    length += chunk.length;
    if (length > LARGEST_BODY) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Form fields of a body (`application/x-www-form-urlencoded`), or undefined when it is too large. */
export async function readForm(request: Request): Promise<URLSearchParams | undefined> {
  const body = await readBody(request);
  return body === undefined ? undefined : new URLSearchParams(body);
}

/** The path under which an app's routes live: empty for the app at the root. */
export function pathOf(config: Config, app: App): string {
  return new URL(baseOf(config, app)).pathname.replace(/\/$/, "");
}
