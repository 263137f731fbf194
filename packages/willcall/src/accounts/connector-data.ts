import {
  ENVELOPE_RANDOM,
  isCurrent,
  openEnvelope,
  rewrapEnvelope,
  sealEnvelope,
} from "../crypto/envelope.ts";
import type { Keyring } from "../crypto/keys.ts";
import type { Desk } from "../desk.ts";
import type { AccountData, AccountDataRow } from "../engines/account-data.ts";
import type { AccountId } from "../engines/vault-store.ts";
import type { Platform } from "../platform.ts";
import type { JsonObject } from "../providers/provider.ts";

/** Rows looked at in one page. */
const PAGE = 200;

/** What a connector keeps with its account. */
export interface ConnectorData {
  /** Counts the writes; 0: nothing was kept. */
  readonly version: number;
  readonly content: JsonObject;
}

type Sealing = Pick<Desk, "keys" | "platform">;

/** What a row's envelope is bound to: copied to another account, or put back later, it does not open (S1). */
const aadOf = ({ id, version }: Pick<AccountDataRow, "id" | "version">): Buffer =>
  Buffer.from(JSON.stringify(["connector data", id, version]));

/** Reads what connectors keep with an account. What no root key opens any more reads as empty, and may be replaced. */
export async function readConnectorData(
  { keys }: Pick<Sealing, "keys">,
  data: AccountData,
  id: AccountId,
): Promise<ConnectorData> {
  const row = await data.read(id);
  if (row === undefined) return { version: 0, content: {} };
  const content = openEnvelope(keys, aadOf(row), row.sealed);
  return {
    version: row.version,
    content: content ? (JSON.parse(content.toString("utf8")) as JsonObject) : {},
  };
}

/** Keeps `content` in the place of version `former`. Undefined: somebody else wrote before, or the account is gone. */
export async function writeConnectorData(
  { keys, platform }: Sealing,
  data: AccountData,
  id: AccountId,
  former: number,
  content: JsonObject,
): Promise<ConnectorData | undefined> {
  const version = former + 1;
  const plaintext = Buffer.from(JSON.stringify(content));
  const sealed = sealEnvelope(keys, platform.random(ENVELOPE_RANDOM), aadOf({ id, version }), plaintext);
  return (await data.write(former, { id, version, sealed })) ? { version, content } : undefined;
}

/**
 * Wraps the data keys of all connectors' data with the first root key; may be repeated, and stopped at any point. Whoever
 * writes meanwhile does so under that key.
 *
 * @returns how many open with none of the keys; they are left as they are
 */
export async function rewrapConnectorData(
  keys: Keyring,
  { random }: Pick<Platform, "random">,
  data: AccountData,
): Promise<number> {
  let unreadable = 0;
  let after = "";
  for (;;) {
    const rows = await data.list(after, PAGE);
    for (const row of rows) {
      if (isCurrent(keys, row.sealed)) continue;
      const sealed = rewrapEnvelope(keys, random(16), aadOf(row), row.sealed);
      if (sealed === undefined) unreadable++;
      else await data.write(row.version, { ...row, sealed });
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return unreadable;
    after = last.id;
  }
}
