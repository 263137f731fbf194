import type { Secret } from "../secret.ts";
import type { Connector } from "../connectors/connector.ts";
import type { Provider } from "../providers/provider.ts";
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
  /** The providers this app may log in at; never empty. */
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
