import { resolve } from "node:path";
import { type Broker, createBroker } from "./broker.ts";
import { CONFIG_FILE } from "./config/config-file.ts";
import { loadConfig } from "./config/load.ts";
import type { Files } from "./config/sources.ts";
import { pooledRandom } from "./crypto/random.ts";
import { type Database, openD1 } from "./engines/d1/open.ts";
import {
  type DurableObjectEngine,
  type ShardStub,
  openDurableObjects,
} from "./engines/durable-object/open.ts";
import type { Namespace } from "./engines/durable-object/runtime.ts";
import { Shard } from "./engines/durable-object/shard.ts";
import type { Engine } from "./engines/engine.ts";
import { networkOf } from "./limits.ts";
import { type Log, type LogRecord, recordingLog } from "./observe/log.ts";
import { type Question, askPickUp } from "./pick-up-socket.ts";
import { type CataloguePack, packedCatalogue } from "./providers/catalogue/packed.ts";
import { createWorkerEgress } from "./providers/egress.worker.ts";
import { type Lifetime, WorkerConnection, type WorkerRequest } from "./worker-connection.ts";

/** Objects that share the mailboxes unless `WILLCALL_SHARDS` says otherwise: some thousand operations a second each. */
const SHARDS = 8;

/** Where a login begins, whatever the query says. */
const BEGIN = /^[^?]*\/(authorize|login|device_authorization)\/?(\?|$)/;

/** What a Worker of Willcall is bound to; everything else in it is read as a variable. */
export interface WorkerEnv {
  /** The class that `createWorker` returns. Absent: D1 holds the mailboxes too. */
  readonly MAILBOXES?: Namespace<ShardStub>;
  /** Holds what lives longer than a login. Absent: the objects hold that too. */
  readonly RECORDS?: Database;
  /** Counts begins per client address over one of Cloudflare's locations, beside the broker's own count. */
  readonly BEGINS?: { limit(options: { key: string }): Promise<{ success: boolean }> };
  readonly [variable: string]: unknown;
}

/** What a Worker brings besides its bindings. */
export interface WorkerOptions {
  /** The content of `willcall.config.json`, where there is one. */
  config?: unknown;
  /** The packed catalogue (`readPack`) as JSON: a text, which costs a start nothing. */
  catalogue: string;
  /** Milliseconds since the epoch; `Date.now` unless somebody else owns the time. */
  now?: () => number;
}

/** What a Worker exports. */
export interface WillcallWorker {
  /** The default export. `scheduled` sweeps D1; objects sweep themselves. */
  readonly handler: {
    fetch(request: WorkerRequest, env: WorkerEnv, lifetime: Lifetime): Response | Promise<Response>;
    scheduled(event: unknown, env: WorkerEnv): Promise<void>;
  };
  /** The class of the Durable Objects. */
  readonly Mailboxes: new (
    ...given: ConstructorParameters<typeof Shard<WorkerEnv>>
  ) => Shard<WorkerEnv>;
}

/** One broker over its engine, kept as long as the isolate lives. */
interface House {
  readonly broker: Broker;
  readonly objects: DurableObjectEngine | undefined;
}

/**
 * Willcall as a Worker. The configuration comes from the bindings' variables (the Framer worker's, or our own) and
 * `config`; what is wrong with it is answered with 500 and said in the log, all at once.
 *
 * @example
 * import catalogue from "./catalogue.txt";
 * const { handler, Mailboxes } = createWorker({ catalogue });
 * export default handler;
 * export { Mailboxes };
 */
export function createWorker({ config, catalogue, now = Date.now }: WorkerOptions): WillcallWorker {
  // A line for each begin would cost more than the begin.
  const log: Log = { ...recordingLog(write, now), debug: () => {} };
  const files = onlyFile(config);
  const houses = new WeakMap<WorkerEnv, House | Promise<House>>();

  /** The house itself once it stands: an answer then waits for nothing that it need not wait for. */
  function houseOf(env: WorkerEnv): House | Promise<House> {
    const known = houses.get(env);
    if (known !== undefined) return known;
    const building = build(env);
    houses.set(env, building);
    building.then(
      (house) => houses.set(env, house),
      () => houses.delete(env),
    );
    return building;
  }

  async function build(env: WorkerEnv): Promise<House> {
    const random = pooledRandom();
    const loaded = await loadConfig({
      cwd: "/",
      env: variablesOf(env),
      flags: {},
      files,
      catalogue: packedCatalogue(async (): Promise<CataloguePack> => JSON.parse(catalogue)),
      random,
    });
    for (const detail of loaded.warnings) log.warn("config.warning", { detail });
    const { engine, objects } = openEngine(env);
    const egress = createWorkerEgress({ allowLoopback: loaded.config.allowLoopbackProviders });
    const platform = { now, random, sleep, fetch: egress.fetch };
    return { broker: createBroker({ config: loaded.config, engine, platform, log }), objects };
  }

  return {
    handler: {
      fetch(request, env, lifetime) {
        const house = houseOf(env);
        return house instanceof Promise
          ? house.then((built) => serve(built, request, env, lifetime), notConfigured)
          : serve(house, request, env, lifetime);
      },
      async scheduled(_event, env) {
        await (await houseOf(env)).broker.sweep();
      },
    },
    Mailboxes: class extends Shard<WorkerEnv> {
      protected now(): number {
        return now();
      }

      protected async answer(question: Question): Promise<string | undefined> {
        const { broker } = await houseOf(this.env);
        const connection = new WorkerConnection(new Request(question.url));
        const { text, kind } = await askPickUp(broker, question, connection);
        return kind === "outcome" ? text : undefined;
      }
    },
  };
}

