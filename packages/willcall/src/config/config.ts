import type { Secret } from "../secret.ts";
import type { EventType } from "../engines/vault-store.ts";
import type { Connector } from "../connectors/connector.ts";
import type { Json, Provider } from "../providers/provider.ts";
import type { OriginRule } from "./origins.ts";

/** `development`: the public URL is loopback. Everything else is `production`. */
export type Mode = "development" | "production";

/** A public client of this broker, as parsed from what the operator wrote. */
export interface App {
  /** Its path segment; empty for the app at the root. */
  readonly name: string;
  /** What people call it; shown on pages. */
  readonly title: string;
  /** Who may call the API with an `Origin` header (contract A12). */
  readonly origins: OriginRule;
  /** The providers this app may log in at; empty only for accounts, whose providers may come while the broker runs. */
  readonly providers: readonly AppProvider[];
  /** `page`: a launch URL of ours. `direct`: the provider's own URL, as the Framer worker answered. */
  readonly launch: "page" | "direct";
  /** `auto`: silent only when the launch provably comes from the app (promise S5). */
  readonly confirm: "auto" | "always" | "never";
  /** `sealed`: the app holds a handle. `raw`: it gets the provider's own refresh token. */
  readonly refresh: "sealed" | "raw";
  /** Raw provider tokens are accepted at `/refresh` until then: a date, 90 days after first start, or never. */
  readonly refreshRawUntil: Date | "90-days-from-first-start" | undefined;
  /** Whether the client-made-key routes (`/auth/authorize`) exist for this app. */
  readonly clientKeys: boolean;
  /** Redirect URIs of the code dialect; loopback ones match on any port. */
  readonly redirectUris: readonly string[];
}

export interface AppProvider {
  readonly provider: Provider;
  /** The scopes asked for, and the most that an app may ask for. */
  readonly scope: readonly string[] | { readonly verbatim: string };
  /** Registered at the provider; `<base>/redirect`, or `<base>/<provider>/redirect` where the app has several. */
  readonly redirectUri: string;
  /** False where nobody logs in: accounts are imported with a refresh token, or there is none to be had. */
  readonly interactive?: false;
  /** What connectors are given besides tokens (an account type's `secret`). */
  readonly connectorSecret?: Secret<Json>;
}

/** How accounts are renewed although nobody asks. */
export interface AccountRefresh {
  /** False: they are not. */
  readonly background?: boolean | undefined;
  /** Days after which an unused refresh token may end, where the provider's own limit is later or unknown. */
  readonly idleDays?: number | undefined;
}

/** An endpoint of the operator's that takes events (Standard Webhooks). */
export interface Webhook {
  readonly url: string;
  /** What signs, each; several while they are being changed. */
  readonly secrets: readonly Secret<Uint8Array>[];
  readonly events: readonly EventType[];
}

/** Everything the broker is told at start: parsed, defaulted and checked. */
export interface Config {
  /** Origin (no path, no trailing slash) under which browsers reach this broker. Never taken from a request's Host. */
  readonly publicUrl: string;
  readonly mode: Mode;
  /** The first seals, all open: 32 bytes each. */
  readonly rootKeys: readonly Secret<Uint8Array>[];
  readonly apps: readonly App[];
  /**
   * Where accounts may be connected, as an app of ours whose routes are `/accounts/…`; absent: no accounts are kept.
   */
  readonly accounts?: App;
  /** The context whose account types come before those of all contexts. */
  readonly accountContext?: string;
  /** Keeping accounts alive that nobody uses: on, unless said. */
  readonly accountRefresh?: AccountRefresh;
  /** Who is told of what happens to accounts. */
  readonly webhooks?: readonly Webhook[];
  /** Programs that people may run with their accounts. */
  readonly connectors: readonly Connector[];
  /** A token for the operator's API with every right, besides those in the store. */
  readonly operatorToken?: Secret;
  /** Addresses or CIDR blocks whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  /** Begins per minute and client address; no limit for loopback addresses. */
  readonly beginsPerMinute: number;
  /** Whether outbound calls may go to loopback addresses: development only. */
  readonly allowLoopbackProviders: boolean;
}
