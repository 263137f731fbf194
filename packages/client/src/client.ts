import type { Dialect, LoginParameters, Pending } from "./dialect.ts";
import { asWillcallError, WillcallError } from "./errors.ts";
import { Unanswered } from "./http.ts";
import { createKeeper } from "./keeper.ts";
import { followLogin, type Login } from "./login.ts";
import { nativeDialect } from "./native.ts";
import { abortable, onAbort, quietly } from "./promises.ts";
import type { State } from "./state.ts";
import type { ClientStorage } from "./storage/storage.ts";
import { webStorage } from "./storage/web.ts";
import { isFresh, parse, type Tokens, timeLeft } from "./tokens.ts";

/** What a client needs to know. */
export interface ClientOptions {
  /** The broker's URL; or one for pages on localhost and one for all others. */
  broker: string | { local: string; deployed: string };
  /** The app's name at the broker; absent or empty: the root app. */
  app?: string;
  /** Which of the app's providers, where it has several. Each has its own record. */
  provider?: string;
  /** Space-separated; absent: what the operator configured. */
  scope?: string;
  /** What a provider's definition asks for: `shop`, `subdomain`, … */
  inputs?: Record<string, string>;
  /** Hosts (`api.example.com`, `*.example.com`) to which `fetch` adds the token. Absent: none. */
  hosts?: readonly string[];
  /** Where the tokens are kept: `localStorage` unless said otherwise. */
  storage?: ClientStorage;
  /** Where a login in flight is kept over a reload: `sessionStorage` unless said otherwise. */
  pendingStorage?: ClientStorage;
  /** `native` where the browser has WebCrypto; `read-key` for Framer's example worker; or one made for the app's base URL. */
  dialect?: "native" | "read-key" | ((base: string) => Dialect);
  /** Shows the login page to the person; for hosts where `window.open` is not the way. */
  open?: (url: string) => unknown;
}

/** What a single call may bring. */
export interface CallOptions {
  /** Ends the waiting; the promise rejects with `aborted`. */
  signal?: AbortSignal;
}

/** What a single login may bring; the rest comes from the client's options. */
export interface LoginOptions extends CallOptions, LoginParameters {
  /** Hears of every state until the login has ended. */
  onStatus?: (state: State) => void;
}

/** One app's login, kept and refreshed. Every promise rejects with a `WillcallError`, if it rejects. */
export interface Client {
  readonly state: State;
  /** Resolves when the storage has been read, and a login can open its window at once. */
  readonly ready: Promise<void>;
  /** Calls `listener` after every change; returns how to stop that. */
  subscribe: (listener: (state: State) => void) => () => void;
  /**
   * Opens the login window, before it returns: call it from a click. Resolves when the tokens are there. Again
   * while it waits: the same login, its window opened again. May be ignored: a rejection stays silent, the
   * state tells.
   */
  login(options?: LoginOptions): Promise<Tokens>;
  /** A token that is good now, refreshed if need be. */
  getAccessToken(options?: CallOptions): Promise<string>;
  /** As `getAccessToken`, with all that came with it. */
  getTokens(options?: CallOptions): Promise<Tokens>;
  /**
   * `fetch` with the token, on https (or loopback) and to the allowed hosts only; to all others without. A 401 is
   * answered by one refresh and one repetition. Rejects as `fetch` does, or with a `WillcallError`.
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;
  /** Forgets the tokens at once, then revokes them. Never rejects; resolves to whether the broker confirmed. */
  logout(): Promise<boolean>;
  /** Stops waiting and listening, without ending the login: for hot reload. */
  dispose(): void;
}

/** The login in flight. */
type Active = Login & { tokens: Promise<Tokens> };

/** Milliseconds from the start of a login until its tokens are gone, picked up or not. */
const BOX_LIFETIME = 1_200_000;

const loopback = /^(localhost|127\.0\.0\.1|\[::1])$/;

