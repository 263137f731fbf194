import { type Client, type ClientOptions, createClient } from "../client.ts";
import type { State } from "../state.ts";
import { memoryStorage } from "../storage/memory.ts";
import type { Kept } from "../tokens.ts";
import { type Asked, type Reply, type ScriptedBroker, sealBox, startBroker } from "./broker.ts";

/** What the person at the provider's page does: the tokens, or an OAuth error code. */
export type Ending = Record<string, unknown> | { error: string };

/** A native broker for one login: holds the pick-up until somebody opened the page and `end` was called. */
export interface NativeScene {
  readonly broker: ScriptedBroker;
  readonly client: Client;
  /** Every page that the client opened. */
  readonly opened: URL[];
  /** Every state so far. */
  readonly states: State[];
  /** Ends the login as the person does. */
  end: (ending: Ending) => void;
  close: () => Promise<void>;
}

/** What a test changes. */
export interface NativeOptions extends Partial<ClientOptions> {
  /** Answers before the scene does, where it answers at all. */
  script?: (asked: Asked) => Reply | Promise<Reply> | undefined;
  /** What the storage holds at the start. */
  kept?: Partial<Kept>;
}

/** The key under which the client of a root app keeps its record. */
export const recordKey = (broker: string): string => `willcall:${broker}`;

/** A fresh record: good for an hour, refreshable. */
export const record = (changes: Partial<Kept> = {}): Kept => ({
  v: 1,
  at: Date.now(),
  access_token: "access-1",
  refresh_token: "wcr1.1",
  expires_in: 3600,
  ...changes,
});

/** Sets the scene: a scripted broker, and a client whose pages nobody sees. */
export async function nativeScene({ script, kept, ...options }: NativeOptions = {}): Promise<NativeScene> {
  const opened: URL[] = [];
  const states: State[] = [];
  const { promise: ending, resolve: end } = Promise.withResolvers<Ending>();
  const broker = await startBroker(async (asked) => {
    const scripted = await script?.(asked);
    if (scripted) return scripted;
    if (!asked.what.startsWith("GET /pickup/")) return { status: 404, json: { error: "invalid_request" } };
    const outcome = await ending;
    if ("error" in outcome) return { status: 400, json: outcome };
    const key = opened.at(-1)?.searchParams.get("key") ?? "";
    return { json: { box: await sealBox(key, ["", "meadow", "", Date.now() + 600_000], outcome) } };
  });
  const storage = options.storage ?? memoryStorage();
  if (kept) await storage.set(recordKey(broker.url), JSON.stringify(record(kept)));
  const client = createClient({
    broker: broker.url,
    pendingStorage: memoryStorage(),
    open: (url) => opened.push(new URL(url)),
    ...options,
    storage,
  });
  await client.ready;
  client.subscribe((state) => states.push(state));
  return {
    broker,
    client,
    opened,
    states,
    end,
    close: async () => {
      client.dispose();
      await broker.close();
    },
  };
}
