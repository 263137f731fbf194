import { DurableObject } from "cloudflare:workers";
import type { Question } from "../../pick-up-socket.ts";
import type { DialectName, MailboxId, Records, Taken } from "../engine.ts";
import { type StoredMailboxes, createStoredMailboxes } from "../sql/mailboxes.ts";
import { createSqlRecords } from "../sql/records.ts";
import { migrate } from "./migrate.ts";
import type { HibernatingSocket, ShardState } from "./runtime.ts";

/** Milliseconds between two sweeps of an object that holds something (promise S7); an empty one sleeps. */
const SWEEP_INTERVAL = 60_000;
/** Milliseconds after which a client's socket is closed: no login lasts longer. */
const LONGEST_WATCH = 750_000;
const OPEN = 1;

type Mailbox<V extends keyof StoredMailboxes> = Parameters<StoredMailboxes[V]>;
type Record<V extends keyof Records> = Parameters<Records[V]>;
type Outcome = Exclude<Taken, { kind: "pending" }>;

/** A native client's question, kept with its socket while the object sleeps. */
interface Watch extends Question {
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/**
 * One Durable Object: the mailboxes and grants whose ids fall to it, in SQLite, and everybody who waits there, on
 * sockets that hibernate. Nothing but storage and sockets outlives an eviction, so nothing else is kept. The entry
 * point makes a class of it that can answer native clients.
 */
export abstract class Shard<Env> extends DurableObject<Env> {
  readonly #mailboxes: StoredMailboxes;
  readonly #records: Records;
  #alarmSet = false;

  constructor(state: ShardState, env: Env) {
    super(state, env);
    migrate(state.storage);
    const query = (...statement: Parameters<typeof state.storage.sql.exec>) =>
      state.storage.sql.exec(...statement).toArray();
    this.#mailboxes = createStoredMailboxes(query, (id) => this.#wake(id));
    this.#records = createSqlRecords(query);
  }

  /** Milliseconds since the epoch. */
  protected abstract now(): number;
  /** What the pick-up URL answers right now; undefined while the login is pending. */
  protected abstract answer(question: Question): Promise<string | undefined>;

  async launch(...call: Mailbox<"launch">) {
    await this.#sweepLater();
    return this.#mailboxes.launch(...call);
  }

  claim(...call: Mailbox<"claim">) {
    return this.#mailboxes.claim(...call);
  }

  settle(...call: Mailbox<"settle">) {
    return this.#mailboxes.settle(...call);
  }

  retry(...call: Mailbox<"retry">) {
    return this.#mailboxes.retry(...call);
  }

  end(...call: Mailbox<"end">) {
    return this.#mailboxes.end(...call);
  }

  read(...call: Mailbox<"read">) {
    return this.#mailboxes.read(...call);
  }

  /**
   * `Mailboxes.take`, but for two things that cost every poll less: it is asked without an object, and "pending" is
   * answered with its `changedAt` alone.
   */
  async take(id: MailboxId, dialect: DialectName, app: string, now: number): Promise<Outcome | number> {
    const taken = await this.#mailboxes.take(id, { dialect, app }, now);
    return taken.kind === "pending" ? taken.changedAt : taken;
  }

  confirm(...call: Mailbox<"confirm">) {
    return this.#mailboxes.confirm(...call);
  }

  putBack(...call: Mailbox<"putBack">) {
    return this.#mailboxes.putBack(...call);
  }

  readGrant(...call: Record<"readGrant">) {
    return this.#records.readGrant(...call);
  }

  async leaseGrant(...call: Record<"leaseGrant">) {
    await this.#sweepLater();
    return this.#records.leaseGrant(...call);
  }

  writeGrant(...call: Record<"writeGrant">) {
    return this.#records.writeGrant(...call);
  }

  once(...call: Record<"once">) {
    return this.#records.once(...call);
  }

  sweepLogins(now: number) {
    return this.#mailboxes.sweep(now);
  }

  sweepGrants(now: number) {
    return this.#records.sweep(now);
  }

  /**
   * A socket that waits at a mailbox. With `since`, it is an engine's: closed when the row may have changed after
   * that. With a question, it is a native client's: it gets the answer as one message, then it is closed.
   */
  async fetch(request: Request): Promise<Response> {
    const query = new URL(request.url).searchParams;
    const id = query.get("mailbox") as MailboxId;
    const { 0: theirs, 1: ours } = new WebSocketPair();
    this.ctx.acceptWebSocket(ours, [id]);
    const since = query.get("since");
    if (since === null) {
      const url = query.get("url") ?? "";
      const until = this.now() + LONGEST_WATCH;
      ours.serializeAttachment({ url, origin: query.get("origin"), until } satisfies Watch);
      await this.#sweepLater();
      // After registering, so that no change falls between the caller's read and this wait.
      void this.#tell(ours);
    } else if (await this.#mailboxes.changedSince(id, Number(since))) {
      await this.#tell(ours);
    }
    return new Response(null, { status: 101, webSocket: theirs } as ResponseInit);
  }

  /** Nobody has anything to say on these sockets; who talks could keep the object awake. */
  webSocketMessage(socket: HibernatingSocket): void {
    socket.close(1008, "nothing is expected here");
  }

  webSocketClose(socket: HibernatingSocket): void {
    socket.close();
  }

  /** Sweeps, ends the watches of clients who stayed too long, and sleeps on when nothing is left. */
  async alarm(): Promise<void> {
    this.#alarmSet = false;
    const now = this.now();
    await this.#mailboxes.sweep(now);
    await this.#records.sweep(now);
    for (const socket of this.ctx.getWebSockets()) {
      const watch = watchOf(socket);
      if (watch !== undefined && now >= watch.until) socket.close(1000, "expired");
    }
    const [{ n } = { n: 0 }] = this.ctx.storage.sql
      .exec("SELECT (SELECT count(*) FROM logins) + (SELECT count(*) FROM grants) AS n")
      .toArray();
    if (n !== 0 || this.ctx.getWebSockets().length > 0) await this.#sweepLater();
  }

  async #sweepLater(): Promise<void> {
    if (this.#alarmSet) return;
    this.#alarmSet = true;
    const { storage } = this.ctx;
    if ((await storage.getAlarm()) === null) await storage.setAlarm(Date.now() + SWEEP_INTERVAL);
  }

  #wake(id: MailboxId): void {
    for (const socket of this.ctx.getWebSockets(id)) void this.#tell(socket);
  }

  async #tell(socket: HibernatingSocket): Promise<void> {
    const watch = watchOf(socket);
    if (watch === undefined) {
      socket.close(1000, "changed");
      return;
    }
    try {
      const text = await this.answer(watch);
      if (text === undefined || socket.readyState !== OPEN) return;
      socket.send(text);
      socket.close(1000, "answered");
    } catch {
      socket.close(1011, "ask again");
    }
  }
}

/** The client's question; undefined for a socket of an engine. */
function watchOf(socket: HibernatingSocket): Watch | undefined {
  return (socket.deserializeAttachment() as Watch | null) ?? undefined;
}
