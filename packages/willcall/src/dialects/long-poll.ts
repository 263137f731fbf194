import type { Draining } from "../draining.ts";
import { type Call, plainParameter } from "./http.ts";

/** Longest wait, in seconds, whatever the client asks for: proxies cut at 30 or 60. */
const LONGEST_WAIT = 25;

/** A caller's patience: `signal` aborts when it is over, when the caller is gone, or when the broker drains. */
export interface Patience {
  readonly signal: AbortSignal;
  /** Frees what it holds; call it when the wait is over. */
  end(): void;
}

/** The callers who wait right now. */
export class Waits {
  readonly #waiting = new Set<AbortController>();
  readonly #draining: Draining;

  /** Ends every wait when `draining` begins. */
  constructor(draining: Draining) {
    this.#draining = draining;
    draining.onBegin(() => {
      for (const controller of this.#waiting) controller.abort();
    });
  }

  /**
   * How long the caller will wait (contract A14): `Prefer: wait=25` (RFC 7240) or `wait=25` in the query, in
   * seconds. Undefined: not at all.
   */
  begin({ connection }: Call, query: string): Patience | undefined {
    const preferred = /(?:^|[,;\s])wait=(\d{1,6})/.exec(connection.header("prefer") ?? "")?.[1];
    const asked = plainParameter(query, "wait") ?? preferred;
    const seconds =
      asked !== undefined && /^\d{1,6}$/.test(asked) ? Math.min(Number(asked), LONGEST_WAIT) : 0;
    if (seconds === 0 || this.#draining.begun) return undefined;
    const controller = new AbortController();
    const abort = () => controller.abort();
    const timer = setTimeout(abort, seconds * 1000);
    connection.onGone(abort);
    this.#waiting.add(controller);
    return {
      signal: controller.signal,
      end: () => {
        clearTimeout(timer);
        this.#waiting.delete(controller);
      },
    };
  }
}
