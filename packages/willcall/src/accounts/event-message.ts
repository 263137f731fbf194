import type { EventRow } from "../engines/vault-store.ts";

/** What happened to an account, as the feed and webhooks spell it: never a token, nothing that a provider said. */
export function messageOf({ seq, type, account, owner, provider, reason, at }: EventRow) {
  return {
    // With its time: a number alone could come again after an older backup was put back.
    id: `evt_${at}_${seq}`,
    type,
    timestamp: new Date(at).toISOString(),
    data: { account, owner, provider, reason },
  };
}
