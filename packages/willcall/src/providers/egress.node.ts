import type { LookupAddress, LookupOptions } from "node:dns";
import { lookup } from "node:dns/promises";
import { callbackify } from "node:util";
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from "node:zlib";
import type { Agent, Dispatcher } from "undici";
import type { EgressAnswer, EgressFetch, EgressRequest } from "../platform.ts";
import { addressKind } from "./address.ts";
import { type EgressLimits, egressLimits, isRedirect, keptHeaders, permittedUrl } from "./egress.ts";

type Failure = Extract<EgressAnswer, { ok: false }>["reason"];

class RefusedAddress extends Error {
  readonly code = "WILLCALL_REFUSED_ADDRESS";
}

type LookupDone = (error: Error | null, addresses: LookupAddress[] | string, family?: number) => void;

/** All addresses of a host name. */
export type Resolve = (hostname: string) => Promise<LookupAddress[]>;

/**
 * Resolves a name and keeps only addresses that may be called, at the moment of connecting, so that a name that
 * changes its mind after a check (DNS rebinding) still leads nowhere.
 */
function guardedLookup(resolve: Resolve, allowLoopback: boolean) {
  async function permitted(hostname: string): Promise<LookupAddress[]> {
    const found = await resolve(hostname);
    const allowed = found.filter(({ address }) => {
      const kind = addressKind(address);
      return kind === "public" || (kind === "loopback" && allowLoopback);
    });
    if (allowed.length === 0) throw new RefusedAddress("address refused");
    return allowed;
  }
  const find = callbackify(permitted);
  return (hostname: string, { all }: LookupOptions, done: LookupDone): void => {
    find(hostname, (error, addresses) => {
      const [first] = error ? [] : addresses;
      if (first === undefined) done(error, []);
      else if (all) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}

/** Undoes one `Content-Encoding`, never past the limit. */
function decompress(body: Buffer, encoding: string, limit: number): Buffer | "too_large" | "broken" {
  const options = { maxOutputLength: limit };
  try {
    if (encoding === "gzip" || encoding === "x-gzip") return gunzipSync(body, options);
    if (encoding === "br") return brotliDecompressSync(body, options);
    if (encoding !== "deflate") return "broken";
    // RFC 9110 §8.4.1.2 means the zlib format; some servers send it without its header.
    return (body[0] ?? 0) % 16 === 8 ? inflateSync(body, options) : inflateRawSync(body, options);
  } catch (error) {
    const code = error instanceof RangeError && "code" in error ? error.code : undefined;
    return code === "ERR_BUFFER_TOO_LARGE" ? "too_large" : "broken";
  }
}

function failureOf(error: Error): Failure {
  const code = "code" in error ? error.code : undefined;
  switch (code) {
    case "WILLCALL_REFUSED_ADDRESS":
      return "refused_address";
    case "UND_ERR_CONNECT_TIMEOUT":
    case "UND_ERR_HEADERS_TIMEOUT":
    case "UND_ERR_BODY_TIMEOUT":
    case "ETIMEDOUT":
      return "timeout";
    case "UND_ERR_HEADERS_OVERFLOW":
      return "too_large";
    default:
      return "unreachable";
  }
}

/**
 * One call in flight. undici's dispatch interface rather than its `request`: no stream, no abort signal, one
 * promise, and the moment from which bytes may have left is exact.
 */
class Call implements Dispatcher.DispatchHandler {
  readonly #answer: (answer: EgressAnswer) => void;
  readonly #limit: number;
  readonly #timer: ReturnType<typeof setTimeout>;
  #controller: Dispatcher.DispatchController | undefined;
  #over = false;
  #status = 0;
  #headers: Record<string, string> = {};
  #encoding = "";
  #chunks: Buffer[] = [];
  #length = 0;

  constructor(limits: EgressLimits, answer: (answer: EgressAnswer) => void) {
    this.#answer = answer;
    this.#limit = limits.bytes;
    this.#timer = setTimeout(() => this.#fail("timeout"), limits.total);
  }

  #end(answer: EgressAnswer): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#answer(answer);
  }

  #fail(reason: Failure): void {
    this.#end({ ok: false, reason, sent: this.#controller !== undefined });
    this.#controller?.abort(new Error(reason));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Called with an open connection, just before the first byte is written.
    if (this.#over) controller.abort(new Error("too late"));
    else this.#controller = controller;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    if (isRedirect(status)) return this.#fail("redirected");
    this.#status = status;
    for (const name of keptHeaders) {
      const value = headers[name];
      if (typeof value === "string") this.#headers[name] = value;
    }
    this.#encoding = String(headers["content-encoding"] ?? "")
      .trim()
      .toLowerCase();
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#over) return;
    this.#length += chunk.length;
    if (this.#length > this.#limit) return this.#fail("too_large");
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const [first = Buffer.alloc(0)] = this.#chunks;
    let body: Buffer | "too_large" | "broken" = this.#chunks.length > 1 ? Buffer.concat(this.#chunks) : first;
    if (this.#encoding !== "" && this.#encoding !== "identity" && body.length > 0) {
      body = decompress(body, this.#encoding, this.#limit);
    }
    if (body === "too_large") return this.#fail("too_large");
    // What cannot be decoded is an answer without content: its reader says so.
    const text = body === "broken" ? "" : body.toString("utf8");
    this.#end({
      ok: true,
      status: this.#status,
      headers: this.#headers,
      body: text.charCodeAt(0) === 0xfeff ? text.slice(1) : text,
    });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#end({ ok: false, reason: failureOf(error), sent: this.#controller !== undefined });
  }
}

/** What `createEgress` needs to know. */
export interface EgressOptions {
  /** Whether calls may go to this machine, also by http: development only. */
  allowLoopback: boolean;
  /** Certificates (PEM) trusted besides the system's, for servers with a private authority. */
  certificateAuthorities?: readonly string[];
  /** Resolves names; the system does unless said. What it answers is checked. */
  resolve?: Resolve;
  /** Other limits than 5 s, 10 s and 64 KiB. */
  limits?: Partial<EgressLimits>;
}

/**
 * The hardened outbound call on Node (promise S9): at most 5 s to connect and 10 s in all, 64 KiB after
 * decompression, no redirect followed, no private or special address called. Connections are kept alive.
 * undici is loaded by the first call: loading it takes a seventh of a start. `close` waits for calls in flight.
 */
export function createEgress(options: EgressOptions): { fetch: EgressFetch; close(): Promise<void> } {
  const { allowLoopback, resolve = (hostname) => lookup(hostname, { all: true }) } = options;
  const limits = { ...egressLimits, ...options.limits };
  const open = async (): Promise<Agent> =>
    new (await import("undici")).Agent({
      connect: {
        timeout: limits.connect,
        lookup: guardedLookup(resolve, allowLoopback),
        rejectUnauthorized: true,
        ...(options.certificateAuthorities && { ca: [...options.certificateAuthorities] }),
      },
      connections: 128,
      pipelining: 1,
      headersTimeout: limits.total,
      bodyTimeout: limits.total,
    });
  let agent: Promise<Agent> | undefined;

  async function fetch(request: EgressRequest): Promise<EgressAnswer> {
    const url = permittedUrl(request.url, allowLoopback);
    if (url === undefined) return { ok: false, reason: "refused_address", sent: false };
    const connected = await (agent ??= open());
    return new Promise((answer) => {
      const { method, headers, body = null } = request;
      const path = url.pathname + url.search;
      connected.dispatch({ origin: url.origin, path, method, headers, body }, new Call(limits, answer));
    });
  }

  return { fetch, close: async () => (await agent)?.close() };
}
