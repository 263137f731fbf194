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

/** What stays of an outcome in the login's row: the box, and the times (milliseconds since the epoch) until which it may be picked up and must be remembered. */
export interface Kept {
  box: Uint8Array;
  expiresAt: number;
  forgetAt: number;
}

/** Where an outcome goes: a mailbox, a redirect with a code, an account. */
export interface Delivery {
  /** Seals or stores the tokens. `refused`: they came, and cannot be kept where they were meant to go. */
  deliver(desk: Desk, arrival: Arrival): Promise<Kept | { refused: ProviderFailure }>;

  /** Where the browser goes when the login is over, or undefined: our own page. */
  next(desk: Desk, login: Login, end: "ready" | ProviderFailure | "cancelled"): string | undefined;
}

/** Each dialect's delivery. */
export type Deliveries = Readonly<Record<DialectName, Delivery>>;
