import type { Bound } from "../sql/query.ts";
import type { Row } from "../sql/rows.ts";

/**
 * The few parts of the Workers runtime that this engine uses, as interfaces of our own: they fit whatever
 * `wrangler types` generates for the runtime that somebody deploys to.
 */

/** A WebSocket that may outlive the object's stay in memory. */
export interface HibernatingSocket {
  /** 1: open. */
  readonly readyState: number;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  serializeAttachment(value: unknown): void;
  deserializeAttachment(): unknown;
}

/** A Durable Object's storage. */
export interface ShardStorage {
  readonly sql: { exec(sql: string, ...bindings: Bound[]): { toArray(): Row[] } };
  readonly kv: { get(key: string): unknown; put(key: string, value: unknown): void };
  transactionSync<T>(work: () => T): T;
  getAlarm(): Promise<number | null>;
  setAlarm(at: number): Promise<void>;
}

/** What the runtime gives to an object. */
export interface ShardState {
  readonly storage: ShardStorage;
  acceptWebSocket(socket: HibernatingSocket, tags: string[]): void;
  getWebSockets(tag?: string): HibernatingSocket[];
}

/** The near end of a WebSocket to an object. */
export interface WaitingSocket extends EventTarget {
  accept(): void;
  close(code?: number, reason?: string): void;
}

/** A binding to a class of Durable Objects whose stubs are `S`. */
export interface Namespace<S> {
  idFromName(name: string): unknown;
  get(id: never, options?: { locationHint?: string }): S;
}

declare global {
  /** Two ends of one connection (Workers only). */
  var WebSocketPair: new () => { 0: HibernatingSocket & WaitingSocket; 1: HibernatingSocket & WaitingSocket };
}
