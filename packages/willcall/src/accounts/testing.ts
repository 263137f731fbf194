import { randomBytes } from "node:crypto";
import type { App, Config } from "../config/config.ts";
import type { KeyService } from "../crypto/key-service.ts";
import { Keyring } from "../crypto/keys.ts";
import { pooledRandom } from "../crypto/random.ts";
import type { Desk } from "../desk.ts";
import { Draining } from "../draining.ts";
import { openSqlite } from "../engines/sqlite/open.ts";
import type { AccountId, Accounts } from "../engines/vault-store.ts";
import { type LogRecord, recordingLog } from "../observe/log.ts";
import type { AccountVerbs, Identity } from "../providers/account-verbs.ts";
import { failureOfAnswer, failureOfCode } from "../providers/errors.ts";
import type { ProviderClient, ProviderFailure, TokenAnswer, TokenResult } from "../providers/provider.ts";
import { configuredRegistrations } from "../registrations.ts";
import { Secret } from "../secret.ts";
import type { Arrived } from "./connect.ts";
import type { Tokens } from "./renew.ts";
import { createVault } from "./vault.ts";

/** Seconds that an access token of the fake provider lasts. */
const LIFE = 3600;

/** A provider whose refresh tokens rotate; an old one that is used again after its successor ends the grant. */
export class RotatingProvider implements ProviderClient, AccountVerbs {
  /** Refresh tokens that it was asked with. */
  readonly asked: string[] = [];
  readonly revoked: string[] = [];
  identity: Identity = { id: "1", label: "ada@example.com" };
  /** What it answers instead, while set. */
  failure: ProviderFailure | undefined;
  readonly #now: () => number;
  /** How many of the newest refresh tokens it honours: 2 means that the last one works until its successor is used. */
  readonly #honours: number;
  #tokens: string[] = [];

  constructor(now: () => number, honours = 1) {
    this.#now = now;
    this.#honours = honours;
  }

  /** What a login brings. */
  grant(change: Partial<TokenAnswer> = {}): TokenAnswer {
    const token = randomBytes(9).toString("base64url");
    this.#tokens = [`refresh-${token}`];
    return { ...this.#answer(token), ...change };
  }

  /** Whether the provider would still take this refresh token. */
  honours(refreshToken: string | null): boolean {
    return refreshToken !== null && this.#tokens.includes(refreshToken);
  }

  async refresh(_provider: unknown, refreshToken: string): Promise<TokenResult> {
    this.asked.push(refreshToken);
    if (this.failure !== undefined) return { ok: false, failure: this.failure };
    if (!this.honours(refreshToken)) {
      this.#tokens = [];
      return { ok: false, failure: failureOfCode("invalid_grant", "refresh") };
    }
    const token = randomBytes(9).toString("base64url");
    this.#tokens = [`refresh-${token}`, refreshToken].slice(0, this.#honours);
    return { ok: true, tokens: this.#answer(token) };
  }

  async revoke(_provider: unknown, token: string): Promise<"revoked"> {
    this.revoked.push(token);
    this.#tokens = [];
    return "revoked";
  }

  async identify() {
    return { ok: true as const, identity: this.identity };
  }

  authorizationUrl = unasked;
  readCallback = unasked;
  exchange = unasked;
  introspect = unasked;

  #answer(token: string): TokenAnswer {
    const verbatim = { access_token: `access-${token}`, refresh_token: `refresh-${token}` };
    return {
      ...verbatim,
      verbatim,
      token_type: "bearer",
      expiresAt: this.#now() + LIFE * 1000,
      scope: "read",
      extra: {},
      refreshTokenPaths: [["refresh_token"]],
    };
  }
}

function unasked(): never {
  throw new TypeError("nothing in accounts/ asks for this");
}

/** A provider that is down. */
export const down = failureOfAnswer(503, undefined, new Map(), "refresh");

/** The time in a test's hands. Sleeping passes it. */
export class Clock {
  #now = 1_800_000_000_000;
  readonly now = (): number => this.#now;
  readonly sleep = async (milliseconds: number): Promise<void> => {
    this.#now += milliseconds;
    await new Promise((resolve) => setImmediate(resolve));
  };
  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

/** The root key of every process. */
export const OLD_KEY = new Secret(Buffer.alloc(32, 7));
const rootKeys = [OLD_KEY];

/** One process with a vault over the store at `path`; `wrap` comes between the vault and its store. */
export function openProcess(
  path: string,
  clock: Clock,
  providers: ProviderClient & AccountVerbs,
  wrap: (accounts: Accounts) => Accounts = (accounts) => accounts,
  configured: Pick<Config, "accountRefresh"> = {},
  keyService?: KeyService,
) {
  const engine = openSqlite({ path });
  const { mailboxes, records, vault: store } = engine;
  if (store === undefined) throw new TypeError("SQLite keeps accounts");
  const logs: LogRecord[] = [];
  const app: App = {
    name: "accounts",
    title: "Fieldnotes",
    origins: { exact: new Set(), framer: [], opaque: false },
    providers: [
      {
        provider: { name: "meadow", title: "Meadow", definition: {}, clientId: "client" },
        scope: ["read"],
        redirectUri: "http://localhost:8787/accounts/meadow/redirect",
      },
    ],
    launch: "page",
    confirm: "auto",
    refresh: "sealed",
    refreshRawUntil: undefined,
    clientKeys: false,
    redirectUris: [],
  };
  const desk: Desk = {
    config: {
      publicUrl: "http://localhost:8787",
      mode: "development",
      rootKeys,
      apps: [],
      connectors: [],
      accounts: app,
      trustedProxies: [],
      beginsPerMinute: 600,
      allowLoopbackProviders: true,
      ...configured,
    },
    platform: {
      now: clock.now,
      sleep: clock.sleep,
      random: pooledRandom(),
      fetch: unasked,
    },
    log: recordingLog((record) => logs.push(record), clock.now),
    keys: new Keyring(rootKeys, keyService),
    mailboxes,
    records,
    providers,
    draining: new Draining(),
  };
  const vault = createVault(desk, wrap(store.accounts), configuredRegistrations(app));
  const [registration] = app.providers;
  if (registration === undefined) throw new TypeError("the app has a provider");
  const arrived = (tokens: TokenAnswer): Arrived => ({
    registration,
    tokens,
    context: { inputs: {}, captured: {} },
  });
  return { vault, accounts: store.accounts, desk, logs, arrived, close: () => engine.close() };
}

/** The access token that somebody got, or why not. */
export const accessToken = (tokens: Tokens): string =>
  tokens.kind === "tokens" ? tokens.holding.accessToken : `no tokens: ${tokens.kind}`;

/** The account of the running case. */
export const ACCOUNT = "account-of-this-case-0" as AccountId;
/** Connects `ACCOUNT`, Ada's. */
export const ADA = { account: ACCOUNT, owner: "ada", reconnects: false } as const;
