import type { Webhook } from "../config/config.ts";
import { toBase64url } from "../crypto/bytes.ts";
import { sha256 } from "../crypto/hmac.ts";
import type { Desk } from "../desk.ts";
import type { EndpointRow, EndpointState, EventRow, VaultStore } from "../engines/vault-store.ts";
import { LEASE } from "../grants/lease.ts";
import { errorFields } from "../observe/log.ts";
import type { EgressAnswer } from "../platform.ts";
import { webhookRequest } from "./webhook-message.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Milliseconds before each further attempt at an event: the specification's example, three days in all. */
const PAUSES = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
] as const;
/** Part of a pause that chance adds, so that endpoints which failed together are not called together. */
const JITTER = 0.1;
/** The longest `Retry-After` that is followed, in milliseconds. */
const LONGEST_WISH = 24 * HOUR;
/** Events read at a time. */
const PAGE = 50;

/** Tells the operator's endpoints what happened to accounts. */
export interface Courier {
  /** Delivers what is to be delivered now, at all endpoints, and resolves when that is done. */
  deliver(): Promise<void>;
  /** An event was stored: delivers soon, and keeps nobody waiting. Only where the process outlives its requests. */
  readonly wake: () => void;
  /** Resolves when what `wake` began has ended. */
  settled(): Promise<void>;
}

/** Makes the courier of the configured webhooks; without any it does nothing. */
export function createCourier(
  desk: Desk,
  { events, endpoints }: Pick<VaultStore, "events" | "endpoints">,
): Courier {
  const { config, platform, draining, log } = desk;
  const { webhooks = [] } = config;
  let isWanted = false;
  let running: Promise<void> | undefined;

  /** How an attempt leaves the endpoint. */
  function after(
    answer: EgressAnswer,
    webhook: Webhook,
    event: EventRow,
    { delivered, failures }: EndpointRow | EndpointState,
  ): EndpointState {
    const done = { delivered: event.seq, failures: 0, retryAt: 0, ended: null, leaseUntil: 0 };
    if (answer.ok && answer.status >= 200 && answer.status < 300) return done;
    const { origin: url } = new URL(webhook.url);
    const about = { url, ...(answer.ok ? { status: answer.status } : { reason: answer.reason }) };
    if (answer.ok && answer.status === 410) {
      log.warn("webhook.ended", about);
      return { ...done, delivered, ended: "gone" };
    }
    const pause = PAUSES[failures];
    if (pause === undefined) {
      log.error("webhook.given_up", { ...about, account: event.account });
      return done;
    }
    log.warn("webhook.failed", { ...about, count: failures + 1 });
    const [byte = 0] = platform.random(1);
    const wait = Math.max(pause * (1 + (JITTER * byte) / 255), answer.ok ? wishOf(answer.headers) : 0);
    return { ...done, delivered, failures: failures + 1, retryAt: Math.ceil(platform.now() + wait) };
  }

  /** Tells one endpoint what it has not been told, in order, under a lease that each event renews. */
  async function tell(webhook: Webhook, held: EndpointRow): Promise<void> {
    let state: EndpointState = held;
    const keep = (leaseUntil: number) => endpoints.write(held.id, held.fence, { ...state, leaseUntil });
    for (;;) {
      const page = await events.list(state.delivered, PAGE);
      for (const event of page) {
        if (draining.begun) break;
        if (!webhook.events.includes(event.type)) {
          state = { ...state, delivered: event.seq };
          continue;
        }
        const answer = await platform.fetch(webhookRequest(webhook, event, platform.now()));
        state = after(answer, webhook, event, state);
        const goesOn = state.retryAt === 0 && state.ended === null;
        if (!(await keep(goesOn ? platform.now() + LEASE : 0)) || !goesOn) return;
      }
      if (page.length < PAGE || draining.begun) break;
    }
    await keep(0);
  }

  async function serve(webhook: Webhook): Promise<void> {
    const id = toBase64url(sha256(Buffer.from(webhook.url)));
    while (!draining.begun) {
      const known = await endpoints.read(id);
      const now = platform.now();
      if (known !== undefined) {
        if (known.ended !== null || known.retryAt > now) return;
        // Also those that came while the last of the page was being delivered.
        if ((await events.list(known.delivered, 1)).length === 0) return;
      }
      const held = await endpoints.lease(id, now, now + LEASE);
      if (held === undefined) return;
      await tell(webhook, held);
    }
  }

  async function deliver(): Promise<void> {
    const ends = await Promise.allSettled(webhooks.map(serve));
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }

  async function goOn(): Promise<void> {
    while (isWanted && !draining.begun) {
      isWanted = false;
      await deliver().catch((error: unknown) => log.error("store.unavailable", errorFields(error)));
    }
  }

  return {
    deliver,
    wake: () => {
      if (webhooks.length === 0) return;
      isWanted = true;
      running ??= goOn().finally(() => {
        running = undefined;
      });
    },
    settled: async () => running,
  };
}

/** How long an endpoint wants to be left alone, in milliseconds (RFC 9110 §10.2.3; dates are not followed). */
function wishOf(headers: Readonly<Record<string, string>>): number {
  const seconds = /^\d{1,9}$/.test(headers["retry-after"] ?? "") ? Number(headers["retry-after"]) : 0;
  return Math.min(seconds * SECOND, LONGEST_WISH);
}
