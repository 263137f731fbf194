import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { text } from "node:stream/consumers";

/** What to send. Header values may be lists, for headers that stand there twice. */
export interface Sending {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | URLSearchParams;
  readonly agent?: Agent;
  /** Aborts the request, as a client that goes away. */
  readonly signal?: AbortSignal;
}

/** What came back, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

const noKeepAlive = new Agent({ keepAlive: false, maxSockets: Infinity });

/**
 * One HTTP request, with every header as given and no redirect followed: `fetch` would add, forbid and follow. The
 * path goes out as it stands in `url`. Rejects when the connection breaks.
 */
export function send(url: string, sending: Sending = {}): Promise<Answer> {
  const { method = "GET", headers = {}, body, agent = noKeepAlive, signal } = sending;
  const { hostname, port, origin } = new URL(url);
  const content = body?.toString() ?? "";
  const all: Record<string, string | string[]> = { ...headers };
  if (content !== "") {
    if (body instanceof URLSearchParams) all["content-type"] ??= "application/x-www-form-urlencoded";
    all["content-length"] ??= String(Buffer.byteLength(content));
  }
  return new Promise((resolve, reject) => {
    const path = url.slice(origin.length) || "/";
    request({ hostname, port, path, method, headers: all, agent, ...(signal && { signal }) })
      .on("response", (response) => {
        text(response).then(
          (read) => resolve({ status: response.statusCode ?? 0, headers: response.headers, text: read }),
          reject,
        );
      })
      .on("error", reject)
      .end(content);
  });
}

/** The members of a JSON object answer; throws when it is none. */
export function members({ text }: Pick<Answer, "text">): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) throw new TypeError("not a JSON object");
  return Object.fromEntries(Object.entries(value));
}

/** Whether a text parses as JSON: published clients would store it. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
