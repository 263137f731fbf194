import { sha256 } from "../crypto/hmac.ts";
import type { AccountRow } from "../engines/vault-store.ts";
import type { JsonObject } from "../providers/provider.ts";
import type { ConnectorData } from "./connector-data.ts";
import type { Holding } from "./holding.ts";

/** The doctype of accounts, as Cozy's clients name it. */
export const ACCOUNTS_DOCTYPE = "io.cozy.accounts";

/**
 * What stands for a refresh token where there is one: published connectors look whether it is there before they ask for a
 * refresh, and send it nowhere.
 */
const REFRESH_TOKEN = "kept-by-willcall";

/** An account as connectors see it (contract E): CouchDB's `_id` and `_rev` are apart. */
export interface AccountDocument {
  readonly id: string;
  readonly rev: string;
  readonly attributes: JsonObject;
}

/**
 * Members that are not a connector's to change: what the vault says, and what the document is called. `name` is the
 * account's label at the provider.
 */
const OURS = new Set(["_id", "_rev", "_type", "account_type", "name", "oauth", "oauth_callback_results"]);

/**
 * An account as its connector sees it: the tokens of the vault, and beside them what the connector keeps there. The
 * refresh token and the client secret are no connector's business: Willcall refreshes.
 *
 * @param holding undefined: it cannot be opened, and there are no tokens to show
 * @param clientId undefined: its provider is configured no more
 */
export function documentOf(
  row: AccountRow,
  holding: Holding | undefined,
  clientId: string | undefined,
  data: ConnectorData,
): AccountDocument {
  const attributes = {
    ...data.content,
    account_type: row.provider,
    name: row.label ?? "",
    ...(holding && {
      oauth: {
        access_token: holding.accessToken,
        token_type: holding.tokenType,
        ...(holding.refreshToken !== null && { refresh_token: REFRESH_TOKEN }),
        ...(row.expiresAt !== null && { expires_at: new Date(row.expiresAt).toISOString() }),
        ...(clientId !== undefined && { client_id: clientId }),
      },
      // As Cozy: what the provider said beyond these.
      oauth_callback_results: {
        ...holding.extra,
        ...(row.scope !== null && { scope: row.scope }),
        ...(holding.idToken !== null && { id_token: holding.idToken }),
      },
    }),
  };
  return { id: row.id, rev: revOf(row.id, data.version), attributes };
}

/**
 * The revision of a document, as CouchDB spells it. It changes with what a connector writes, and not when Willcall renews
 * the tokens: no connector can overwrite those, so a write after a refresh is no conflict.
 */
export function revOf(id: string, version: number): string {
  const digest = sha256(Buffer.from(JSON.stringify([id, version]))).toString("hex");
  return `${version + 1}-${digest.slice(0, 32)}`;
}

/** What of a written document is the connector's: everything but ours. */
export function contentOf(document: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(document).filter(([name]) => !OURS.has(name)));
}
