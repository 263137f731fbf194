import { type IncomingMessage, STATUS_CODES, type Server } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Broker } from "./broker.ts";
import type { Connection } from "./connection.ts";
import { type Question, type Said, askPickUp } from "./pick-up-socket.ts";

/** Seconds that one turn of waiting takes; a socket waits in as many turns as it needs. */
const TURN = 25;
/** No login lasts longer than that. */
const MOST_TURNS = 30;

/** The native clients that wait on WebSockets (protocol.md, part B). */
export interface NodeSockets {
  /** Sends everybody away, to ask again: the broker stops. */
  close(): void;
  /** Cuts who did not go. */
  terminate(): void;
}

/** Lets native clients wait on a WebSocket at their pick-up URL: one message when there is something to say. */
export function serveSockets(
  server: Server,
  broker: Broker,
  publicUrl: string,
  connectionOf: (incoming: IncomingMessage, stream: Duplex) => Connection,
): NodeSockets {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1024, perMessageDeflate: false });
  let closing = false;

  async function watch(incoming: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    const connection = connectionOf(incoming, stream);
    const question: Question = {
      url: publicUrl + (incoming.url ?? "/"),
      origin: connection.header("origin"),
    };
    const said = await askPickUp(broker, question, connection);
    if (said.kind === "refused") return refuse(stream, said.answer, said.text);
    sockets.handleUpgrade(incoming, stream, head, (socket) => {
      socket.on("message", () => socket.close(1008));
      socket.on("error", () => socket.terminate());
      hold(socket, said, () => askPickUp(broker, question, connection, TURN)).catch(() => socket.terminate());
    });
  }

  async function hold(socket: WebSocket, first: Said, ask: () => Promise<Said>): Promise<void> {
    let said = first;
    for (let turn = 0; said.kind === "pending" && turn < MOST_TURNS; turn++) {
      if (closing || socket.readyState !== socket.OPEN) break;
      said = await ask();
    }
    if (said.kind === "pending") return socket.close(1012);
    socket.send(said.text);
    socket.close(1000);
  }

  server.on("upgrade", (incoming, stream, head) => {
    stream.on("error", () => stream.destroy());
    // Each turn wants to hear when the client goes.
    stream.setMaxListeners(2 * MOST_TURNS);
    void watch(incoming, stream, head).catch(() => stream.destroy());
  });
  return {
    close() {
      closing = true;
      for (const socket of sockets.clients) socket.close(1012);
    },
    terminate() {
      for (const socket of sockets.clients) socket.terminate();
    },
  };
}

/** An HTTP answer on a connection that was to become a socket. */
function refuse(stream: Duplex, { status, headers }: Response, text: string): void {
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`, "connection: close"];
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  lines.push(`content-length: ${Buffer.byteLength(text)}`);
  stream.end(`${lines.join("\r\n")}\r\n\r\n${text}`);
}
