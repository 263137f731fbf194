import type { LogEvent, LogRecord } from "./log.ts";

/** What each event means, for somebody who watches a login go by. */
const sentences: Readonly<Record<LogEvent, string>> = {
  listening: "Listening",
  draining: "Stopping: no new logins; finishing those under way",
  stopped: "Stopped",
  sweep: "Swept away what was past its time",
  "config.warning": "Configuration",
  "keys.generated": "Root key",
  "tls.generated": "Certificate",
  "store.unavailable": "The store does not answer",
  unexpected: "Something that should not happen happened",
  "login.begun": "began: the app has a launch URL",
  "login.confirm_shown": "opened: asking the person to confirm",
  "login.launched": "launched: the browser is on its way to the provider",
  "login.relaunched": "launched again in the same browser",
  "login.second_browser": "ended: a second browser opened it",
  "login.callback_refused": "A callback was refused; nothing was sent to the provider",
  "login.exchanging": "came back: exchanging the code for tokens",
  "login.ready": "ready: the tokens are sealed and wait for the app",
  "login.retry": "did not work yet: the person may try again",
  "login.denied": "ended: access was denied",
  "login.failed": "ended: it failed",
  "login.cancelled": "ended: the person cancelled",
  "login.taken": "taken: the app has its tokens",
  "login.limited": "A login was refused: too many from one address",
  "pickup.refused": "A pick-up was refused",
  "pickup.put_back": "put back: the app's connection broke before the tokens reached it",
  "grant.refreshed": "Refreshed a grant",
  "grant.replayed": "Answered a repeated refresh again",
  "grant.failed": "A refresh failed",
  "grant.reuse": "An old handle was used again: the grant ends",
  "grant.ended": "A grant ended",
  "session.opened": "An owner's browser is signed in",
  "session.refused": "A link that signs a browser in was refused",
  "account.connected": "An account is connected",
  "account.refreshed": "Refreshed an account",
  "account.failed": "An account's provider did not do what it was asked",
  "account.needs_reconnect": "An account needs its owner: it must be connected again",
  "account.deleted": "Deleted an account",
  "account_type.written": "An account type was provisioned",
  "account_type.warning": "An account type has something odd",
  "account_type.deleted": "Deleted an account type",
  "account_type.unreadable": "An account type opens with none of the root keys",
  "connector.started": "A connector runs with an account",
  "connector.ended": "A connector has ended",
  "webhook.failed": "A webhook's endpoint did not take an event; it is told again",
  "webhook.given_up": "A webhook's endpoint did not take an event for three days: the event is left out",
  "webhook.ended": "A webhook's endpoint wants no more events",
  "refresh.raw_token": "A provider's own refresh token was taken and answered with a handle",
};

const marks = { debug: " ", info: " ", warn: "!", error: "✗" } as const;

/**
 * One log record as one line for a person: local time, who, what happened, and the facts. Knows no more than the
 * record, which holds no secret.
 */
export function readableLine(record: LogRecord): string {
  const {
    time,
    level,
    event,
    app,
    provider,
    login,
    account,
    url,
    detail,
    reason,
    status,
    ms,
    count,
    until,
    error,
  } = record;
  const clock = new Date(time).toTimeString().slice(0, 8);
  const who = [app === "" || app === undefined ? undefined : `${app}`, provider].filter(Boolean).join(" → ");
  const subject = login === undefined ? "" : `login ${login} `;
  const facts = [
    reason === undefined ? undefined : String(reason).replaceAll("_", " "),
    status === undefined ? undefined : `HTTP ${status}`,
    count === undefined ? undefined : String(count),
    until === undefined ? undefined : `until ${String(until).slice(0, 10)}`,
    ms === undefined ? undefined : `${ms} ms`,
    error,
    who === "" ? undefined : who,
    account === undefined ? undefined : `account ${account}`,
  ].filter((fact) => fact !== undefined);
  const tail = facts.length === 0 ? "" : ` (${facts.join(", ")})`;
  const where = url === undefined ? "" : ` on ${url}`;
  const more = detail === undefined ? "" : `: ${detail}`;
  return `${clock} ${marks[level]} ${subject}${sentences[event]}${where}${more}${tail}`;
}
