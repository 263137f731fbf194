import type { App, AppProvider } from "../config/config.ts";
import type { Desk } from "../desk.ts";
import type { DialectName } from "../engines/engine.ts";
import type { ProviderFailure, TokenAnswer, TokenContext } from "../providers/provider.ts";
import type { Login } from "./login.ts";

/** What there is to deliver after an exchange. */
export interface Arrival {
  app: App;
  login: Login;
  registration: AppProvider;
  tokens: TokenAnswer;
  context: TokenContext;
}

/** Where an outcome goes: a mailbox, a redirect with a code, an account. */
export interface Delivery {
  /**
   * Seals or stores the tokens. Resolves to the box to keep in the row, and the times in milliseconds since the epoch until which it may be picked up and must be remembered.
   */
  deliver(desk: Desk, arrival: Arrival): Promise<{ box: Uint8Array; expiresAt: number; forgetAt: number }>;

  /** Where the browser goes when the login is over, or undefined: our own page. */
  next(desk: Desk, login: Login, end: "ready" | ProviderFailure | "cancelled"): string | undefined;
}

/** Each dialect's delivery. */
export type Deliveries = Readonly<Record<DialectName, Delivery>>;
