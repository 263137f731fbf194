import type { Connection } from "./connection.ts";

/** Longest place name shown, in characters. */
const LONGEST_PLACE = 60;

/** What a Worker is told about a request beyond the request itself; `cf` is absent outside Cloudflare. */
export type WorkerRequest = Request & { readonly cf?: { readonly city?: string; readonly country?: string } };

/** Where work that outlives its answer is announced. */
export interface Lifetime {
  waitUntil(promise: Promise<unknown>): void;
}

/** One request's connection on Workers. */
export class WorkerConnection implements Connection {
  readonly overLimit: boolean;
  readonly #request: WorkerRequest;
  #answered: ((sent: boolean) => void | Promise<void>) | undefined;

  constructor(request: WorkerRequest, overLimit = false) {
    this.#request = request;
    this.overLimit = overLimit;
  }

  /** Cloudflare sets this header itself and lets no client set it; without Cloudflare, this is development. */
  get address(): string {
    return this.#request.headers.get("cf-connecting-ip") ?? "127.0.0.1";
  }

  get near(): string | null {
    const { city, country } = this.#request.cf ?? {};
    const place = [city, country].filter((part) => typeof part === "string").join(", ");
    return place === "" ? this.address : place.slice(0, LONGEST_PLACE);
  }

  header(name: string): string | null {
    return this.#request.headers.get(name);
  }

  onGone(callback: () => void): void {
    this.#request.signal.addEventListener("abort", callback);
  }

  onAnswered(callback: (sent: boolean) => void | Promise<void>): void {
    this.#answered = callback;
  }

  /**
   * The answer as it goes out. If somebody wants to hear whether it arrived, its body goes through a stream: whether
   * the runtime took it all tells.
   */
  watched(answer: Response, lifetime: Lifetime): Response | Promise<Response> {
    const answered = this.#answered;
    return answered === undefined ? answer : this.#streamed(answer, answered, lifetime);
  }

  async #streamed(
    answer: Response,
    answered: (sent: boolean) => void | Promise<void>,
    lifetime: Lifetime,
  ): Promise<Response> {
    const body = new Uint8Array(await answer.arrayBuffer());
    const { readable, writable } = new FixedLengthStream(body.length);
    lifetime.waitUntil(this.#send(body, writable).then(answered));
    return new Response(readable, answer);
  }

  async #send(body: Uint8Array, writable: WritableStream<Uint8Array>): Promise<boolean> {
    const { signal } = this.#request;
    const gone = Promise.withResolvers<never>();
    const leave = () => gone.reject(new Error("the client is gone"));
    signal.addEventListener("abort", leave);
    try {
      if (signal.aborted) leave();
      const writer = writable.getWriter();
      const sent = writer.write(body).then(() => writer.close());
      await Promise.race([sent, gone.promise]);
      return true;
    } catch {
      return false;
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }
}

declare global {
  /** A stream of a length known before (Workers only): answers keep their `Content-Length`. */
  var FixedLengthStream: new (length: number) => TransformStream<Uint8Array, Uint8Array>;
}
