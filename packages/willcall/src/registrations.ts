import type { App, AppProvider } from "./config/config.ts";
import { providerOf } from "./desk.ts";

/** Our registrations at the providers of one app. Looked up asynchronously: some may live in the store. */
export interface Registrations {
  /** The registration at a provider, by its name; undefined: there is none. */
  at(provider: string): Promise<AppProvider | undefined>;
  /** All of them, those of the configuration first. */
  list(): Promise<readonly AppProvider[]>;
}

/** The registrations that the configuration names. */
export function configuredRegistrations(app: App): Registrations {
  return {
    at: async (provider) => providerOf(app, provider),
    list: async () => app.providers,
  };
}
