/** Where a command runs: what it reads from and writes to. */
export interface Terminal {
  /** The working directory, absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Writes a line to standard output. */
  readonly say: (line: string) => void;
  /** Writes a line to standard error. */
  readonly complain: (line: string) => void;
  /** Writes a line that only a person at a terminal may see; absent where nobody sits at one. */
  readonly announce?: (line: string) => void;
}
