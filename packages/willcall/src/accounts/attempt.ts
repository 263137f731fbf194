import type { Desk } from "../desk.ts";
import type { LoginStatus } from "../engines/engine.ts";
import { openTicket } from "../login/begin.ts";
import { type Login, TOMBSTONE_WINDOW, expiresAt } from "../login/login.ts";

/** How an attempt to connect an account stands. `retry`: it failed, and its browser may try again. */
export type AttemptState =
  | "waiting"
  | "finishing"
  | "retry"
  | "connected"
  | "reconnected"
  | "denied"
  | "cancelled"
  | "failed"
  | "expired";

/** A login of an owner that ends in an account, seen from the page on which it was begun. */
export interface Attempt {
  readonly login: Login;
  readonly state: AttemptState;
  /** Why it failed, from the broker's own closed list. */
  readonly reason: string | null;
}

const states: Readonly<Record<LoginStatus, AttemptState>> = {
  launched: "waiting",
  exchanging: "finishing",
  retry: "retry",
  ready: "connected",
  taken: "connected",
  denied: "denied",
  cancelled: "cancelled",
  failed: "failed",
  expired: "expired",
};

/** The login of a ticket that `owner` may know of; undefined: forged, another's, or over so long that nobody remembers how. */
export function openAttempt(desk: Desk, owner: string, ticket: string): Login | undefined {
  const login = openTicket(desk, ticket);
  const isTheirs = login?.dialect === "accounts" && login.carried?.["owner"] === owner;
  return isTheirs && desk.platform.now() < login.createdAt + TOMBSTONE_WINDOW ? login : undefined;
}

/** How a login stands. With `seen`, waits until it stands otherwise, but no longer than until `signal` aborts. */
export async function readAttempt(
  { mailboxes, platform }: Pick<Desk, "mailboxes" | "platform">,
  login: Login,
  seen?: string,
  signal?: AbortSignal,
): Promise<Attempt> {
  for (;;) {
    const now = platform.now();
    const row = await mailboxes.read(login.id, now);
    const unlaunched = now < expiresAt(login) ? "waiting" : "expired";
    const ended = row === undefined ? unlaunched : states[row.status];
    const state = ended === "connected" && login.carried?.["reconnects"] ? "reconnected" : ended;
    if (state !== seen || signal === undefined || signal.aborted)
      return { login, state, reason: state === "failed" || state === "retry" ? (row?.reason ?? null) : null };
    await mailboxes.wait(login.id, row?.changedAt ?? 0, signal);
  }
}
