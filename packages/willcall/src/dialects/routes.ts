import { RegExpRouter } from "hono/router/reg-exp-router";
import { SmartRouter } from "hono/router/smart-router";
import { TrieRouter } from "hono/router/trie-router";
import type { App, Config } from "../config/config.ts";
import { originAllowed } from "../config/origins.ts";
import type { Connection } from "../connection.ts";
import { type Log, errorFields } from "../observe/log.ts";
import { type Call, type Methods, type Replies, isTooLong, rawPath } from "./http.ts";

/** Answers every method of one path. */
type Answer = (request: Request, connection: Connection) => Response | Promise<Response>;

const ANY = "ALL";

/**
 * The broker's paths: Hono's router without its context object, which would cost each parked request a kilobyte and
 * each poll a twentieth of its time (docs/decisions/0006-the-router-alone.md).
 */
export class Routes {
  readonly #router = new SmartRouter<Answer>({ routers: [new RegExpRouter(), new TrieRouter()] });
  readonly #config: Config;
  readonly #replies: Replies;
  readonly #log: Log;

  constructor(config: Config, replies: Replies, log: Log) {
    this.#config = config;
    this.#replies = replies;
    this.#log = log;
  }

  /** `GET /healthz`: whether the store answers; any page may ask. */
  health(ping: () => Promise<void>): void {
    const replies = this.#replies;
    this.#router.add(ANY, "/healthz", ({ method }) =>
      method === "GET" || method === "HEAD"
        ? this.#guard(null, async () => {
            await ping();
            return replies.text(null, 200, "ok", { "Access-Control-Allow-Origin": "*" });
          })
        : replies.text(null, 405, "Use GET.", { Allow: "GET" }),
    );
  }

  /** Registers an API path of one app: origin gate (contract A12), then method, then the handler. */
  api(app: App, path: string, methods: Methods): void {
    const replies = this.#replies;
    const allow = [...Object.keys(methods), "OPTIONS"].join(", ");
    const preflight = {
      Allow: allow,
      "Access-Control-Allow-Methods": allow,
      "Access-Control-Allow-Headers": "Content-Type, Prefer",
      "Access-Control-Max-Age": "7200",
    };
    this.#router.add(ANY, path, (request, connection) => {
      const origin = connection.header("origin");
      if (origin !== null && !originAllowed(app.origins, origin, this.#config.mode)) {
        return replies.text(null, 403, "This origin may not use this app. Add it to the app's `origins`.");
      }
      if (isTooLong(request)) return replies.text(origin, 414, "The address is too long.");
      const handler = isMethod(request.method) ? methods[request.method] : undefined;
      if (handler !== undefined)
        return this.#guard(origin, () => handler({ request, app, connection, origin }));
      if (request.method === "OPTIONS") return replies.empty(origin, 204, preflight);
      return replies.text(origin, 405, `Use ${allow}.`, { Allow: allow });
    });
  }

  /** Registers a page of one app: method, then the handler. Callbacks and forms have no origin gate. */
  page(app: App, path: string, methods: Methods): void {
    const replies = this.#replies;
    const allow = Object.keys(methods).join(", ");
    this.#router.add(ANY, path, (request, connection) => {
      if (isTooLong(request)) return replies.text(null, 414, "The address is too long.");
      const handler = isMethod(request.method) ? methods[request.method] : undefined;
      if (handler === undefined) return replies.text(null, 405, `Use ${allow}.`, { Allow: allow });
      const call: Call = { request, app, connection, origin: connection.header("origin") };
      return this.#guard(null, () => handler(call));
    });
  }

  /** Registers a path whose handler answers every method itself, and every origin. */
  whole(path: string, handler: (request: Request, connection: Connection) => Promise<Response>): void {
    this.#router.add(ANY, path, (request, connection) =>
      isTooLong(request)
        ? this.#replies.text(null, 414, "The address is too long.")
        : this.#guard(null, () => handler(request, connection)),
    );
  }

  /** Answers a request by its path as it was sent; of several registered paths that fit, the first. */
  answer(request: Request, connection: Connection): Response | Promise<Response> {
    const [answer] = this.#router.match(ANY, rawPath(request))[0][0] ?? [];
    return answer?.(request, connection) ?? this.#replies.text(null, 404, "There is nothing here.");
  }

  /** Runs a handler; what nobody foresaw is logged without its message, and answered readably for `origin`. */
  #guard(origin: string | null, handle: () => Response | Promise<Response>): Response | Promise<Response> {
    const unexpected = (error: unknown): Response => {
      this.#log.error("unexpected", errorFields(error));
      return this.#replies.text(origin, 503, "Something went wrong here. Try again in a moment.");
    };
    try {
      const answer = handle();
      return answer instanceof Promise ? answer.catch(unexpected) : answer;
    } catch (error) {
      return unexpected(error);
    }
  }
}

function isMethod(method: string): method is keyof Methods {
  return method === "GET" || method === "POST" || method === "PUT" || method === "DELETE";
}
