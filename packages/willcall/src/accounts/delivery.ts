import type { AccountId } from "../engines/vault-store.ts";
import type { Delivery } from "../login/delivery.ts";
import { TOMBSTONE_WINDOW } from "../login/login.ts";
import { accountGone } from "./connect.ts";
import type { Vault } from "./vault.ts";

/** What an account's login carries, sealed, from its beginning to its end. */
export interface Carried {
  readonly owner: string;
  readonly account: string;
  /** There when the account exists and gets new tokens. */
  readonly reconnects?: "yes";
  /** Where the browser goes in the end; without it, to our own page. */
  readonly return_to?: string;
  /** What the client wants back with it. */
  readonly state?: string;
}

/** Stores the tokens as an account; nobody picks anything up. Without a vault no account is kept here. */
export function accountDelivery(vault: Vault | undefined): Delivery {
  return {
    deliver: async (_desk, { login, registration, tokens, context }) => {
      const { owner = "", account = "", reconnects } = login.carried ?? {};
      const connecting = { account: account as AccountId, owner, reconnects: reconnects !== undefined };
      const outcome = await (vault?.connect(connecting, { registration, tokens, context }) ?? accountGone);
      if (outcome !== "connected") return { refused: outcome };
      const until = login.createdAt + TOMBSTONE_WINDOW;
      return { box: new Uint8Array(0), expiresAt: until, forgetAt: until };
    },
    next: (_desk, { carried }, end) => {
      const { return_to: returnTo, state, account = "" } = carried ?? {};
      if (returnTo === undefined) return undefined;
      const to = new URL(returnTo);
      if (end === "ready") to.searchParams.set("account", account);
      else to.searchParams.set("error", end === "cancelled" ? "access_denied" : end.error);
      if (state !== undefined) to.searchParams.set("state", state);
      return to.href;
    },
  };
}
