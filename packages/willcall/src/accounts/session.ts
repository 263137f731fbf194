import type { App } from "../config/config.ts";
import { toBase64url } from "../crypto/bytes.ts";
import { PUBLIC_KEY_LENGTH } from "../crypto/hpke.ts";
import type { Desk } from "../desk.ts";
import type { MailboxId } from "../engines/engine.ts";
import type { AccountId } from "../engines/vault-store.ts";
import { launchUrl } from "../login/begin.ts";
import { type InputError, readInputs } from "../login/inputs.ts";
import { type Login, expiresAt } from "../login/login.ts";
import type { Registrations } from "../registrations.ts";
import type { Carried } from "./delivery.ts";
import type { Vault } from "./vault.ts";

/** What an operator's server asks for, for one of its people. */
export interface SessionRequest {
  /** Whose account it will be; may be absent for an account that is there. */
  owner?: string | undefined;
  /** Absent for an account that is there. */
  provider?: string | undefined;
  /** An account that is there, to be connected again in place. */
  account?: AccountId | undefined;
  /** Null: as configured, or as the account has it. */
  scope: readonly string[] | null;
  /** The definition's inputs; an account that is there brings its own. */
  inputs: Readonly<Record<string, string>>;
  /** The origin of the page that shows the link: from there the login begins without a question (promise S5). */
  origin: string | null;
  /** Where the browser goes in the end; absent: to our own page. */
  returnTo?: string | undefined;
  /** What goes back with it. */
  state?: string | undefined;
  /** Names the login, where a code that is good once begins it (see `SessionCode`). */
  login?: MailboxId | undefined;
}

/** A login that waits for its browser. */
export interface Session {
  account: AccountId;
  login: Login;
  /** Where the person's browser begins it, once. */
  url: string;
  /** Milliseconds since the epoch: until then. */
  expiresAt: number;
}

/** Why there is no session. */
export type SessionError =
  | "unknown_account"
  | "unknown_provider"
  | "not_interactive"
  | "too_long"
  | InputError;

/** Characters of a link, at most: the login in it must fit into a cookie, of which browsers keep 4096 bytes. */
const LONGEST_LINK = 3_500;

/**
 * Begins connecting an account, new or in place. Nothing is written until a browser opens the link, and the account's
 * id is known from here on.
 */
export async function beginSession(
  desk: Desk,
  vault: Vault,
  app: App,
  registrations: Registrations,
  request: SessionRequest,
): Promise<Session | { error: SessionError }> {
  const former = request.account && (await vault.find({ id: request.account, owner: request.owner }));
  if (request.account !== undefined && former === undefined) return { error: "unknown_account" };
  const registration = await registrations.at(former?.provider ?? request.provider ?? "");
  const isOther = former && request.provider !== undefined && request.provider !== former.provider;
  if (registration === undefined || isOther) return { error: "unknown_provider" };
  if (registration.interactive === false) return { error: "not_interactive" };
  const inputs = { ...(former && (await vault.inputsOf(former))), ...request.inputs };
  const checked = readInputs(registration.provider, Object.entries(inputs));
  if ("error" in checked) return checked;

  const { platform } = desk;
  const account = former?.id ?? makeAccountId(platform.random(16));
  const carried: Carried = {
    owner: former?.owner ?? request.owner ?? "",
    account,
    ...(former && { reconnects: "yes" }),
    ...(request.returnTo !== undefined && { return_to: request.returnTo }),
    ...(request.state !== undefined && { state: request.state }),
  };
  const login: Login = {
    id: request.login ?? (toBase64url(platform.random(16)) as MailboxId),
    dialect: "accounts",
    app: app.name,
    provider: registration.provider.name,
    origin: request.origin,
    scope: request.scope ?? former?.scope?.split(" ") ?? null,
    createdAt: platform.now(),
    near: null,
    inputs: checked.values,
    // Nobody picks up an account.
    publicKey: Buffer.alloc(PUBLIC_KEY_LENGTH),
    binding: null,
    carried: { ...carried },
  };
  const url = launchUrl(desk, app, login);
  if (url.length > LONGEST_LINK) return { error: "too_long" };
  return { account, login, url, expiresAt: expiresAt(login) };
}

/** Whether a text is spelt as accounts' ids are. */
export function isAccountId(text: string): text is AccountId {
  return /^[A-Za-z0-9_-]{22}$/.test(text);
}

/** An account's id of 16 random bytes. It begins with a letter, so that no command line takes it for an option. */
export function makeAccountId(random: Uint8Array): AccountId {
  const bytes = Uint8Array.from(random);
  bytes[0] = (bytes[0] ?? 0) & 0x7f;
  return toBase64url(bytes) as AccountId;
}
