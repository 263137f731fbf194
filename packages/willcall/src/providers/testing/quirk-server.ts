import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import type { EgressFetch, EgressRequest } from "../../platform.ts";

/** A scripted provider behind a real socket. */
export interface QuirkServer {
  /** Sends a client's calls through `egress` to this server, wherever they were meant for. */
  through(egress: EgressFetch): EgressFetch;
  close(): Promise<void>;
}

/** Carries the origin that a call was meant for: a definition's hosts are not ours. */
const ORIGIN = "x-meant-for";

async function meant(request: IncomingMessage): Promise<EgressRequest> {
  const {
    [ORIGIN]: origin,
    host: _host,
    connection: _connection,
    "content-length": _length,
    ...rest
  } = request.headers;
  const headers = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, String(value)]));
  const body = await text(request);
  return {
    url: `${String(origin)}${request.url ?? ""}`,
    method: request.method === "GET" || request.method === "DELETE" ? request.method : "POST",
    headers,
    ...(body !== "" && { body }),
  };
}

/** Serves a scripted provider on loopback, so that its quirks go over a real wire and through the real egress. */
export async function serveQuirks(provider: EgressFetch): Promise<QuirkServer> {
  async function play(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = await provider(await meant(request));
    if (answer.ok) response.writeHead(answer.status, answer.headers).end(answer.body);
    else response.destroy();
  }
  const server = createServer((request, response) => void play(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    through: (egress) => (request) => {
      const { origin } = new URL(request.url);
      const url = `http://127.0.0.1:${port}${request.url.slice(origin.length)}`;
      return egress({ ...request, url, headers: { ...request.headers, [ORIGIN]: origin } });
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
