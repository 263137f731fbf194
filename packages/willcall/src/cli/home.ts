import { randomBytes } from "node:crypto";
import { DEFAULT_OWNER, makeSessionCode } from "../accounts/owner-session.ts";
import type { Config } from "../config/config.ts";
import { ConfigError } from "../config/mistakes.ts";
import { Keyring } from "../crypto/keys.ts";
import { sessionUrl } from "../dialects/session.ts";
import type { Terminal } from "./terminal.ts";

/** Prints the link that signs a browser in as `owner`. Rejects with `ConfigError` where no accounts are kept. */
export function showHome({ config }: { config: Config }, owner: string, terminal: Terminal): void {
  if (config.accounts === undefined) {
    const remedy = "Add `accounts` to willcall.config.json: docs/accounts.md says how.";
    throw new ConfigError([{ path: "accounts", problem: "is not configured", remedy }]);
  }
  terminal.complain("This signs you in, once, within ten minutes. Open it in a browser:");
  terminal.say(homeLink(config, owner));
}

/** A one-time link that signs in whoever opens it from this terminal; from elsewhere a browser asks first. */
export function homeLink({ publicUrl, rootKeys }: Config, owner: string = DEFAULT_OWNER): string {
  const platform = { now: Date.now, random: randomBytes };
  const asked = { owner, origin: "terminal", returnTo: null };
  return sessionUrl(publicUrl, makeSessionCode(new Keyring(rootKeys), platform, asked).code);
}
