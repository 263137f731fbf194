/** What an example is told before it starts. */
export interface Surroundings {
  /** Where Willcall will answer: an origin. */
  readonly willcall: string;
  /** Ports that the example may listen on, in order; it takes as many as it needs. */
  readonly ports: readonly number[];
}

/** An example that runs. */
export interface RunningExample {
  /** What the operator of this example writes into `willcall.config.json`. */
  readonly configuration: object;
  /** What to open in a browser first. */
  readonly open: string;
  /** Short sentences for the terminal: what to do there. */
  readonly steps: readonly string[];
  /** Ends everything that the example started. */
  close(): Promise<void>;
}

/** `npm start -- --example <name>` calls the `start` that `examples/<name>/example.ts` exports. */
export type Start = (surroundings: Surroundings) => Promise<RunningExample>;
