import { env } from "cloudflare:workers";
import pack from "willcall:catalogue";
import type { Database } from "../../packages/willcall/src/engines/d1/open.ts";
import { MIGRATIONS } from "../../packages/willcall/src/engines/sql/migrations.ts";
import { createWorker } from "../../packages/willcall/src/worker.ts";

/** The host under which the suite, and nobody else, readies the Worker and moves its clock. */
const CONTROL = "control.test";

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
    if (bindings.RECORDS !== undefined) await migrate(bindings.RECORDS);
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

/** What `wrangler d1 migrations apply` does, on a database that may have been there before. */
async function migrate(database: Database): Promise<void> {
  const run = (sql: string) => database.prepare(sql).bind().all();
  const { results } = await run("SELECT 1 FROM sqlite_schema WHERE name = 'logins'");
  if (results.length > 0) return;
  const statements = MIGRATIONS.flatMap((step) => step.split(";")).filter((text) => text.trim() !== "");
  for (const statement of statements) await run(statement);
}
