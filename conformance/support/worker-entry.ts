import { env } from "cloudflare:workers";
import pack from "willcall:catalogue";
import { createWorker } from "../../packages/willcall/src/worker.ts";

/** The host under which the suite, and nobody else, moves the clock. */
const CONTROL = "clock.test";

let ahead = 0;

const config: { trustedProxies?: string[] } = JSON.parse(env.CONFIGURATION);
const { handler, Mailboxes } = createWorker({
  config,
  catalogue: async () => pack,
  now: () => Date.now() + ahead,
});

export { Mailboxes };
export default {
  ...handler,
  fetch: (async (request, bindings, lifetime) => {
    if (request.headers.get("host") !== CONTROL)
      return handler.fetch(asAtTheEdge(request), bindings, lifetime);
    ahead = Number(new URL(request.url).searchParams.get("ahead"));
    return new Response();
  }) satisfies typeof handler.fetch,
};

/** Cloudflare names the client in a header of its own; the suite's proxy adds the client to `X-Forwarded-For`. */
function asAtTheEdge(request: Request): Request {
  const client = request.headers.get("x-forwarded-for")?.split(",").at(-1)?.trim();
  if (client === undefined || config.trustedProxies?.length === 0) return request;
  const headers = new Headers(request.headers);
  headers.set("cf-connecting-ip", client);
  return new Request(request, { headers });
}
