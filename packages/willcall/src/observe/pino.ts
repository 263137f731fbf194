import pino from "pino";
import type { DestinationStream } from "pino";
import type { Log, LogEvent, LogFields, LogLevel } from "./log.ts";
import { sieve } from "./log.ts";

/**
 * The log of a Node process: one JSON line per event, `{ level, time, event, … }`, with nothing but what
 * `sieve` lets through. `destination` defaults to standard output; `level` is the least that is written.
 */
export function pinoLog(options: { destination?: DestinationStream; level?: LogLevel } = {}): Log {
  const settings: pino.LoggerOptions = {
    level: options.level ?? "info",
    base: null,
    formatters: { level: (level) => ({ level }) },
  };
  const logger = options.destination === undefined ? pino(settings) : pino(settings, options.destination);
  const at =
    (level: LogLevel) =>
    (event: LogEvent, fields: LogFields = {}) =>
      logger[level]({ event, ...sieve(fields) });
  const isWritten = logger.isLevelEnabled("debug");
  return {
    debug: isWritten ? at("debug") : () => {},
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
  };
}
