/**
 * How grave a line is. The broker takes the last `critical` line, or else the last `error`, for why a run failed. A `secret`
 * is written nowhere, as with Cozy's library.
 */
export type LogType = "debug" | "info" | "warn" | "error" | "critical" | "secret";

/** Logs a line; `label` says what it is about. */
export interface Log {
  (type: LogType, message: unknown, label?: string): void;
  debug(message: unknown, label?: string): void;
  info(message: unknown, label?: string): void;
  warn(message: unknown, label?: string): void;
  error(message: unknown, label?: string): void;
  critical(message: unknown, label?: string): void;
}

/** Characters of a message that are written: the broker reads lines of 64 KiB. */
const LONGEST = 32_767;

/** Makes a log that hands each line to `write`, as JSON, which the broker reads. */
export function createLog(write: (line: string) => void): Log {
  const log = (type: LogType, message: unknown, label?: string): void => {
    if (type === "secret") return;
    const text = textOf(message).slice(0, LONGEST);
    write(JSON.stringify({ time: new Date().toISOString(), type, label, message: text }));
  };
  return Object.assign(log, {
    debug: (message: unknown, label?: string) => log("debug", message, label),
    info: (message: unknown, label?: string) => log("info", message, label),
    warn: (message: unknown, label?: string) => log("warn", message, label),
    error: (message: unknown, label?: string) => log("error", message, label),
    critical: (message: unknown, label?: string) => log("critical", message, label),
  });
}

function textOf(message: unknown): string {
  if (typeof message === "string") return message;
  if (message instanceof Error) return message.message;
  try {
    return JSON.stringify(message) ?? String(message);
  } catch {
    // It refers to itself.
    return String(message);
  }
}
