/** `willcall.config.json`, as an operator writes it. */
export type Configuration = Readonly<Record<string, unknown>>;

/** How a broker is started, beyond its configuration. */
export interface Beginning {
  /** Environment variables: secrets, root keys, the Framer worker's variables. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A way to run a broker. Cases know nothing else of it, so one suite runs against every runtime. */
export interface Target {
  /**
   * Starts a broker with a store of its own. `configuration` is a function of the address under which the broker
   * is going to be reached, which is also its public URL unless the configuration says otherwise.
   */
  start(configuration: (base: string) => Configuration, beginning?: Beginning): Promise<Running>;
}

/** A broker that runs. */
export interface Running {
  /** Where requests go: scheme, host and port. */
  readonly base: string;
  /** What it has logged so far, one JSON text per line, across restarts. */
  readonly logs: readonly string[];
  /** Where its store lies, if that is a directory on this machine. */
  readonly dataDir?: string;
  /** Moves the broker's clock forward, in milliseconds, where the target can. */
  readonly advance?: (milliseconds: number) => void;
  /** Asks it to stop: no new logins, held polls answered, exchanges finished. Resolves when it has. */
  stop(): Promise<void>;
  /** Ends it between two instructions, where the target can (`kill -9`). */
  readonly kill?: () => Promise<void>;
  /** Starts it again, on the same address and store, with these environment variables over the former ones. */
  restart(env?: Readonly<Record<string, string>>): Promise<void>;
  /** Another broker on the same store, with the same public URL and an address of its own. */
  sibling(): Promise<Running>;
  /** Stops it and its siblings, and deletes the store. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** The events in what a broker logged, with the fields of each. */
export function eventsOf({ logs }: Pick<Running, "logs">): Record<string, unknown>[] {
  return logs.map((line): Record<string, unknown> => JSON.parse(line));
}

/** The names of those events, in order. */
export function eventNames(running: Pick<Running, "logs">): unknown[] {
  return eventsOf(running).map(({ event }) => event);
}
