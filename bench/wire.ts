import { type Socket, connect } from "node:net";

/** One answer, as far as a benchmark looks at it. */
export interface WireAnswer {
  status: number;
  /** Header lines as sent, for the few that a login needs. */
  head: string;
  body: string;
}

/**
 * One keep-alive HTTP/1.1 connection without any of a client library's comfort: the generator must cost less than
 * what it measures.
 */
export class Wire {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #waiting: { resolve: (answer: WireAnswer) => void; reject: (error: Error) => void } | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => {
      this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
      this.#parse();
    });
    const fail = (error: Error) => this.#waiting?.reject(error);
    socket.on("error", fail);
    socket.on("close", () => fail(new Error("the server closed the connection")));
  }

  /** Connects to a port on this machine. */
  static async open(port: number): Promise<Wire> {
    const socket = connect({ port, host: "127.0.0.1" });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.once("connect", resolve);
    socket.once("error", reject);
    await promise;
    return new Wire(socket);
  }

  /** Sends one request (see `request`) and resolves to its answer. */
  send(bytes: string): Promise<WireAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<WireAnswer>();
    this.#waiting = { resolve, reject };
    this.#socket.write(bytes);
    return promise;
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #parse(): void {
    const headEnd = this.#received.indexOf("\r\n\r\n");
    if (headEnd === -1) return;
    const head = this.#received.toString("latin1", 0, headEnd);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    const chunked = length === undefined && /\r\ntransfer-encoding: *chunked/i.test(head);
    const bodyAt = headEnd + 4;
    const end = chunked ? this.#received.indexOf("0\r\n\r\n", bodyAt) + 5 : bodyAt + Number(length ?? 0);
    if (end < bodyAt || this.#received.length < end) return;
    const body = this.#received.toString("utf8", bodyAt, end);
    this.#received = this.#received.subarray(end);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve({ status: Number(head.slice(9, 12)), head, body });
  }
}

/** The bytes of a request without a body, as a browser or plugin sends it. */
export function request(method: string, path: string, headers = ""): string {
  return `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers}${method === "POST" ? "Content-Length: 0\r\n" : ""}\r\n`;
}

/** A header of an answer, or the empty string. */
export function header({ head }: WireAnswer, name: string): string {
  return new RegExp(`\\r\\n${name}: *([^\\r]*)`, "i").exec(head)?.[1] ?? "";
}

/** Calls `work` from `connections` connections until it has run `total` times; resolves to the seconds it took. */
export async function load(
  port: number,
  connections: number,
  total: number,
  work: (wire: Wire, index: number) => Promise<void>,
): Promise<number> {
  const wires = await Promise.all(Array.from({ length: connections }, () => Wire.open(port)));
  let next = 0;
  let running = true;
  // The generator never sleeps: waking a sleeping processor costs the server's write more than the answer itself.
  const spin = (): void => {
    if (running) setImmediate(spin);
  };
  spin();
  const start = performance.now();
  await Promise.all(
    wires.map(async (wire) => {
      for (let index = next++; index < total; index = next++) await work(wire, index);
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  running = false;
  for (const wire of wires) wire.close();
  return seconds;
}
