import type { Question } from "../../pick-up-socket.ts";
import type { Engine, Mailboxes, Records } from "../engine.ts";
import { toStoreError } from "./faults.ts";
import type { Namespace, WaitingSocket } from "./runtime.ts";
import type { Shard } from "./shard.ts";

/** A handle on one object, wherever it runs: its methods, asked from elsewhere. */
export type ShardStub = Pick<
  Shard<unknown>,
  | Exclude<keyof Mailboxes, "wait" | "isSettled" | "sweep">
  | Exclude<keyof Records, "sweep">
  | "sweepLogins"
  | "sweepGrants"
  | "fetch"
>;

/** Which objects hold the state. */
export interface DurableObjectOptions {
  namespace: Namespace<ShardStub>;
  /** How many objects share the mailboxes. Another number finds no mailbox of before: see docs/workers.md. */
  shards: number;
  /** Where new objects are made, as Cloudflare names regions (`weur`, `enam`, …); else near who asks first. */
  locationHint?: string | undefined;
}

/** The engine on Durable Objects, and the door for native clients' sockets. */
export interface DurableObjectEngine extends Engine {
  /** A WebSocket answer (status 101) to a native client: it gets one message, when its login has come to an outcome. */
  watch(mailbox: string, question: Question): Promise<Response>;
}

/**
 * Opens the engine over Durable Objects with SQLite. A mailbox or grant lives in the object that a hash of its id
 * names, so every step of a login is one call to one object. A cap on launches is shared out among the objects.
 */
export function openDurableObjects(options: DurableObjectOptions): DurableObjectEngine {
  const { namespace, shards, locationHint } = options;
  const placed = locationHint === undefined ? {} : { locationHint };

  /** The objects' ids, each hashed from its name once. */
  const ids: unknown[] = [];

  function stub(index: number): ShardStub {
    ids[index] ??= namespace.idFromName(`shard-${index}-of-${shards}`);
    return namespace.get(ids[index] as never, placed);
  }

  const at = (id: string): ShardStub => stub(hash(id) % shards);

  async function overAll(ask: (shard: ShardStub) => Promise<number>): Promise<number> {
    const counts = await Promise.all(Array.from({ length: shards }, (_, index) => asked(ask(stub(index)))));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  const open = (parameters: Record<string, string>): Promise<Response> => {
    const query = new URLSearchParams(parameters);
    const request = new Request(`https://shard/?${query}`, { headers: { Upgrade: "websocket" } });
    return asked(at(parameters["mailbox"] ?? "").fetch(request));
  };

  const mailboxes: Mailboxes = {
    launch: (login, now, cap) =>
      asked(at(login.id).launch(login, now, cap === undefined ? undefined : Math.ceil(cap / shards))),
    claim: (id, ...call) => asked(at(id).claim(id, ...call)),
    settle: (id, ...call) => asked(at(id).settle(id, ...call)),
    retry: (id, ...call) => asked(at(id).retry(id, ...call)),
    end: (id, ...call) => asked(at(id).end(id, ...call)),
    read: (id, ...call) => asked(at(id).read(id, ...call)),
    async take(id, { dialect, app }, now) {
      const taken = await asked(at(id).take(id, dialect, app, now));
      return typeof taken === "number" ? { kind: "pending", changedAt: taken } : taken;
    },
    confirm: (id) => asked(at(id).confirm(id)),
    putBack: (id, ...call) => asked(at(id).putBack(id, ...call)),
    async wait(id, since, signal) {
      if (signal.aborted) return;
      const { webSocket } = (await open({ mailbox: id, since: String(since) })) as Response & {
        webSocket: WaitingSocket;
      };
      await closed(webSocket, signal);
    },
    sweep: (now) => overAll((shard) => Promise.resolve(shard.sweepLogins(now))),
  };
  const records: Records = {
    readGrant: (id) => asked(at(id).readGrant(id)),
    leaseGrant: (id, ...call) => asked(at(id).leaseGrant(id, ...call)),
    writeGrant: (id, ...call) => asked(at(id).writeGrant(id, ...call)),
    once: (key, value) => asked(at(key).once(key, value)),
    sweep: (now) => overAll((shard) => Promise.resolve(shard.sweepGrants(now))),
  };
  return {
    mailboxes,
    records,
    watch: (mailbox, { url, origin }) => open({ mailbox, url, ...(origin !== null && { origin }) }),
    async ping() {
      await asked(stub(0).readGrant(""));
    },
    async close() {},
  };
}

/** An object's answer; rejects with a `StoreError` when there is none. */
async function asked<T>(answer: T | Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw toStoreError(error);
  }
}

/** Resolves when a waiting socket closes, for whatever reason: all of them mean "look again". */
async function closed(socket: WaitingSocket, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = () => {
    socket.close(1000);
    resolve();
  };
  socket.accept();
  socket.addEventListener("close", end);
  socket.addEventListener("error", end);
  if (signal.aborted) end();
  else signal.addEventListener("abort", end);
  await promise;
  signal.removeEventListener("abort", end);
}

/** FNV-1a, 32 bits: ids are random already, so nothing stronger is needed to spread them. */
function hash(id: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < id.length; index++) {
    value = Math.imul(value ^ id.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}
