import * as z from "zod/mini";
import { described, optional } from "../schemas.ts";

/** Longest name of a person, in characters: it travels in a cookie, as the two below do. */
const LONGEST_OWNER = 128;
const LONGEST_URL = 512;
const LONGEST_STATE = 200;

/** Of which nothing is asked here, most of it because the broker says it. */
export const text = z.string();

export const accountId = z.string().check(z.regex(/^[A-Za-z0-9_-]{22}$/));
export const status = z.enum(["connected", "needs_reconnect", "error"]);

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

export const refreshRequest = z.strictObject({
  stale: optional(z.int(), "The version whose access token no longer works"),
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
