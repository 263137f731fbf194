import { WillcallError } from "./errors.ts";
import { onAbort } from "./promises.ts";
import { parse } from "./tokens.ts";
import { onWake } from "./wake.ts";

/** What a broker answered. */
export interface Answer {
  status: number;
  text: string;
  /** Its JSON object; empty when the answer was something else. */
  body: Record<string, unknown>;
  /** The code in that object (RFC 6749 §5.2), or an empty text. */
  error: string;
}

/** A failed attempt that may succeed when repeated: the way there is at fault, not what was asked. */
export class Unanswered extends WillcallError {}

/** How long a broker is asked to hold a poll, in seconds; and, in milliseconds, when a request counts as lost. */
export const WAIT = 25;
const LIMIT = 35_000;

/**
 * One request to the broker, with an end in any case. After a sleep, or over a network that was left, a connection
 * may never say that it is dead: waking ends what should have ended before.
 *
 * @throws WillcallError `aborted` when `signal` aborts
 * @throws Unanswered `network`, `broker_unreachable` or `provider_error` (429 and 5xx), or `misconfigured_origin`:
 *   browsers report a refused origin and a dead host alike, so a second request whose answer nobody
 *   reads tells them apart
 */
export async function call(url: string, init: RequestInit, signal?: AbortSignal): Promise<Answer> {
  const stop = new AbortController();
  const asked = Date.now();
  const abort = () => stop.abort();
  const timer = setTimeout(abort, LIMIT);
  const forget = onWake(({ type }) => (type === "online" || Date.now() - asked > LIMIT) && abort());
  onAbort(signal, abort);
  let status = 0;
  let text: string;
  try {
    const response = await fetch(url, { ...init, signal: stop.signal });
    status = response.status;
    text = await response.text();
  } catch {
    if (signal?.aborted) throw new WillcallError("aborted");
    // Outside of pages nobody knows whether there is a network, and nothing is refused.
    const page = globalThis.location;
    if (page && !navigator.onLine) throw new Unanswered("network");
    // An answer that began was allowed, and then broke off.
    const refused =
      page &&
      !status &&
      (await fetch(new URL("/healthz", url), { mode: "no-cors", signal: stop.signal }).catch(() => {}));
    throw new Unanswered(refused ? "misconfigured_origin" : "broker_unreachable");
  } finally {
    clearTimeout(timer);
    forget();
  }
  const body = parse(text);
  const error = typeof body.error === "string" ? body.error : "";
  if (status === 429 || status >= 500) {
    throw new Unanswered(error ? "provider_error" : "broker_unreachable", error || `${status}`);
  }
  return { status, text, body, error };
}
