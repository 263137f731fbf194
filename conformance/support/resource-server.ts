import { createServer } from "node:http";

/** A provider's API. It takes every access token but those that it was told to refuse. */
export interface ResourceServer extends AsyncDisposable {
  readonly url: string;
  /** Access tokens that came, in order. */
  readonly tokens: readonly string[];
  /** Answers 401 to this token from now on. */
  refuse(token: string): void;
}

/** Starts it on a free port; `/things` answers a list of two. */
export async function startResourceServer(): Promise<ResourceServer> {
  const tokens: string[] = [];
  const refused = new Set<string>();
  const server = createServer(({ headers }, response) => {
    const [, token = ""] = /^Bearer (\S+)$/.exec(headers.authorization ?? "") ?? [];
    tokens.push(token);
    const good = token !== "" && !refused.has(token);
    response
      .writeHead(good ? 200 : 401, { "content-type": "application/json" })
      .end(good ? '["one","two"]' : '{"error":"invalid_token"}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("a TCP server has a port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    tokens,
    refuse: (token) => void refused.add(token),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
