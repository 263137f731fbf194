/** What a request needs, in the names of the `request` package, which Cozy's connectors use. */
export interface RequestOptions {
  readonly uri?: string | URL;
  readonly url?: string | URL;
  /** Put before a `uri` that is a path. */
  readonly baseUrl?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Added to the query. */
  readonly qs?: Readonly<Record<string, string | number | boolean>>;
  /** Sent as JSON where it is an object. */
  readonly body?: unknown;
  /** Sent as a form. */
  readonly form?: Readonly<Record<string, string>>;
  readonly auth?: { readonly bearer: string };
  /** Whether the answer is read as JSON (true). */
  readonly json?: boolean;
  /** Whether an answer other than 2xx rejects (true). */
  readonly simple?: boolean;
  /** Whether the whole answer is given, and not only its body (false). */
  readonly resolveWithFullResponse?: boolean;
}

/** An answer, with `resolveWithFullResponse`. */
export interface FullResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** An answer other than 2xx. Its message has the status alone: a body may hold anything. */
export class StatusCodeError extends Error {
  readonly statusCode: number;
  readonly error: unknown;
  readonly response: FullResponse;

  constructor(response: FullResponse) {
    super(String(response.statusCode));
    this.name = "StatusCodeError";
    this.statusCode = response.statusCode;
    this.error = response.body;
    this.response = response;
  }
}

/** Sends one request; resolves to the body of its answer, or to the whole answer. Rejects with `StatusCodeError`. */
export interface Requester {
  (request: string | URL | RequestOptions, more?: RequestOptions): Promise<unknown>;
  get(request: string | URL | RequestOptions, more?: RequestOptions): Promise<unknown>;
  post(request: string | URL | RequestOptions, more?: RequestOptions): Promise<unknown>;
  put(request: string | URL | RequestOptions, more?: RequestOptions): Promise<unknown>;
  delete(request: string | URL | RequestOptions, more?: RequestOptions): Promise<unknown>;
}

/** Makes requesters, each with options of its own. */
export function createRequestFactory(fetch: typeof globalThis.fetch) {
  return (defaults: RequestOptions & { readonly cheerio?: boolean } = {}): Requester => {
    if (defaults.cheerio) {
      throw new Error(
        "@willcall/connector does not parse pages. Load what it gives with cheerio, and say json: false.",
      );
    }
    const send = (request: string | URL | RequestOptions, more: RequestOptions = {}): Promise<unknown> => {
      const own = typeof request === "string" || request instanceof URL ? { uri: request } : request;
      const headers = { ...defaults.headers, ...own.headers, ...more.headers };
      return sendOne(fetch, { ...defaults, ...own, ...more, headers });
    };
    const verb =
      (method: string): Requester["get"] =>
      (request, more) =>
        send(request, { ...more, method });
    return Object.assign(send, {
      get: verb("GET"),
      post: verb("POST"),
      put: verb("PUT"),
      delete: verb("DELETE"),
    });
  };
}

async function sendOne(fetch: typeof globalThis.fetch, options: RequestOptions): Promise<unknown> {
  const { json = true, simple = true, resolveWithFullResponse = false } = options;
  const { url, init } = requestOf(options, json);
  const response = await fetch(url, init);
  const text = await response.text();
  const answer: FullResponse = {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    body: json ? jsonOr(text) : text,
  };
  if (simple && !response.ok) throw new StatusCodeError(answer);
  return resolveWithFullResponse ? answer : answer.body;
}

function requestOf({ uri, url: other, baseUrl, qs = {}, method, ...rest }: RequestOptions, json: boolean) {
  const written = String(uri ?? other ?? "");
  const url = new URL(baseUrl === undefined ? written : baseUrl.replace(/\/$/, "") + written);
  for (const [name, value] of Object.entries(qs)) url.searchParams.set(name, String(value));
  const headers = new Headers(rest.headers);
  if (json && !headers.has("accept")) headers.set("accept", "application/json");
  if (rest.auth !== undefined) headers.set("authorization", `Bearer ${rest.auth.bearer}`);
  const body = bodyOf(rest, headers);
  return { url, init: { method: method ?? "GET", headers, ...(body !== undefined && { body }) } };
}

function bodyOf(
  { form, body }: RequestOptions,
  headers: Headers,
): URLSearchParams | string | Uint8Array<ArrayBuffer> | undefined {
  if (form !== undefined) return new URLSearchParams(form);
  if (body === undefined || typeof body === "string") return body;
  if (body instanceof Uint8Array) return Uint8Array.from(body);
  if (!headers.has("content-type")) headers.set("content-type", "application/json");
  return JSON.stringify(body);
}

/** As `request` does with `json: true`: what is no JSON comes back as it is. */
function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
