import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { text } from "node:stream/consumers";

/** A broker with one account, and a provider's API that wants its newest token, on one port. */
export interface World extends AsyncDisposable {
  readonly url: string;
  /** The environment of a run. */
  readonly env: Record<string, string>;
  /** What was asked, in order: `GET /data/io.cozy.accounts/abc`. */
  readonly asked: string[];
  /** The token that the API takes. */
  token: string;
  /** What the account holds; `oauth.access_token` changes with each refresh. */
  readonly account: Record<string, unknown> & { oauth: Record<string, unknown> };
  /** How a refresh is answered: 200 gives `token`. */
  refresh: number;
}

/** Starts it. The account holds `stale`, the API wants `fresh`. */
export async function startWorld(): Promise<World> {
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;

  function answer(asked: string, { headers, url: path }: IncomingMessage, body: string): [number, unknown] {
    const presented = headers.authorization;
    if (asked.endsWith("/things")) {
      const query = new URL(path ?? "", url).searchParams.get("access_token");
      const isGood = presented === `Bearer ${world.token}` || query === world.token;
      return isGood ? [200, body === "" ? ["one", "two"] : { got: body }] : [401, { error: "expired" }];
    }
    if (presented !== "Bearer run") return [401, { error: "no credential" }];
    if (asked === "GET /data/io.cozy.accounts/abc") return [200, world.account];
    if (asked === "PUT /data/io.cozy.accounts/abc") {
      Object.assign(world.account, JSON.parse(body));
      return [200, { ok: true }];
    }
    if (asked !== "POST /accounts/example/abc/refresh")
      return [404, { errors: [{ status: "404", title: "Not Found" }] }];
    if (world.refresh !== 200) {
      const code = "oauth_refresh_invalid_token";
      return [
        world.refresh,
        { errors: [{ status: String(world.refresh), code, detail: "reconnect account" }] },
      ];
    }
    world.account.oauth["access_token"] = world.token;
    const { _id: id, _rev: rev, ...attributes } = world.account;
    return [200, { data: { type: "io.cozy.accounts", id, attributes, meta: { rev } } }];
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "" } = request;
    world.asked.push(`${method} ${url}`);
    const [status, body] = answer(`${method} ${url.split("?")[0]}`, request, await text(request));
    const type = url.endsWith("/refresh") ? "application/vnd.api+json" : "application/json";
    response.writeHead(status, { "content-type": type }).end(JSON.stringify(body));
  }

  const world: World = {
    url,
    env: {
      COZY_URL: `${url}/`,
      COZY_CREDENTIALS: "run",
      COZY_FIELDS: '{"account":"abc","konnector":"things"}',
      COZY_PARAMETERS: '{"page":2}',
    },
    asked: [],
    token: "fresh",
    account: {
      _id: "abc",
      _rev: "1-a",
      account_type: "example",
      auth: { login: "ada" },
      oauth: { access_token: "stale" },
      data: { since: 1 },
    },
    refresh: 200,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  return world;
}
