import * as z from "zod/mini";
import { EVENT_TYPES } from "../engines/vault-store.ts";
import { described, nullable, optional } from "../schemas.ts";
import { accountId, status, text } from "./operator-schemas.ts";

/** What the operator's API answers. */
export type AnswerSchemas = ReturnType<typeof answerSchemas>;

/**
 * What the operator's API answers, for its document and for our own commands. Made by whoever asks, once: a Worker that
 * starts does without.
 */
export function answerSchemas() {
  const moment = z.string().register(z.globalRegistry, { format: "date-time" });

  const ownerSession = z.strictObject({
    url: described(z.url(), "For the person's browser: signs it in, once"),
    session_code: described(
      z.string(),
      "The code in it: `/accounts/<provider>/start` takes it, too, instead",
    ),
    expires_at: moment,
  });

  const session = z.strictObject({
    account: described(accountId.clone(), "The account's id, from now on; it exists once it is connected"),
    url: described(z.url(), "For the person's browser: works once, in one browser"),
    expires_at: moment,
    user_code: optional(text, "Where `code` was asked for: eight letters to type"),
    verification_uri: optional(z.url(), "Where to type them, on any machine"),
    verification_uri_complete: optional(z.url(), "The same with the letters in it"),
  });

  const account = z.strictObject({
    id: accountId,
    owner: text,
    provider: text,
    label: nullable(text, "What its owner recognises it by, as the provider said: untrusted text"),
    scope: nullable(text, "As granted, space-joined"),
    status,
    reason: nullable(text, "Why it is not `connected`"),
    version: described(z.int(), "Counts its tokens: what a refresh may be told is stale"),
    created_at: moment,
    renewed_at: moment,
    expires_at: nullable(moment, "When the access token ends, where the provider said"),
    used_at: nullable(moment, "When its tokens were last read; may lag behind by half a minute"),
  });

  const accountList = z.strictObject({
    accounts: z.array(account),
    next: nullable(accountId, "Ask for what comes `after` it; null: that was all"),
  });

  const tokens = z.strictObject({
    account: accountId,
    version: z.int(),
    access_token: text,
    token_type: text,
    expires_in: optional(z.int(), "Seconds left, where the provider said"),
    scope: z.nullable(text),
    id_token: z.optional(text),
    extra: described(
      z.record(text, z.unknown()),
      "What the provider gives beyond that, such as an instance URL",
    ),
  });

  const connectorToken = z.strictObject({
    token: described(
      z.string(),
      "Bearer token for this account alone, at the routes that Cozy's connectors call",
    ),
    expires_at: described(moment.clone(), "Thirty minutes from now; it cannot be taken back before"),
  });

  const deletion = z.strictObject({
    provider: described(z.enum(["revoked", "unsupported", "failed"]), "What came of ending the tokens there"),
  });

  const problem = z.strictObject({ error: text, error_description: text });

  const event = z.strictObject({
    id: described(z.string(), "The same as `webhook-id`: who follows both tells them apart by it"),
    type: z.enum(EVENT_TYPES),
    timestamp: moment,
    data: z.strictObject({
      account: accountId,
      owner: text,
      provider: text,
      reason: nullable(text, "Why it needs reconnecting, or what came of ending its tokens"),
    }),
  });

  const eventList = z.strictObject({
    events: described(z.array(event), "In the order in which they happened"),
    next: described(
      z.int(),
      "Ask for what comes `after` it: now if there were events, later if there were none",
    ),
  });

  return {
    ownerSession,
    session,
    account,
    accountList,
    tokens,
    connectorToken,
    deletion,
    problem,
    event,
    eventList,
  };
}
