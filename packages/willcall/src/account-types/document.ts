import { ENVELOPE_RANDOM, openEnvelope, sealEnvelope } from "../crypto/envelope.ts";
import type { Keyring } from "../crypto/keys.ts";
import type { AccountTypeRow } from "../engines/account-types.ts";
import type { Platform } from "../platform.ts";
import { isJsonObject, parseJson } from "../providers/json.ts";
import type { JsonObject } from "../providers/provider.ts";

/** The members that nobody is shown: what the operator registered at the provider, and what connectors are given. */
const SECRET_MEMBERS: ReadonlySet<string> = new Set(["client_secret", "secret"]);

/** What sealing takes. */
export interface Sealing {
  readonly keys: Keyring;
  readonly platform: Pick<Platform, "random">;
}

/** The names that a sealed document is bound to. */
type Names = Pick<AccountTypeRow, "id" | "rev">;

/** What a row's envelope is bound to. */
export const aadOf = ({ id, rev }: Names): Buffer => Buffer.from(JSON.stringify(["account type", id, rev]));

/**
 * Seals a document for its row at `rev`, the whole of it: nobody who changes the store can lead the client secret to
 * another token endpoint, and members that we do not know may be secret too (promise S1).
 */
export function sealDocument({ keys, platform }: Sealing, names: Names, document: JsonObject): Buffer {
  const content = Buffer.from(JSON.stringify(document));
  return sealEnvelope(keys, platform.random(ENVELOPE_RANDOM), aadOf(names), content);
}

/** The document of a row, or undefined: somebody changed the row, or its root key is gone. */
export function openDocument({ keys }: Pick<Sealing, "keys">, row: AccountTypeRow): JsonObject | undefined {
  const content = openEnvelope(keys, aadOf(row), row.sealed);
  const document = content && parseJson(content.toString("utf8"));
  return isJsonObject(document) ? document : undefined;
}

/** A document as it may be shown: without its secret members (contract E). */
export function withoutSecrets(document: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(document).filter(([name]) => !SECRET_MEMBERS.has(name)));
}

/**
 * `next` with the secret members that it leaves out, as `former` has them: nobody is shown them, so nobody can send
 * them back. One that is null or empty is given up. Undefined: the client secret would go to another host than before,
 * where only somebody who knows it may send it.
 */
export function keepSecrets(next: JsonObject, former: JsonObject | undefined): JsonObject | undefined {
  const kept: JsonObject = { ...next };
  for (const name of SECRET_MEMBERS) {
    const value = Object.hasOwn(next, name) ? next[name] : former?.[name];
    if (value === undefined || value === null || value === "") delete kept[name];
    else kept[name] = value;
  }
  const isKept = kept["client_secret"] !== undefined && !Object.hasOwn(next, "client_secret");
  if (isKept && hostOf(next) !== hostOf(former ?? {})) return undefined;
  return kept;
}

/** Where a document's client secret goes. */
function hostOf({ token_endpoint: endpoint }: JsonObject): string | undefined {
  if (typeof endpoint !== "string") return undefined;
  return URL.parse(endpoint)?.origin ?? endpoint;
}
