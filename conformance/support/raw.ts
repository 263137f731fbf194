import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A connection to a broker, for requests that no HTTP client would make. */
export interface Wire extends AsyncDisposable {
  readonly socket: Socket;
  /** Sends text as it stands. */
  write(text: string): void;
  /** Everything received so far. */
  readonly received: () => string;
  /** Resolves to everything received when the other side has closed, or after `milliseconds`. */
  closed(milliseconds: number): Promise<{ text: string; closed: boolean }>;
}

/** Connects to the host of `base`. */
export async function dial(base: string): Promise<Wire> {
  const { hostname, port } = new URL(base);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  let text = "";
  let closed = false;
  socket.setEncoding("latin1");
  socket.on("data", (chunk: string) => {
    text += chunk;
  });
  // A peer that cuts the connection while we still write is what some cases want.
  socket.on("error", () => {});
  socket.on("close", () => {
    closed = true;
  });
  return {
    socket,
    write: (data) => void socket.write(data, "latin1"),
    received: () => text,
    closed: async (milliseconds) => {
      if (!closed) {
        const patience = AbortSignal.timeout(milliseconds);
        await once(socket, "close", { signal: patience }).catch(() => undefined);
      }
      return { text, closed };
    },
    [Symbol.asyncDispose]: async () => void socket.destroy(),
  };
}

/** Sends one request text and resolves to the whole answer; the request should say `Connection: close`. */
export async function exchange(base: string, request: string): Promise<string> {
  await using wire = await dial(base);
  wire.write(request);
  const { text } = await wire.closed(5_000);
  return text;
}

/** The status of an answer text, or 0. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
}
