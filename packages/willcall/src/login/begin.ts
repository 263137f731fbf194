import { fromBase64url, toBase64url } from "../crypto/bytes.ts";
import { makeReadKey, type ReadKey, type ReadKeyDialect } from "../crypto/read-key.ts";
import { open, seal } from "../crypto/seal.ts";
import type { App } from "../config/config.ts";
import { type Desk, baseOf } from "../desk.ts";
import { type Login, decodeLogin, encodeLogin } from "./login.ts";

/** The sealed login that a launch URL carries. */
export type Ticket = string & { readonly __brand: "Ticket" };

/** What an app says when it begins. */
export interface Beginning {
  dialect: ReadKeyDialect;
  app: App;
  /** One of the app's providers. */
  provider: string;
  origin: string | null;
  near: string | null;
  scope: readonly string[] | null;
  inputs: Readonly<Record<string, string>>;
}

/**
 * Begins a login for an app without a key of its own: makes its read key and the login that belongs to it.
 * Writes nothing anywhere (design.md, "begin").
 */
export function begin(desk: Desk, beginning: Beginning): { readKey: ReadKey; login: Login } {
  const { platform, keys } = desk;
  const { app, ...facts } = beginning;
  const createdAt = platform.now();
  const { readKey, mailbox, publicKey } = makeReadKey(
    keys,
    beginning.dialect,
    app.name,
    createdAt,
    platform.random(16),
  );
  const login: Login = {
    ...facts,
    id: mailbox,
    app: app.name,
    createdAt,
    publicKey,
    binding: null,
    carried: null,
  };
  return { readKey, login };
}

/** Seals a login into the ticket of its launch URL. */
export function makeTicket({ keys, platform }: Desk, login: Login): Ticket {
  return toBase64url(seal(keys, "ticket", platform.random(16), encodeLogin(login))) as Ticket;
}

/** The login of a ticket, or undefined: forged, changed, or under a key that is gone. Says nothing of expiry. */
export function openTicket({ keys }: Desk, ticket: string): Login | undefined {
  const sealed = fromBase64url(ticket);
  const opened = sealed && open(keys, "ticket", sealed);
  return opened && decodeLogin(opened.plaintext);
}

/** Where the user's browser launches a login. */
export function launchUrl(desk: Desk, app: App, login: Login): string {
  return ticketUrl(desk, app, makeTicket(desk, login));
}

/** The same, for a ticket that was made before. */
export function ticketUrl({ config }: Pick<Desk, "config">, app: App, ticket: string): string {
  return `${baseOf(config, app)}/login?ticket=${ticket}`;
}