/** Makes a client. Reads the storage, goes on with a login that a reload interrupted, opens and asks for nothing else. */
export function createClient({
  broker,
  app = "",
  provider,
  scope,
  inputs,
  hosts = [],
  storage = webStorage("localStorage"),
  pendingStorage = webStorage("sessionStorage"),
  dialect,
  open,
}: ClientOptions): Client {
  const root =
    typeof broker === "string"
      ? broker
      : loopback.test(globalThis.location?.hostname)
        ? broker.local
        : broker.deployed;
  const base = root.replace(/\/+$/, "") + (app && `/${app}`);
  const key = `willcall:${base}${provider ? `:${provider}` : ""}`;
  const loginKey = `${key}:login`;
  // Few need it, so it is a chunk of its own.
  const readKey = async () => (await import("./read-key.ts")).readKeyDialect(base);
  const known =
    typeof dialect === "function"
      ? dialect(base)
      : dialect !== "read-key" && globalThis.crypto?.subtle
        ? nativeDialect(base, app)
        : undefined;

  let state: State = { status: "signed-out", restoring: true };
  let active: Active | undefined;
  let disposed = false;
  const listeners = new Set<(state: State) => void>();

  const set = (next: State) => {
    if (JSON.stringify(next) === JSON.stringify(state)) return;
    state = next;
    // Each on its own, so that one which throws harms nobody else.
    for (const listener of listeners) queueMicrotask(() => listener(next));
  };

  /** The state that follows from the tokens alone, where no login is in flight. */
  const settle = (error?: WillcallError, dead?: boolean) => {
    if (active) return;
    const { current } = keeper;
    if (!current)
      set(dead ? { status: "expired" } : error ? { status: "error", error } : { status: "signed-out" });
    else if (!current.refresh_token && timeLeft(current) < 0) set({ status: "expired" });
    else set({ status: "signed-in", scope: current.scope, provider: current.provider, error });
  };

  const keeper = createKeeper(
    storage,
    key,
    async ({ raw, refresh_token = "" }) => ((!raw && known) || (await readKey())).refresh(refresh_token),
    (dead) => settle(undefined, dead),
  );

  const start = (begun: Pending | Promise<Pending>, resumed = false): Active => {
    const login = followLogin({
      known,
      readKey,
      begun,
      resumed,
      open,
      remember: (pending) => quietly(() => pendingStorage.set(loginKey, JSON.stringify(pending))),
      tell: set,
    });
    const finish = async () => {
      try {
        const kept = await login.kept;
        active = undefined;
        return await keeper.save(kept);
      } catch (thrown) {
        const error = asWillcallError(thrown);
        active = undefined;
        settle(error.code === "aborted" ? undefined : error);
        throw error;
      } finally {
        if (!disposed) await quietly(() => pendingStorage.remove(loginKey));
      }
    };
    const tokens = finish();
    // Whoever ignores the promise sees the state.
    tokens.catch(() => {});
    active = { ...login, tokens };
    return active;
  };

  const subscribe = (listener: (state: State) => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };

  const login = ({ signal, onStatus, ...own }: LoginOptions = {}): Promise<Tokens> => {
    const unsubscribe = onStatus && subscribe(onStatus);
    const parameters = { scope, provider, inputs, ...own };
    if (active) void active.show();
    else active = start(known ? known.begin(parameters) : readKey().then((late) => late.begin(parameters)));
    const { tokens, stop } = active;
    const forget = onAbort(signal, () => stop());
    const end = () => {
      unsubscribe?.();
      forget();
    };
    tokens.then(end, end);
    return tokens;
  };

  const readPending = async () => pendingStorage.get(loginKey);
  const restore = async () => {
    await keeper.load();
    await known?.prepared;
    // A storage that fails has nothing to say, and neither has its error.
    const pending: Partial<Pending> = parse(await readPending().catch(String));
    // Only what this version and dialect wrote, and only while its box may still be there.
    const lasts = pending.v === 1 && Date.now() - (pending.at ?? 0) < BOX_LIFETIME;
    if (lasts && !pending.key === !known && !active && !disposed) start(pending as Pending, true);
  };
  const ready = restore();
  const unwatch = storage.watch?.(key, () => void keeper.load());

  const getTokens = async ({ signal }: CallOptions = {}): Promise<Tokens> => {
    await abortable(ready, signal);
    const { current } = keeper;
    if (!current) throw new WillcallError(state.status === "expired" ? "expired" : "signed_out");
    if (isFresh(current)) return current;
    try {
      return await abortable(keeper.refresh(current.access_token), signal);
    } catch (error) {
      // Asked a minute early: what is there still works.
      if (!(error instanceof Unanswered) || timeLeft(current) < 0) throw error;
      return current;
    }
  };

  const allowed = ({ protocol, hostname, host }: URL) =>
    (protocol === "https:" || loopback.test(hostname)) &&
    hosts.some((rule) => host === rule || (rule[0] === "*" && host.endsWith(rule.slice(1))));

  return {
    get state() {
      return state;
    },
    ready,
    subscribe,
    login,
    getTokens,
    getAccessToken: async (options) => (await getTokens(options)).access_token,

    async fetch(input, init) {
      const request = new Request(input, init);
      if (!allowed(new URL(request.url))) return fetch(request);
      const attempt = ({ access_token }: Tokens) => {
        const copy = request.clone();
        copy.headers.set("Authorization", `Bearer ${access_token}`);
        return fetch(copy);
      };
      const { signal } = request;
      const tokens = await getTokens({ signal });
      const response = await attempt(tokens);
      if (response.status !== 401 || !tokens.refresh_token) return response;
      return attempt(await abortable(keeper.refresh(tokens.access_token), signal));
    },

    async logout() {
      active?.stop();
      await ready;
      const handle = keeper.current?.refresh_token;
      await keeper.drop();
      return !!handle && (known ?? (await readKey())).revoke(handle).catch(() => false);
    },

    dispose() {
      disposed = true;
      active?.stop(false);
      unwatch?.();
    },
  };
}
