import { env } from "cloudflare:workers";
import catalogue from "willcall:catalogue";
import type { BoundStatement, Database } from "../../packages/willcall/src/engines/d1/open.ts";
import { MIGRATIONS } from "../../packages/willcall/src/engines/sql/migrations.ts";
import { type WorkerEnv, createWorker } from "../../packages/willcall/src/worker.ts";

/** The host under which the suite, and nobody else, readies the Worker and moves its clock. */
const CONTROL = "control.test";

let ahead = 0;
/** Statements that D1 still answers, and then how many it fails; `late`: after it has done them. */
const d1 = { passes: Number.POSITIVE_INFINITY, fails: 0, late: false };

const config: { trustedProxies?: string[] } = JSON.parse(env.CONFIGURATION);
const { handler, Mailboxes } = createWorker({
  config,
  catalogue,
  now: () => Date.now() + ahead,
});
/** The bindings, with a D1 that can be made to fail; one object for the life of the isolate. */
let bound: WorkerEnv | undefined;

export { Mailboxes };
export default {
  ...handler,
  fetch: (async (request, bindings, lifetime) => {
    bound ??= { ...bindings, ...(bindings.RECORDS && { RECORDS: fallible(bindings.RECORDS) }) };
    if (request.headers.get("host") === CONTROL) return control(new URL(request.url).searchParams, bindings);
    return handler.fetch(asAtTheEdge(request), bound, lifetime);
  }) satisfies typeof handler.fetch,
};

/** Readies the Worker and does what the suite asks; answers how many statements D1 has still to fail. */
async function control(query: URLSearchParams, bindings: WorkerEnv): Promise<Response> {
  if (query.has("ahead")) ahead = Number(query.get("ahead"));
  if (query.has("passes")) d1.passes = Number(query.get("passes"));
  if (query.has("fails")) d1.fails = Number(query.get("fails"));
  d1.late = query.has("late");
  if (bindings.RECORDS !== undefined) await migrate(bindings.RECORDS);
  if (query.has("scheduled")) await handler.scheduled({}, bound ?? bindings);
  return new Response(String(d1.fails));
}

/** A D1 database that does not answer when it is told not to; a batch counts as one statement. */
function fallible(database: Database): Database {
  const real = new WeakMap<BoundStatement, BoundStatement>();
  return {
    prepare: (sql) => ({
      bind: (...parameters) => {
        const bound = database.prepare(sql).bind(...parameters);
        const statement = { all: () => unlessToldNotTo(() => bound.all()) };
        real.set(statement, bound);
        return statement;
      },
    }),
    batch: (statements) =>
      unlessToldNotTo(() => database.batch(statements.map((statement) => real.get(statement) ?? statement))),
  };
}

async function unlessToldNotTo<T>(ask: () => Promise<T>): Promise<T> {
  if (d1.passes > 0) d1.passes -= 1;
  else if (d1.fails > 0) {
    d1.fails -= 1;
    if (d1.late) await ask();
    throw new Error("D1_ERROR: Network connection lost.");
  }
  return ask();
}

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
