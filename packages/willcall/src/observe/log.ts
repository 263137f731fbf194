import type { DialectName } from "../engines/engine.ts";

/** Everything that Willcall ever logs about itself: a closed list, so that a log can be searched and counted. */
export type LogEvent =
  // The process.
  | "listening"
  | "draining"
  | "stopped"
  | "sweep"
  | "config.warning"
  | "keys.generated"
  | "tls.generated"
  | "store.unavailable"
  | "unexpected"
  // A login, in the order in which it happens.
  | "login.begun"
  | "login.confirm_shown"
  | "login.launched"
  | "login.relaunched"
  | "login.second_browser"
  | "login.callback_refused"
  | "login.exchanging"
  | "login.ready"
  | "login.retry"
  | "login.denied"
  | "login.failed"
  | "login.cancelled"
  | "login.taken"
  | "login.limited"
  | "pickup.refused"
  | "pickup.put_back"
  // What an app holds afterwards.
  | "grant.refreshed"
  | "grant.replayed"
  | "grant.failed"
  | "grant.reuse"
  | "grant.ended"
  // What Willcall keeps for its owners.
  | "session.opened"
  | "session.refused"
  | "account.connected"
  | "account.refreshed"
  | "account.failed"
  | "account.needs_reconnect"
  | "account.deleted"
  | "webhook.failed"
  | "webhook.given_up"
  | "webhook.ended"
  | "account_type.written"
  | "account_type.warning"
  | "account_type.deleted"
  | "account_type.unreadable"
  | "connector.started"
  | "connector.ended"
  | "refresh.raw_token";

export type LogLevel = "debug" | "info" | "warn" | "error";

/**
 * All that a log line can say besides its event. There is no field for a query, a header, a token or provider
 * text, so none can be logged (promises S1, S4); `sieve` enforces it for values that came around the types.
 */
export interface LogFields {
  /** The app's name; empty for the app at the root. */
  app?: string | undefined;
  /** The provider's name. */
  provider?: string | undefined;
  dialect?: DialectName | undefined;
  /** The mailbox id; only its first 6 characters are written, too few to find a mailbox with. */
  login?: string | undefined;
  /** The account's id, which opens nothing by itself. */
  account?: string | undefined;
  /** Why, from the broker's own closed lists (`second_browser`, `provider_down`, …). */
  reason?: string | undefined;
  /** An HTTP status. */
  status?: number | undefined;
  /** How long it took, in milliseconds. */
  ms?: number | undefined;
  /** How many rows, keys or requests. */
  count?: number | undefined;
  /** An origin of ours: where we listen, or what the public URL is. */
  url?: string | undefined;
  /** The day or moment from which something no longer holds. */
  until?: Date | undefined;
  /** A sentence that Willcall made itself from names in the configuration or in an account type; never from a provider. */
  detail?: string | undefined;
  /** The class and code of an unexpected error, without its message: see `errorFields`. */
  error?: string | undefined;
  /** Where an unexpected error was thrown: stack frames without the message. */
  at?: string | undefined;
}

/** Where the broker says what happens. It takes no message: an event and its fields say everything. */
export interface Log {
  /** What happens too often to be written by default: it costs nothing where it isn't. */
  debug(event: LogEvent, fields?: LogFields): void;
  info(event: LogEvent, fields?: LogFields): void;
  warn(event: LogEvent, fields?: LogFields): void;
  error(event: LogEvent, fields?: LogFields): void;
}

/** The fields as written: plain JSON values, each within its pattern. */
export type LogValues = Partial<Record<keyof LogFields, string | number>>;

/** One log line. */
export interface LogRecord extends LogValues {
  level: LogLevel;
  /** Milliseconds since the epoch. */
  time: number;
  event: LogEvent;
}

/** What stands where a value did not fit its field. */
const refused = "[refused]";

const text = (pattern: RegExp) => (value: unknown) =>
  typeof value === "string" && pattern.test(value) ? value : refused;

const count = (value: unknown) =>
  typeof value === "number" && Number.isFinite(value) ? Math.round(value) : refused;

/** As configuration allows them: `""` is the app at the root. */
const name = text(/^(?:[a-z0-9][a-z0-9._-]{0,39})?$/);

/** The shape that each field must have; only sentences and frames of our own may be long. */
const shapes: { readonly [F in keyof Required<LogFields>]: (value: unknown) => string | number } = {
  app: name,
  provider: name,
  dialect: text(/^[a-z-]{1,16}$/),
  login: (value) => (typeof value === "string" ? text(/^[A-Za-z0-9_-]{1,6}$/)(value.slice(0, 6)) : refused),
  account: text(/^[A-Za-z0-9_-]{22}$/),
  reason: text(/^[a-z][a-z0-9_]{0,40}$/),
  status: count,
  ms: count,
  count,
  url: text(/^https?:\/\/[A-Za-z0-9.:[\]-]{1,255}$/),
  until: (value) =>
    value instanceof Date && Number.isFinite(value.getTime()) ? value.toISOString() : refused,
  detail: text(/^[^\p{Cc}]{1,1000}$/u),
  error: text(/^[A-Za-z][A-Za-z0-9_ ]{0,80}$/),
  at: text(/^[^\p{Cc}]{1,1000}$/u),
};

/**
 * Keeps the known fields, each in its shape; everything else is dropped, and a value that does not fit its
 * field is replaced by `[refused]`. Every implementation of `Log` writes only what passed here.
 */
export function sieve(fields: LogFields): LogValues {
  const values: LogValues = {};
  let field: keyof LogFields;
  for (field in shapes) {
    const value = fields[field];
    if (value !== undefined) values[field] = shapes[field](value);
  }
  return values;
}

/**
 * What may be logged of an error that nobody foresaw: its class, its `code`, and up to five stack frames. Its
 * message is left out, because it may quote a request, a provider or a secret (promise S4).
 */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: "not an Error" };
  const code = "code" in error && typeof error.code === "string" ? ` ${error.code}` : "";
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at .*:\d+:\d+\)?$/.test(line));
  const at = frames
    .slice(0, 5)
    .map((line) => line.trim())
    .join(" ");
  return { error: `${error.name}${code}`, at: at === "" ? undefined : at.slice(0, 1000) };
}

/** A `Log` that hands each record to `write`: for tests, for the readable printer, and for runtimes without pino. */
export function recordingLog(write: (record: LogRecord) => void, now: () => number): Log {
  const at =
    (level: LogLevel) =>
    (event: LogEvent, fields: LogFields = {}) =>
      write({ level, time: now(), event, ...sieve(fields) });
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
