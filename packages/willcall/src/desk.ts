import type { App, AppProvider, Config } from "./config/config.ts";
import type { Keyring } from "./crypto/keys.ts";
import type { Draining } from "./draining.ts";
import type { Mailboxes, Records } from "./engines/engine.ts";
import type { Log } from "./observe/log.ts";
import type { Platform } from "./platform.ts";
import type { AccountVerbs } from "./providers/account-verbs.ts";
import type { ProviderClient } from "./providers/provider.ts";

/** What the verbs work with. `broker.ts` makes one; every verb takes it as its first argument. */
export interface Desk {
  readonly config: Config;
  readonly platform: Platform;
  readonly keys: Keyring;
  readonly mailboxes: Mailboxes;
  readonly records: Records;
  readonly providers: ProviderClient & AccountVerbs;
  readonly log: Log;
  /** Begins when the process is asked to stop: no new logins, and nobody is kept waiting. */
  readonly draining: Draining;
}

/** An app's registration at one of its providers, by the provider's name. */
export function providerOf(app: App, name: string): AppProvider | undefined {
  return app.providers.find(({ provider }) => provider.name === name);
}

/** The URL under which an app's routes live: no trailing slash. */
export function baseOf(config: Config, app: App): string {
  return app.name === "" ? config.publicUrl : `${config.publicUrl}/${app.name}`;
}
