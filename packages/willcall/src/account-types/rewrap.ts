import type { Rewrapped } from "../accounts/rewrap.ts";
import { isCurrent, rewrapEnvelope } from "../crypto/envelope.ts";
import type { Keyring } from "../crypto/keys.ts";
import type { AccountTypeRow, AccountTypes } from "../engines/account-types.ts";
import type { Platform } from "../platform.ts";
import { aadOf } from "./document.ts";

/** Wraps the data keys of all account types with the first root key, while brokers go on. May be repeated. */
export async function rewrapAccountTypes(
  keys: Keyring,
  { random }: Pick<Platform, "random">,
  types: AccountTypes,
): Promise<Rewrapped> {
  const counts: Rewrapped = { rewrapped: 0, current: 0, unreadable: 0 };
  for (const row of await types.list()) {
    if (!row.deleted) counts[await rewrap(row)]++;
  }
  return counts;

  async function rewrap(row: AccountTypeRow): Promise<keyof Rewrapped> {
    let seen: AccountTypeRow | undefined = row;
    while (seen !== undefined && !seen.deleted && !isCurrent(keys, seen.sealed)) {
      const sealed = rewrapEnvelope(keys, random(16), aadOf(seen), seen.sealed);
      if (sealed === undefined) return "unreadable";
      if (await types.write({ ...seen, sealed }, seen.rev)) return "rewrapped";
      seen = await types.read(seen.id);
    }
    return "current";
  }
}
