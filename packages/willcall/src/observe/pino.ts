import pino from "pino";
import type { DestinationStream } from "pino";
import type { Log, LogEvent, LogFields, LogLevel } from "./log.ts";
import { sieve } from "./log.ts";

/** Milliseconds in which lines wait for others, once one was written. */
const GATHERED = 20;

/**
 * Standard output. Busy, it writes the lines of 20 ms together: a system call costs ten times as much as a line. What
 * waits when the process ends is written then.
 */
function standardOutput(): DestinationStream {
  const output = pino.destination({ sync: false });
  let waiting = "";
  let timer: NodeJS.Timeout | undefined;
  function release(): void {
    timer = undefined;
    if (waiting !== "") output.write(waiting);
    waiting = "";
  }
  process.once("exit", () => {
    release();
    output.flushSync();
  });
  return {
    write(line) {
      if (timer !== undefined) {
        waiting += line;
        return;
      }
      output.write(line);
      timer = setTimeout(release, GATHERED);
    },
  };
}

/**
 * The log of a Node process: one JSON line per event, `{ level, time, event, … }`, with nothing but what
 * `sieve` lets through. `destination` defaults to standard output; `level` is the least that is written.
 */
export function pinoLog({
  destination = standardOutput(),
  level = "info",
}: {
  destination?: DestinationStream;
  level?: LogLevel;
} = {}): Log {
  const settings: pino.LoggerOptions = {
    level,
    base: null,
    formatters: { level: (level) => ({ level }) },
  };
  const logger = pino(settings, destination);
  const at =
    (importance: LogLevel) =>
    (event: LogEvent, fields: LogFields = {}) =>
      logger[importance]({ event, ...sieve(fields) });
  const isWritten = logger.isLevelEnabled("debug");
  return {
    debug: isWritten ? at("debug") : () => {},
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
  };
}
