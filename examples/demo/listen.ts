import type { RequestListener } from "node:http";
import { createServer } from "node:http";

/** A server on this machine only, that answers. */
export interface Listening {
  close(): Promise<void>;
}

/** A port that somebody else uses. */
export class PortInUse extends Error {
  readonly port: number;

  constructor(port: number) {
    super(`Port ${port} is in use`);
    this.port = port;
  }
}

/** Serves on `localhost:port`. Rejects with `PortInUse`. */
export async function listen(port: number, answer: RequestListener): Promise<Listening> {
  const server = createServer(answer);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "EADDRINUSE" ? new PortInUse(port) : error),
    );
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