function notConfigured(error: unknown): Response {
  console.error(error instanceof Error ? error.message : "unexpected");
  return new Response("Willcall is not configured. Its log says what is missing.", { status: 500 });
}

function serve(
  house: House,
  request: WorkerRequest,
  env: WorkerEnv,
  lifetime: Lifetime,
): Response | Promise<Response> {
  const { BEGINS } = env;
  return BEGINS !== undefined && BEGIN.test(request.url)
    ? isOverLimit(BEGINS, request).then((isOver) => answer(house, request, lifetime, isOver))
    : answer(house, request, lifetime, false);
}

function answer(
  { broker, objects }: House,
  request: WorkerRequest,
  lifetime: Lifetime,
  isOver: boolean,
): Response | Promise<Response> {
  const connection = new WorkerConnection(request, isOver);
  if (objects !== undefined && request.headers.get("upgrade")?.toLowerCase() === "websocket") {
    return watch(broker, objects, request, connection);
  }
  const answered = broker.fetch(request, connection);
  if (!(answered instanceof Promise)) return connection.watched(answered, lifetime);
  // A browser that leaves in the middle of an exchange must not end it (promise S11).
  lifetime.waitUntil(answered);
  return answered.then((response) => connection.watched(response, lifetime));
}

/** Answers a native client that asks for a WebSocket at its pick-up URL; whoever has to wait does so at the object. */
async function watch(
  broker: Broker,
  objects: DurableObjectEngine,
  { url }: Request,
  connection: WorkerConnection,
): Promise<Response> {
  const question = { url, origin: connection.header("origin") };
  const { answer, text, kind } = await askPickUp(broker, question, connection);
  if (kind === "refused") return new Response(text, answer);
  return objects.watch(new URL(url).pathname.split("/").at(-1) ?? "", question);
}

function openEngine(env: WorkerEnv): { engine: Engine; objects: DurableObjectEngine | undefined } {
  const database = env.RECORDS && openD1(env.RECORDS);
  const objects =
    env.MAILBOXES &&
    openDurableObjects({
      namespace: env.MAILBOXES,
      shards: Number(env["WILLCALL_SHARDS"] ?? SHARDS),
      locationHint: textOf(env["WILLCALL_LOCATION"]),
    });
  if (objects === undefined) {
    if (database === undefined)
      throw new Error("Bind MAILBOXES to Durable Objects, or RECORDS to a D1 database.");
    return { engine: database, objects };
  }
  const mailboxes = { ...objects.mailboxes, sweep: sweptElsewhere };
  const records = { ...objects.records, sweep: sweptElsewhere };
  if (database === undefined) return { engine: { ...objects, mailboxes, records }, objects };
  const ping = async () => void (await Promise.all([objects.ping(), database.ping()]));
  return { engine: { ...database, mailboxes, ping }, objects };
}

/** Objects sweep themselves: a cron trigger that did it would wake all of them for nothing. */
const sweptElsewhere = async (): Promise<number> => 0;

/**
 * Whether Cloudflare's own limiter, where it is bound, says that this address begins too many logins. Nobody is limited
 * where no Cloudflare names the address, and while the limiter fails.
 */
async function isOverLimit(limiter: NonNullable<WorkerEnv["BEGINS"]>, request: Request): Promise<boolean> {
  const address = request.headers.get("cf-connecting-ip");
  if (address === null) return false;
  try {
    const { success } = await limiter.limit({ key: networkOf(address) });
    return !success;
  } catch {
    return false;
  }
}

/** Workers keep what goes to the console. */
function write(record: LogRecord): void {
  console.log(JSON.stringify(record));
}

/**
 * The variables among the bindings. Listening is the runtime's business: any address and no port of our own, so that
 * the public URL has to be said.
 */
function variablesOf(env: WorkerEnv): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (typeof value === "string") variables[name] = value;
  return { ...variables, WILLCALL_HOST: "0.0.0.0", WILLCALL_PORT: "0", WILLCALL_HTTPS: "true" };
}

/** The file system of a Worker: its configuration, if it has one. */
function onlyFile(config: unknown): Files {
  const path = resolve("/", CONFIG_FILE);
  return {
    read: async (asked) =>
      config !== undefined && asked === path
        ? { ok: true, text: JSON.stringify(config) }
        : { ok: false, reason: "absent" },
    create: async () => false,
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
