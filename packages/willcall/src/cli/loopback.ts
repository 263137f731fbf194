import { randomBytes } from "node:crypto";
import { createServer } from "node:http";

/** A page on this machine that a browser comes back to (RFC 8252 §7.3). */
export interface Loopback extends AsyncDisposable {
  readonly url: string;
  /** The query that the browser brought. */
  readonly arrived: Promise<URLSearchParams>;
}

/** Listens on a free port of this machine, on a path that nobody guesses, for one visit. */
export async function listenOnLoopback(): Promise<Loopback> {
  const path = `/${randomBytes(16).toString("base64url")}`;
  const { promise: arrived, resolve } = Promise.withResolvers<URLSearchParams>();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const isOurs = request.method === "GET" && pathname === path;
    const headers = {
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
      connection: "close",
    };
    response.writeHead(isOurs ? 200 : 404, headers).end(isOurs ? "You can close this window." : "");
    if (isOurs) resolve(searchParams);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}${path}`,
    arrived,
    [Symbol.asyncDispose]: () => new Promise((closed) => server.close(() => closed())),
  };
}
