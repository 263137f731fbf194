import type { RequestListener } from "node:http";
import { createServer } from "node:http";

/** A server on this machine only, that answers. */
export interface Listening {
  close(): Promise<void>;
}

/** Serves on `localhost:port`. Rejects with the socket's error (`EADDRINUSE`). */
export async function listen(port: number, answer: RequestListener): Promise<Listening> {
  const server = createServer(answer);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "localhost", resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
