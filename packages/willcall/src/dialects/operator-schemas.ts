import * as z from "zod/mini";
import { EVENT_TYPES } from "../engines/vault-store.ts";
import { described, nullable, optional } from "../schemas.ts";

/** Longest name of a person, in characters: it travels in a cookie, as the two below do. */
const LONGEST_OWNER = 128;
const LONGEST_URL = 512;
const LONGEST_STATE = 200;

/** Of which nothing is asked here, most of it because the broker says it. */
const text = z.string();

const accountId = z.string().check(z.regex(/^[A-Za-z0-9_-]{22}$/));
const moment = z.string().register(z.globalRegistry, { format: "date-time" });
const status = z.enum(["connected", "needs_reconnect", "error"]);

/** An absolute URL that a browser may be sent to with an outcome: https, or http on this machine. */
const returnTo = described(
  z.string().check(
    z.maxLength(LONGEST_URL),
    z.refine((address) => {
      const url = URL.parse(address);
      const isLoopback = url !== null && /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
      return (
        url !== null &&
        (url.protocol === "https:" || (url.protocol === "http:" && isLoopback)) &&
        url.username === "" &&
        !address.includes("#")
      );
    }, "an absolute https URL without a fragment"),
  ),
  "https, or http on a loopback address; no fragment",
);

const owner = z.string().check(z.minLength(1), z.maxLength(LONGEST_OWNER));

const origin = described(
  z.string().check(
    z.maxLength(255),
    z.refine((written) => URL.parse(written)?.origin === written, "an origin: scheme, host and port"),
  ),
  "Origin of the page that shows the link; from elsewhere the person is asked first",
);

/** The body of `POST /api/owner-sessions`. */
export const ownerSessionRequest = z.strictObject({
  owner: described(owner.clone(), "Who is signed in, as you name people"),
  origin: z.optional(origin),
  return_to: z.optional(returnTo),
});

export const ownerSession = z.strictObject({
  url: described(z.url(), "For the person's browser: signs it in, once"),
  session_code: described(z.string(), "The code in it: `/accounts/<provider>/start` takes it, too, instead"),
  expires_at: moment,
});

const scope = z
  .string()
  .check(z.regex(/^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/), z.maxLength(2_000));

const inputs = described(z.record(text, text), "What the provider needs to know, such as a shop");

/** The body of `POST /api/sessions`. */
export const sessionRequest = z
  .strictObject({
    owner: optional(owner, "Whose account it is, as you name people"),
    provider: optional(
      z.string().check(z.maxLength(64)),
      "Where to connect; not for an account that is there",
    ),
    account: optional(accountId, "An account that is there, to be connected again in place"),
    scope: optional(scope, "Space-joined; as configured, or as the account has it, if left out"),
    inputs: z.optional(inputs),
    origin: z.optional(origin),
    return_to: z.optional(returnTo),
    state: optional(z.string().check(z.maxLength(LONGEST_STATE)), "Comes back with `return_to`"),
    code: optional(z.boolean(), "Whether to give a code as well, for a browser on another machine"),
  })
  .check(
    z.refine(
      ({ owner, provider, account }) => account !== undefined || (owner && provider),
      "owner and provider, or account",
    ),
  );

/** The body of `POST /api/accounts`. */
export const accountImport = z.strictObject({
  owner: described(owner.clone(), "Whose account it is, as you name people"),
  provider: described(
    z.string().check(z.maxLength(64)),
    "Where it was connected, under the same registration",
  ),
  refresh_token: described(
    z.string().check(z.regex(/^[\x20-\x7e]{1,8192}$/)),
    "The provider's own. It is used at once; one that rotates is spent",
  ),
  scope: optional(scope, "Space-joined, for providers that do not say what they gave"),
  inputs: z.optional(inputs),
});

export const session = z.strictObject({
  account: described(accountId.clone(), "The account's id, from now on; it exists once it is connected"),
  url: described(z.url(), "For the person's browser: works once, in one browser"),
  expires_at: moment,
  user_code: optional(text, "Where `code` was asked for: eight letters to type"),
  verification_uri: optional(z.url(), "Where to type them, on any machine"),
  verification_uri_complete: optional(z.url(), "The same with the letters in it"),
});

export const account = z.strictObject({
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

export const accountList = z.strictObject({
  accounts: z.array(account),
  next: nullable(accountId, "Ask for what comes `after` it; null: that was all"),
});

export const tokens = z.strictObject({
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

export const refreshRequest = z.strictObject({
  stale: optional(z.int(), "The version whose access token no longer works"),
});

export const connectorToken = z.strictObject({
  token: described(
    z.string(),
    "Bearer token for this account alone, at the routes that Cozy's connectors call",
  ),
  expires_at: described(moment.clone(), "Thirty minutes from now; it cannot be taken back before"),
});

export const deletion = z.strictObject({
  provider: described(z.enum(["revoked", "unsupported", "failed"]), "What came of ending the tokens there"),
});

export const problem = z.strictObject({ error: text, error_description: text });

export const event = z.strictObject({
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

export const eventList = z.strictObject({
  events: described(z.array(event), "In the order in which they happened"),
  next: described(
    z.int(),
    "Ask for what comes `after` it: now if there were events, later if there were none",
  ),
});

/** A whole number in a query. */
const whole = (least: number, most: number) =>
  z.coerce.number().check(z.int(), z.minimum(least), z.maximum(most));

/** The query of `GET /api/events`. */
export const eventQuery = z.strictObject({
  after: z.optional(whole(0, Number.MAX_SAFE_INTEGER)),
  limit: z.optional(whole(1, 200)),
});

/** The query of `GET /api/accounts`. */
export const accountQuery = z.strictObject({
  owner: z.optional(z.string().check(z.maxLength(LONGEST_OWNER))),
  provider: z.optional(z.string().check(z.maxLength(64))),
  status: z.optional(status),
  after: z.optional(accountId),
  limit: z.optional(whole(1, 200)),
});

/** The query of everything about one account. */
export const ownerQuery = z.strictObject({
  owner: optional(z.string().check(z.maxLength(LONGEST_OWNER)), "Another owner's account is unknown then"),
});
