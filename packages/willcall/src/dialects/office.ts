import type { Desk } from "../desk.ts";
import type { Grants } from "../grants/grants.ts";
import type { AddressLimit } from "../limits.ts";
import type { Call, Replies } from "./http.ts";
import type { Waits } from "./long-poll.ts";

/** Rows that strangers can make by beginning, per app (client-made keys, `launch: direct`). */
export const MOST_HELD_LOGINS = 10_000;

/** What the API routes of every dialect need. */
export interface Office {
  readonly desk: Desk;
  readonly replies: Replies;
  readonly grants: Grants;
  readonly waits: Waits;
  /** Begins per client address. */
  readonly begins: AddressLimit;
}

/** Why no login may begin right now, in RFC 6749 words, with the seconds to wait; undefined: go on. */
export function refusal(office: Office, { app, connection }: Pick<Call, "app" | "connection">) {
  const { desk, begins } = office;
  if (desk.draining.begun) {
    return {
      status: 503,
      error: "temporarily_unavailable",
      sentence: "This broker is restarting. Try again in a moment.",
      after: 5,
    };
  }
  if (!connection.overLimit && begins.allows(connection.address, desk.platform.now())) return undefined;
  desk.log.warn("login.limited", { app: app.name });
  return {
    status: 429,
    error: "slow_down",
    sentence: "Too many logins were begun from this address. Wait a minute.",
    after: 60,
  };
}

/** `refusal` as a text answer, for the dialects whose clients would store JSON. */
export function refuse(office: Office, call: Call): Response | undefined {
  const no = refusal(office, call);
  return no && office.replies.text(call.origin, no.status, no.sentence, { "Retry-After": String(no.after) });
}
