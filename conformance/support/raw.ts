import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

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
  const end = new Promise<void>((resolve) => {
    socket.on("close", () => {
      closed = true;
      resolve();
    });
  });
  return {
    socket,
    write: (data) => void socket.write(data, "latin1"),
    received: () => text,
    closed: async (milliseconds) => {
      const patience = new AbortController();
      await Promise.race([end, sleep(milliseconds, undefined, patience).catch(() => undefined)]);
      patience.abort();
      return { text, closed };
    },
    [Symbol.asyncDispose]: async () => void socket.destroy(),
  };
}

/** Sends one request text and resolves to the whole answer; the request should say `Connection: close`. */
export async function exchange(base: string, request: string): Promise<string> {
  await using wire = await dial(base);
  // Not every server closes when it is asked to: workerd leaves that to whoever stands before it.
  const whole = new Promise<void>((resolve) => {
    wire.socket.on("data", () => isWhole(wire.received()) && resolve());
  });
  wire.write(request);
  await Promise.race([whole, wire.closed(5_000)]);
  return wire.received();
}

/** Whether an answer is there up to the length that it states. */
function isWhole(answer: string): boolean {
  const head = answer.indexOf("\r\n\r\n");
  const length = /^content-length: (\d+)/im.exec(answer.slice(0, head))?.[1];
  return head !== -1 && length !== undefined && answer.length >= head + 4 + Number(length);
}

/** Sends a request's head and then chunks without end, until the other side has enough or `milliseconds` are over. */
export async function flood(base: string, head: string, milliseconds: number): Promise<"cut off" | "taken"> {
  await using wire = await dial(base);
  wire.write(head);
  const chunk = Buffer.from(`10000\r\n${"x".repeat(65_536)}\r\n`, "latin1");
  const chunks = Readable.from(endless(chunk));
  chunks.pipe(wire.socket);
  const { closed } = await wire.closed(milliseconds);
  chunks.destroy();
  return closed ? "cut off" : "taken";
}

function* endless<T>(value: T): Generator<T> {
  for (;;) yield value;
}

/** The status of an answer text, or 0. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
}
