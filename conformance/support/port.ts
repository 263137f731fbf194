import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Below the ports that systems give to outgoing connections; each test worker has a range of its own. */
const FIRST = 12_000;
const SPAN = 4_000;

/** A port on 127.0.0.1 that nobody uses right now, and nobody else is going to ask for. */
export async function freePort(): Promise<number> {
  const start = FIRST + (Number(process.env["VITEST_POOL_ID"] ?? 0) % 4) * SPAN;
  for (;;) {
    const port = randomInt(start, start + SPAN);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const bound = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => resolve(true));
  });
  if (bound) await new Promise((resolve) => server.close(resolve));
  return bound;
}
