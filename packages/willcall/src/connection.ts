/** What a runtime knows of a request beyond the request itself; `node.ts` and `worker.ts` make one each. */
export interface Connection {
  /** The client's address: the socket's, or what a trusted proxy says. Never from an untrusted header. */
  readonly address: string;
  /** Where a request like this comes from, for people: an address, or a region where the runtime knows one. */
  readonly near: string | null;
  /** Whether a limiter that the runtime brings says that this address begins too many logins. */
  readonly overLimit?: boolean;
  /** A header's value, or null; the runtime's own table, which is cheaper than a `Headers` object. */
  header(name: string): string | null;
  /** Calls back once when the client goes away before it was answered. */
  onGone(callback: () => void): void;
  /**
   * Calls back once when the answer is over: `sent` is false if the connection died before a byte of it left. Where
   * work after an answer has to be announced, what the callback promises is waited for.
   */
  onAnswered(callback: (sent: boolean) => void | Promise<void>): void;
}
