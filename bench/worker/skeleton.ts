/**
 * The controls: a constant JSON answer, a bare read in a Durable Object, and the requests, token call and writes of a
 * login without anything that Willcall is for.
 */
import { DurableObject, env } from "cloudflare:workers";
import type { ShardState } from "../../packages/willcall/src/engines/durable-object/runtime.ts";

/** One object with one table. */
export class Mailboxes extends DurableObject<unknown> {
  constructor(state: ShardState, bindings: unknown) {
    super(state, bindings);
    this.#run("CREATE TABLE IF NOT EXISTS logins (id TEXT PRIMARY KEY, status TEXT, box TEXT)");
  }

  #run(sql: string, ...values: string[]) {
    return this.ctx.storage.sql.exec(sql, ...values).toArray();
  }

  async read(id: string): Promise<boolean> {
    return this.#run("SELECT status FROM logins WHERE id = ?", id)[0]?.["status"] === "ready";
  }

  async insert(id: string): Promise<void> {
    this.#run("INSERT INTO logins (id, status) VALUES (?, 'launched')", id);
  }

  async claim(id: string): Promise<boolean> {
    const sql = "UPDATE logins SET status = 'exchanging' WHERE id = ? AND status = 'launched' RETURNING 1";
    return this.#run(sql, id).length === 1;
  }

  async settle(id: string, box: string): Promise<void> {
    this.#run("UPDATE logins SET status = 'ready', box = ? WHERE id = ?", box, id);
  }

  async take(id: string): Promise<string | null> {
    const sql = "UPDATE logins SET status = 'taken' WHERE id = ? AND status = 'ready' RETURNING box";
    const box = this.#run(sql, id)[0]?.["box"];
    return typeof box === "string" ? box : null;
  }
}

type Stub = Pick<Mailboxes, "read" | "insert" | "claim" | "settle" | "take">;

function stub(): Stub {
  const { SKELETON } = env;
  return SKELETON.get(SKELETON.idFromName("all") as never);
}

const handlers: Record<string, (query: URLSearchParams) => Response | Promise<Response>> = {
  "/json": () => Response.json({ status: "pending" }),
  "/read": async (query) =>
    new Response(null, { status: (await stub().read(query.get("id") ?? "")) ? 200 : 404 }),
  "/authorize": () => {
    const id = crypto.randomUUID();
    return Response.json({ url: `http://127.0.0.1/login?ticket=${id}`, readKey: id });
  },
  "/login": async (query) => {
    const id = query.get("ticket") ?? "";
    await stub().insert(id);
    const headers = { location: `${env.PROVIDER}/authorize?state=${id}`, "set-cookie": "a=b" };
    return new Response(null, { status: 303, headers });
  },
  "/redirect": async (query) => {
    const id = query.get("state") ?? "";
    await stub().claim(id);
    const body = new URLSearchParams({ grant_type: "authorization_code", code: query.get("code") ?? "" });
    const answer = await fetch(`${env.PROVIDER}/token`, { method: "POST", body });
    await stub().settle(id, await answer.text());
    return new Response("<p>Done</p>", { headers: { "content-type": "text/html" } });
  },
  "/poll": async (query) => {
    const box = await stub().take(query.get("readKey") ?? "");
    return new Response(box, { status: box === null ? 404 : 200 });
  },
};

export default {
  fetch(request: Request): Response | Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    return handlers[pathname]?.(searchParams) ?? new Response(null, { status: 404 });
  },
};
