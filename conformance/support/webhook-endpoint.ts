import { type IncomingHttpHeaders, createServer } from "node:http";
import { text } from "node:stream/consumers";

/** A call that the endpoint got. */
export interface Told {
  readonly headers: IncomingHttpHeaders;
  /** As it came: signatures are over these bytes. */
  readonly body: string;
  /** What it says happened. */
  readonly type: string;
  readonly account: string;
}

/** An endpoint of an operator's that takes webhooks. */
export interface WebhookEndpoint extends AsyncDisposable {
  readonly url: string;
  readonly told: readonly Told[];
  /** What it answers from now on. */
  answer(status: number, headers?: Readonly<Record<string, string>>): void;
}

/** Starts one on loopback. */
export async function startWebhookEndpoint(): Promise<WebhookEndpoint> {
  const told: Told[] = [];
  let answered: readonly [number, Readonly<Record<string, string>>] = [204, {}];
  const server = createServer((request, response) => {
    const take = async (): Promise<void> => {
      const body = await text(request);
      const { type, data } = JSON.parse(body) as { type: string; data: { account: string } };
      told.push({ headers: request.headers, body, type, account: data.account });
      response.writeHead(...answered).end();
    };
    take().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("a TCP server has a port");
  return {
    url: `http://127.0.0.1:${address.port}/hooks?tenant=1`,
    told,
    answer: (status, headers = {}) => {
      answered = [status, headers];
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
