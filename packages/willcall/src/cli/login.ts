import { setTimeout as sleep } from "node:timers/promises";
import { listenOnLoopback } from "./loopback.ts";
import { type OperatorClient, Refused } from "./operator-client.ts";

/** Milliseconds between two looks whether somebody has finished on another machine. */
const LOOK_AGAIN = 1_000;

/** Which account to connect. */
export interface LoginRequest {
  /** A provider where the broker keeps accounts; absent for an account that is there. */
  readonly provider?: string | undefined;
  /** An account to connect again in place. */
  readonly account?: string | undefined;
  readonly owner: string;
  readonly scope?: string | undefined;
  /** The browser is on another machine: it can't come back to this one. */
  readonly elsewhere: boolean;
}

/** What whoever is to log in must be shown. */
export interface Invitation {
  /** The link: for a browser on this machine, or wherever it can be pasted. */
  readonly url: string;
  /** For a browser where it can't be: what to type, and where. */
  readonly code?: { readonly letters: string; readonly at: string } | undefined;
}

/**
 * Connects an account through a browser: `show` gets the link. Resolves to the account's id once it is connected; rejects
 * with `Refused` when the login ended otherwise, or nobody finished it in time.
 */
export async function logIn(
  client: OperatorClient,
  request: LoginRequest,
  show: (invitation: Invitation) => void,
): Promise<string> {
  const { provider, account, owner, scope, elsewhere } = request;
  const asked = {
    ...(account === undefined ? { owner, provider } : { account }),
    ...(scope !== undefined && { scope }),
  };
  return elsewhere ? connectElsewhere(client, asked, show) : connectHere(client, asked, show);
}

async function connectHere(
  client: OperatorClient,
  asked: Parameters<OperatorClient["begin"]>[0],
  show: (invitation: Invitation) => void,
): Promise<string> {
  await using loopback = await listenOnLoopback();
  const { account, url, expires_at } = await client.begin({ ...asked, return_to: loopback.url });
  show({ url });
  const query = await Promise.race([loopback.arrived, expiry(expires_at)]);
  const error = query.get("error");
  if (error !== null) throw new Refused(`The login ended without tokens: ${knownError(error)}.`);
  return account;
}

async function connectElsewhere(
  client: OperatorClient,
  asked: Parameters<OperatorClient["begin"]>[0],
  show: (invitation: Invitation) => void,
): Promise<string> {
  const before = asked.account === undefined ? undefined : await client.account(asked.account);
  const begun = await client.begin({ ...asked, code: true });
  const { account, url, expires_at, user_code: letters, verification_uri: at } = begun;
  show({ url, code: letters && at ? { letters, at } : undefined });
  while (Date.now() < Date.parse(expires_at)) {
    const now = await client.account(account);
    if (now !== undefined && now.version > (before?.version ?? 0)) return account;
    await sleep(LOOK_AGAIN);
  }
  return tooLate();
}

async function expiry(at: string): Promise<never> {
  await sleep(Date.parse(at) - Date.now(), undefined, { ref: false });
  return tooLate();
}

function tooLate(): never {
  throw new Refused("Nobody finished the login in time. Run the command again.");
}

/** Only an error code may reach the terminal (RFC 6749 §4.1.2.1): whoever knows the address can send any text. */
function knownError(error: string): string {
  return /^[a-z_]{1,40}$/.test(error) ? error : "unknown";
}
