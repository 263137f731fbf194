import { openConnectorToken } from "../accounts/connector-token.ts";
import { type OperatorScope, scopesOf } from "../accounts/operator-token.ts";
import type { Wanted } from "../accounts/vault.ts";
import type { Desk } from "../desk.ts";
import type { AccountId, OperatorTokens } from "../engines/vault-store.ts";
import type { Call } from "./http.ts";
import { ownerOf } from "./session.ts";

/** Who calls about an account: a connector, its owner's page, or the operator's server. */
export interface Caller {
  /** What to ask the vault for; undefined: this account is unknown to them. */
  readonly wanted: (id: AccountId) => Wanted | undefined;
  /** Whether they may do what an operator token of this scope allows. */
  readonly may: (scope: OperatorScope) => boolean;
}

/**
 * Who calls, by a Bearer token (RFC 6750 §2.1) or, from our own pages alone, by the cookie of an owner's session.
 * Undefined: nobody that is known here.
 */
export async function callerOf(
  desk: Desk,
  operatorTokens: OperatorTokens,
  call: Call,
): Promise<Caller | undefined> {
  const { config, keys, platform } = desk;
  const authorization = call.connection.header("authorization");
  if (authorization === null) {
    const owner = isOwnPage(desk, call) ? ownerOf(desk, call) : undefined;
    return owner === undefined ? undefined : { wanted: (id) => ({ id, owner }), may: () => true };
  }
  const [, presented] = /^Bearer ([\x21-\x7e]{1,1200})$/i.exec(authorization) ?? [];
  if (presented === undefined) return undefined;
  const lent = openConnectorToken(keys, presented, platform.now());
  if (lent !== undefined) {
    const { account, owner } = lent;
    return { wanted: (id) => (id === account ? { id, owner } : undefined), may: () => true };
  }
  const scopes = await scopesOf(operatorTokens, config.operatorToken, presented);
  return scopes && { wanted: (id) => ({ id }), may: (scope) => scopes.has(scope) };
}

/** Whether a script or form of our own pages sends this: a cookie alone comes along from anywhere. */
export function isOwnPage({ config }: Pick<Desk, "config">, { connection, origin }: Call): boolean {
  const site = connection.header("sec-fetch-site");
  return site === null ? origin === config.publicUrl : site === "same-origin";
}
