import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import { type Broker, createBroker } from "./broker.ts";
import type { Config } from "./config/config.ts";
import type { Connection } from "./connection.ts";
import { createConnectorRuns } from "./connectors/runs.node.ts";
import type { KeyService } from "./crypto/key-service.ts";
import { pooledRandom } from "./crypto/random.ts";
import type { Engine } from "./engines/engine.ts";
import { type NodeSockets, serveSockets } from "./node-sockets.ts";
import type { Log } from "./observe/log.ts";
import { createEgress } from "./providers/egress.node.ts";
import { type ProxyTrust, proxyTrust } from "./proxies.ts";

/** Milliseconds between two sweeps of what is past its time. */
const SWEEP_INTERVAL = 30_000;
/** Milliseconds that draining may take: a provider's answer, and the writes behind it. */
const DRAIN_LIMIT = 20_000;

/** Where and over what to serve. */
export interface NodeOptions {
  config: Config;
  /** Opened by the caller, closed by `close()`. */
  engine: Engine;
  log: Log;
  /** Wraps the data keys of accounts in place of the root key. */
  keyService?: KeyService | undefined;
  listen: {
    host: string;
    /** 0 takes a free one. */
    port: number;
    /** PEM texts; plain http without. */
    tls?: { key: string; cert: string } | undefined;
    /** Where account types are provisioned as at a CouchDB, besides; 0 takes a free one. Plain http, as CouchDB. */
    couchPort?: number | undefined;
  };
  /** Milliseconds since the epoch; `Date.now` unless somebody else owns the time. */
  now?: () => number;
}

/** A broker that listens. */
export interface Serving {
  /** Scheme, host and port as bound. */
  readonly url: string;
  readonly port: number;
  /** The same of CouchDB's port, where one was asked for. */
  readonly couchUrl?: string;
  /** Drains: no new logins, held polls answered, exchanges in flight finished; then closes the engine. */
  close(): Promise<void>;
}

/** Serves the broker on Node's own http server. Rejects when the port is taken or may not be bound. */
export async function serveNode(options: NodeOptions): Promise<Serving> {
  const { config, engine, log, keyService, listen, now = Date.now } = options;
  const egress = createEgress({ allowLoopback: config.allowLoopbackProviders });
  const platform = {
    now,
    random: pooledRandom(),
    sleep: (milliseconds: number) => sleep(milliseconds, undefined, { ref: false }),
    fetch: egress.fetch,
  };
  const broker = createBroker({
    config,
    engine,
    platform,
    log,
    keyService,
    connectorRuns: createConnectorRuns,
    outlivesRequests: true,
  });
  const trust = proxyTrust(config.trustedProxies);
  function listenerOf(answer: Broker["fetch"]) {
    const listener = getRequestListener(
      (request, { incoming, outgoing }) => answer(request, new NodeConnection(incoming, outgoing, trust)),
      { overrideGlobalObjects: true },
    );
    return (incoming: IncomingMessage, outgoing: ServerResponse): void => void listener(incoming, outgoing);
  }
  const limits = {
    maxHeaderSize: 16_384,
    headersTimeout: 10_000,
    requestTimeout: 15_000,
    // How often both are looked at: with Node's 30 s, a slow client would have up to 45.
    connectionsCheckingInterval: 1_000,
  };
  const answer = listenerOf((request, connection) => broker.fetch(request, connection));
  const server = listen.tls
    ? createSecureServer({ ...limits, ...listen.tls }, answer)
    : createServer(limits, answer);
  const couch =
    listen.couchPort === undefined
      ? undefined
      : createServer(
          limits,
          listenerOf((request, connection) => broker.provision(request, connection)),
        );
  // Before the other one, which must not answer and then be taken away.
  const couchPort = couch && (await bind(couch, listen.host, listen.couchPort ?? 0));
  const port = await bind(server, listen.host, listen.port).catch((error: unknown) => {
    couch?.close();
    throw error;
  });
  let sweeping: Promise<void> | undefined;
  function sweep(): void {
    sweeping ??= broker.sweep().finally(() => {
      sweeping = undefined;
    });
  }
  // At once, too: what died while no process ran is deleted although none may run for long.
  sweep();
  const sockets = serveSockets(
    server,
    broker,
    config.publicUrl,
    (incoming, stream) => new NodeConnection(incoming, stream, trust),
  );
  const sweeps = setInterval(sweep, SWEEP_INTERVAL);
  sweeps.unref();

  const host = listen.host.includes(":") ? `[${listen.host}]` : listen.host;
  return {
    url: `${listen.tls ? "https" : "http"}://${host}:${port}`,
    port,
    ...(couchPort !== undefined && { couchUrl: `http://${host}:${couchPort}` }),
    close: async () => {
      clearInterval(sweeps);
      log.info("draining");
      const drained = broker.drain();
      sockets.close();
      await Promise.all([closeServer(server, sockets), couch && closeServer(couch)]);
      await Promise.race([Promise.all([drained, sweeping]), platform.sleep(DRAIN_LIMIT)]);
      await egress.close();
      await engine.close();
      log.info("stopped");
    },
  };
}

async function bind(server: Server, host: string, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, host, resolve);
  await promise;
  server.off("error", reject);
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

/** Stops accepting, lets every answer under way finish, and cuts what is left at the limit. */
async function closeServer(server: Server, sockets?: NodeSockets): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  const idle = setInterval(() => server.closeIdleConnections(), 20);
  const limit = setTimeout(() => {
    server.closeAllConnections();
    sockets?.terminate();
  }, DRAIN_LIMIT);
  await promise;
  clearInterval(idle);
  clearTimeout(limit);
}

/** One request's connection on Node. */
class NodeConnection implements Connection {
  readonly #incoming: IncomingMessage | Http2ServerRequest;
  readonly #outgoing: ServerResponse | Http2ServerResponse | Duplex;
  readonly #trust: ProxyTrust;

  constructor(
    incoming: IncomingMessage | Http2ServerRequest,
    outgoing: ServerResponse | Http2ServerResponse | Duplex,
    trust: ProxyTrust,
  ) {
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    this.#trust = trust;
  }

  get address(): string {
    return this.#trust(this.#incoming.socket.remoteAddress ?? "", this.header("x-forwarded-for"));
  }

  get near(): string {
    return this.address;
  }

  header(name: string): string | null {
    const value = this.#incoming.headers[name];
    return value === undefined ? null : Array.isArray(value) ? value.join(", ") : value;
  }

  onGone(callback: () => void): void {
    this.#outgoing.once("close", callback);
  }

  onAnswered(callback: (sent: boolean) => void | Promise<void>): void {
    // Gone before we asked: its "close" will not come again.
    if (this.#outgoing.closed) return void callback(false);
    const { socket } = this.#incoming;
    const before = socket.bytesWritten;
    this.#outgoing.once("close", () => {
      void callback(this.#outgoing.writableFinished || socket.bytesWritten > before);
    });
  }
}
