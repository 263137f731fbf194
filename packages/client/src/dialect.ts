import type { Tokens } from "./tokens.ts";

/** What a login asks for; all of it optional. */
export interface LoginParameters {
  /** Space-separated; within what the operator allows the app. */
  scope?: string | undefined;
  /** Which of the app's providers, where it has several. */
  provider?: string | undefined;
  /** What a provider's definition asks for: `shop`, `subdomain`, … */
  inputs?: Record<string, string> | undefined;
}

/** A login in flight, as it survives a reload. */
export interface Pending {
  v: 1;
  /** Where the person logs in. */
  url: string;
  /** Milliseconds of this device's clock when it began. */
  at: number;
  /** Native dialect: what opens the mailbox, and the secret that abandons the login. */
  key?: MailboxKey;
  /** Read-key dialect. */
  readKey?: string;
}

/** The app's half of a mailbox. */
export interface MailboxKey {
  /** Mailbox id: 22 characters. */
  id: string;
  /** 65 bytes, uncompressed P-256, base64url. */
  publicKey: string;
  /** The private key. */
  jwk: JsonWebKey;
  /** Whose SHA-256 the launch URL carries. */
  secret: string;
  /** The origin that the launch URL named; empty: none. */
  origin: string;
}

/** One of the broker's two ways to talk to a public app (contracts A and B). All reject with `WillcallError`. */
export interface Dialect {
  /** Resolves when `begin` answers at once, where it can. */
  prepared?: Promise<void>;
  /** At once where nothing has to be fetched or computed, so that a window can open inside a click. */
  begin(parameters: LoginParameters): Pending | Promise<Pending>;
  /** One long-poll. Resolves to undefined while there is nothing to pick up. */
  poll(pending: Pending, signal: AbortSignal): Promise<Tokens | undefined>;
  /** Says that nobody waits any more, so that nothing is exchanged for nobody. */
  abandon?(pending: Pending): void;
  /** Rejects with `expired` when, and only when, the refresh token is dead. */
  refresh(refreshToken: string): Promise<Tokens>;
  /** Resolves to whether the broker confirmed it. */
  revoke(refreshToken: string): Promise<boolean>;
}
