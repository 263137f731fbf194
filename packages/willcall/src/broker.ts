import { createAccountTypeBook } from "./account-types/book.ts";
import { accountRegistrations } from "./account-types/registrations.ts";
import { announcing } from "./accounts/announcing.ts";
import { createCourier } from "./accounts/courier.ts";
import { accountDelivery } from "./accounts/delivery.ts";
import { createVault } from "./accounts/vault.ts";
import type { Config } from "./config/config.ts";
import { ConfigError } from "./config/mistakes.ts";
import type { Connection } from "./connection.ts";
import type { MakeConnectorRuns } from "./connectors/runs.ts";
import type { KeyService } from "./crypto/key-service.ts";
import { Keyring } from "./crypto/keys.ts";
import type { Desk } from "./desk.ts";
import { accountCallbackRoutes } from "./dialects/account-callbacks.ts";
import { browserRoutes, launchRoutes, type OpenLaunch } from "./dialects/browser.ts";
import { clientKeyRoutes } from "./dialects/client-keys.ts";
import { codeGrant, codeRoutes } from "./dialects/code.ts";
import { couchRoutes } from "./dialects/couchdb.ts";
import { cozyRoutes } from "./dialects/cozy.ts";
import { cozyStartRoutes } from "./dialects/cozy-start.ts";
import { DEVICE_GRANT, deviceGrant, deviceRoutes } from "./dialects/device.ts";
import { homeRoutes } from "./dialects/home.ts";
import { Replies, headerSets } from "./dialects/http.ts";
import { Waits } from "./dialects/long-poll.ts";
import { operatorRoutes } from "./dialects/operator-api.ts";
import { metadataRoutes } from "./dialects/metadata.ts";
import { nativeRoutes, openNativeLaunch } from "./dialects/native.ts";
import type { Office } from "./dialects/office.ts";
import { readKeyRoutes } from "./dialects/read-key.ts";
import { Routes } from "./dialects/routes.ts";
import { sessionRoutes } from "./dialects/session.ts";
import { tokenRoutes } from "./dialects/token.ts";
import { userCodeRoutes } from "./dialects/user-codes.ts";
import { Draining } from "./draining.ts";
import type { Engine } from "./engines/engine.ts";
import type { VaultStore } from "./engines/vault-store.ts";
import { keepHouse } from "./housekeeping.ts";
import { createGrants } from "./grants/grants.ts";
import { AddressLimit } from "./limits.ts";
import { openTicket } from "./login/begin.ts";
import { codeDelivery } from "./login/code-delivery.ts";
import type { Deliveries } from "./login/delivery.ts";
import { mailboxDelivery } from "./login/mailbox-delivery.ts";
import { nativeDelivery } from "./login/native-delivery.ts";
import type { Log } from "./observe/log.ts";
import type { Platform } from "./platform.ts";
import { createProviderClient } from "./providers/client.ts";
import { configuredRegistrations } from "./registrations.ts";

/** Willcall, ready to answer. */
export interface Broker {
  /** Answers one request; never rejects. The same on every runtime. */
  fetch(request: Request, connection: Connection): Response | Promise<Response>;
  /** Answers as `fetch` does, and only where account types are provisioned: for CouchDB's own port. */
  provision(request: Request, connection: Connection): Response | Promise<Response>;
  /** Begins no more logins; everything under way goes on (SIGTERM). Resolves when no webhook is delivered and no connector runs any more. */
  drain(): Promise<void>;
  /**
   * Deletes what is past its time (promise S7), renews accounts that are due, and delivers waiting events. Call it now and
   * then, once at a time; never rejects.
   */
  sweep(): Promise<void>;
}

/** What the runtime brings. */
export interface Parts {
  config: Config;
  engine: Engine;
  platform: Platform;
  log: Log;
  /** Runs connectors, where the runtime can start programs. */
  connectorRuns?: MakeConnectorRuns;
  /** Wraps the data keys of accounts in place of the root key. */
  keyService?: KeyService | undefined;
  /** Whether work may go on after an answer: where the process outlives its requests. Else only `sweep` delivers events. */
  outlivesRequests?: boolean;
}

