import * as z from "zod";
import { EVENT_TYPES } from "../engines/vault-store.ts";

/** Longest name of a person, in characters: it travels in a cookie, as the two below do. */
const LONGEST_OWNER = 128;
const LONGEST_URL = 512;
const LONGEST_STATE = 200;

const accountId = z.string().regex(/^[A-Za-z0-9_-]{22}$/);
const moment = z.string().meta({ format: "date-time" });
const status = z.enum(["connected", "needs_reconnect", "error"]);

/** An absolute URL that a browser may be sent to with an outcome: https, or http on this machine. */
const returnTo = z
  .string()
  .max(LONGEST_URL)
  .refine((text) => {
    const url = URL.parse(text);
    const isLoopback = url !== null && /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
    return (
      url !== null &&
      (url.protocol === "https:" || (url.protocol === "http:" && isLoopback)) &&
      url.username === "" &&
      !text.includes("#")
    );
  }, "an absolute https URL without a fragment")
  .describe("https, or http on a loopback address; no fragment");

const owner = z.string().min(1).max(LONGEST_OWNER);

const origin = z
  .string()
  .max(255)
  .refine((text) => URL.parse(text)?.origin === text, "an origin: scheme, host and port")
  .describe("Origin of the page that shows the link; from elsewhere the person is asked first");

/** The body of `POST /api/owner-sessions`. */
export const ownerSessionRequest = z.strictObject({
  owner: owner.describe("Who is signed in, as you name people"),
  origin: origin.optional(),
  return_to: returnTo.optional(),
});

export const ownerSession = z.strictObject({
  url: z.url().describe("For the person's browser: signs it in, once"),
  session_code: z.string().describe("The code in it: `/accounts/<provider>/start` takes it, too, instead"),
  expires_at: moment,
});

const scope = z
  .string()
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/)
  .max(2_000);

const inputs = z.record(z.string(), z.string()).describe("What the provider needs to know, such as a shop");

/** The body of `POST /api/sessions`. */
export const sessionRequest = z
  .strictObject({
    owner: owner.optional().describe("Whose account it is, as you name people"),
    provider: z.string().max(64).optional().describe("Where to connect; not for an account that is there"),
    account: accountId.optional().describe("An account that is there, to be connected again in place"),
    scope: scope.optional().describe("Space-joined; as configured, or as the account has it, if left out"),
    inputs: inputs.optional(),
    origin: origin.optional(),
    return_to: returnTo.optional(),
    state: z.string().max(LONGEST_STATE).optional().describe("Comes back with `return_to`"),
    code: z.boolean().optional().describe("Whether to give a code as well, for a browser on another machine"),
  })
  .refine(({ owner, provider, account }) => account !== undefined || (owner && provider), {
    message: "owner and provider, or account",
  });

/** The body of `POST /api/accounts`. */
export const accountImport = z.strictObject({
  owner: owner.describe("Whose account it is, as you name people"),
  provider: z.string().max(64).describe("Where it was connected, under the same registration"),
  refresh_token: z
    .string()
    .regex(/^[\x20-\x7e]{1,8192}$/)
    .describe("The provider's own. It is used at once; one that rotates is spent"),
  scope: scope.optional().describe("Space-joined, for providers that do not say what they gave"),
  inputs: inputs.optional(),
});

export const session = z.strictObject({
  account: accountId.describe("The account's id, from now on; it exists once it is connected"),
  url: z.url().describe("For the person's browser: works once, in one browser"),
  expires_at: moment,
  user_code: z.string().optional().describe("Where `code` was asked for: eight letters to type"),
  verification_uri: z.url().optional().describe("Where to type them, on any machine"),
  verification_uri_complete: z.url().optional().describe("The same with the letters in it"),
});

export const account = z.strictObject({
  id: accountId,
  owner: z.string(),
  provider: z.string(),
  label: z
    .string()
    .nullable()
    .describe("What its owner recognises it by, as the provider said: untrusted text"),
  scope: z.string().nullable().describe("As granted, space-joined"),
  status,
  reason: z.string().nullable().describe("Why it is not `connected`"),
  version: z.int().describe("Counts its tokens: what a refresh may be told is stale"),
  created_at: moment,
  renewed_at: moment,
  expires_at: moment.nullable().describe("When the access token ends, where the provider said"),
  used_at: moment.nullable().describe("When its tokens were last read; may lag behind by half a minute"),
});

export const accountList = z.strictObject({
  accounts: z.array(account),
  next: accountId.nullable().describe("Ask for what comes `after` it; null: that was all"),
});

export const tokens = z.strictObject({
  account: accountId,
  version: z.int(),
  access_token: z.string(),
  token_type: z.string(),
  expires_in: z.int().optional().describe("Seconds left, where the provider said"),
  scope: z.string().nullable(),
  id_token: z.string().optional(),
  extra: z
    .record(z.string(), z.unknown())
    .describe("What the provider gives beyond that, such as an instance URL"),
});

export const refreshRequest = z.strictObject({
  stale: z.int().optional().describe("The version whose access token no longer works"),
});

export const connectorToken = z.strictObject({
  token: z
    .string()
    .describe("Bearer token for this account alone, at the routes that Cozy's connectors call"),
  expires_at: moment.describe("Thirty minutes from now; it cannot be taken back before"),
});

export const deletion = z.strictObject({
  provider: z.enum(["revoked", "unsupported", "failed"]).describe("What came of ending the tokens there"),
});

export const problem = z.strictObject({ error: z.string(), error_description: z.string() });

export const event = z.strictObject({
  id: z.string().describe("The same as `webhook-id`: who follows both tells them apart by it"),
  type: z.enum(EVENT_TYPES),
  timestamp: moment,
  data: z.strictObject({
    account: accountId,
    owner: z.string(),
    provider: z.string(),
    reason: z.string().nullable().describe("Why it needs reconnecting, or what came of ending its tokens"),
  }),
});

export const eventList = z.strictObject({
  events: z.array(event).describe("In the order in which they happened"),
  next: z.int().describe("Ask for what comes `after` it: now if there were events, later if there were none"),
});

/** The query of `GET /api/events`. */
export const eventQuery = z.strictObject({
  after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  limit: z.coerce.number().int().min(1).max(200).optional(),
});

/** The query of `GET /api/accounts`. */
export const accountQuery = z.strictObject({
  owner: z.string().max(LONGEST_OWNER).optional(),
  provider: z.string().max(64).optional(),
  status: status.optional(),
  after: accountId.optional(),
  limit: z.coerce.number().int().min(1).max(200).optional(),
});

/** The query of everything about one account. */
export const ownerQuery = z.strictObject({
  owner: z.string().max(LONGEST_OWNER).optional().describe("Another owner's account is unknown then"),
});
