import type { Webhook } from "../config/config.ts";
import { hmac } from "../crypto/hmac.ts";
import type { EventRow } from "../engines/vault-store.ts";
import type { EgressRequest } from "../platform.ts";
import { messageOf } from "./event-message.ts";

/**
 * One attempt at telling an endpoint of an event, as Standard Webhooks has it: the same id for every attempt, the moment
 * of this one, and a signature (`v1`: HMAC-SHA-256 over id, moment and body) for each secret in force.
 *
 * @param now milliseconds
 */
export function webhookRequest({ url, secrets }: Webhook, event: EventRow, now: number): EgressRequest {
  const { id, ...message } = messageOf(event);
  const timestamp = String(Math.floor(now / 1_000));
  const body = JSON.stringify(message);
  const signed = Buffer.from(`${id}.${timestamp}.${body}`);
  const signatures = secrets.map((secret) => hmac(secret.reveal()).digest(signed).toString("base64"));
  return {
    url,
    method: "POST",
    headers: {
      "content-type": "application/json",
      "user-agent": "willcall",
      "webhook-id": id,
      "webhook-timestamp": timestamp,
      "webhook-signature": signatures.map((signature) => `v1,${signature}`).join(" "),
    },
    body,
  };
}