/** The composition root: one broker over one engine. Throws `ConfigError` where the engine cannot keep what it should. */
export function createBroker(parts: Parts): Broker {
  const { config, engine, platform, log, keyService, connectorRuns, outlivesRequests = false } = parts;
  const draining = new Draining();
  const desk: Desk = {
    config,
    platform,
    log,
    keys: new Keyring(config.rootKeys, keyService),
    mailboxes: engine.mailboxes,
    records: engine.records,
    providers: createProviderClient(platform),
    draining,
  };
  const store = config.accounts && vaultStoreOf(engine);
  const registrations =
    store && config.accounts && accountRegistrations(desk, config.accounts, store.accountTypes);
  const courier = store && createCourier(desk, store);
  const wake = courier && outlivesRequests ? courier.wake : () => {};
  const vault = registrations && store && createVault(desk, announcing(store.accounts, wake), registrations);
  const runs = store && registrations && connectorRuns?.({ desk, store, registrations });
  const deliveries: Deliveries = {
    "read-key": mailboxDelivery,
    "client-keys": mailboxDelivery,
    native: nativeDelivery,
    device: mailboxDelivery,
    code: codeDelivery,
    accounts: accountDelivery(vault),
  };
  const headers = headerSets(config);
  const replies = new Replies(headers);
  const lobby = { desk, replies, headers, deliveries, registrations: configuredRegistrations };
  const grants = createGrants(desk);
  const office: Office = {
    desk,
    replies,
    grants,
    waits: new Waits(draining),
    begins: new AddressLimit(config.beginsPerMinute),
  };
  const grantTypes = new Map([
    ["authorization_code", codeGrant(office)],
    [DEVICE_GRANT, deviceGrant(office)],
  ]);
  const openLaunch: OpenLaunch = (call, query) => {
    const ticket = query.get("ticket");
    return ticket === null ? openNativeLaunch(office, call, query) : openTicket(desk, ticket);
  };

  const routes = new Routes(config, replies, log);
  const couch = new Routes(config, replies, log);
  routes.health(() => engine.ping());
  for (const app of config.apps) {
    readKeyRoutes(routes, office, app);
    nativeRoutes(routes, office, app);
    tokenRoutes(routes, { ...office, grantTypes }, app);
    deviceRoutes(routes, office, lobby, app);
    metadataRoutes(routes, office, app);
    if (app.redirectUris.length > 0) codeRoutes(routes, office, lobby, app);
    browserRoutes(routes, lobby, app, openLaunch);
    if (app.clientKeys) clientKeyRoutes(routes, office, lobby, app);
  }
  if (config.accounts && store && vault && registrations) {
    // Nobody but the operator's server begins these, so there is no launch without its ticket.
    const accountsLobby = { ...lobby, registrations: () => registrations };
    launchRoutes(routes, accountsLobby, config.accounts, (_call, query) =>
      openTicket(desk, query.get("ticket") ?? ""),
    );
    accountCallbackRoutes(routes, accountsLobby, config.accounts);
    const cozy = { desk, replies, vault, app: config.accounts, registrations };
    cozyStartRoutes(routes, { ...cozy, lobby: accountsLobby });
    cozyRoutes(routes, { ...cozy, ...store });
    sessionRoutes(routes, lobby, config.accounts);
    const { waits } = office;
    homeRoutes(routes, { desk, headers, vault, app: config.accounts, registrations, waits, runs });
    const userCodes = userCodeRoutes(routes, accountsLobby, config.accounts);
    const { operatorTokens, accountTypes, events } = store;
    const operated = {
      desk,
      replies,
      vault,
      operatorTokens,
      events,
      app: config.accounts,
      registrations,
      userCodes,
    };
    operatorRoutes(routes, operated);
    const book = createAccountTypeBook(desk, accountTypes);
    for (const each of [routes, couch]) couchRoutes(each, { desk, headers, book, operatorTokens });
  }

  return {
    fetch: (request, connection) => routes.answer(request, connection),
    provision: (request, connection) => couch.answer(request, connection),
    drain: async () => {
      draining.begin();
      await Promise.all([courier?.settled(), runs?.close()]);
    },
    sweep: () => keepHouse({ desk, engine, vault, courier }),
  };
}

function vaultStoreOf({ vault }: Engine): VaultStore {
  if (vault !== undefined) return vault;
  const remedy = "Leave `accounts` out, or choose a store that can list what it holds: SQLite, or D1.";
  throw new ConfigError([{ path: "accounts", problem: "cannot be kept in this store", remedy }]);
}
