import type { ClientStorage } from "./storage/storage.ts";
import { webStorage } from "./storage/web.ts";
import { type Kept, parse } from "./tokens.ts";

/** A published plugin's way to keep its tokens. */
export interface OldRecord {
  /** Its key in `localStorage`. */
  key: string;
  /** What its value says, or undefined when it says nothing usable. */
  read: (value: string) => Kept | undefined;
}

/** The refresh token of an old record is the provider's own: its first refresh goes to `/refresh`, which swaps it. */
function keptFrom(
  access_token: unknown,
  more: { at?: unknown; expires_in?: unknown; refresh_token?: unknown; scope?: unknown; id_token?: unknown },
): Kept | undefined {
  if (typeof access_token !== "string" || access_token === "") return undefined;
  const kept: Kept = { v: 1, access_token, at: typeof more.at === "number" ? more.at : 0 };
  if (typeof more.expires_in === "number") kept.expires_in = more.expires_in;
  if (typeof more.scope === "string") kept.scope = more.scope;
  if (typeof more.id_token === "string") kept.id_token = more.id_token;
  if (typeof more.refresh_token === "string" && more.refresh_token !== "") {
    kept.refresh_token = more.refresh_token;
    kept.raw = true;
  }
  return kept;
}

/** `{createdAt, expiredIn, accessToken, refreshToken}`, as three of the plugins spell it. */
const spelt = (key: string): OldRecord => ({
  key,
  read(value) {
    const { createdAt, expiredIn, accessToken, refreshToken } = parse(value);
    return keptFrom(accessToken, { at: createdAt, expires_in: expiredIn, refresh_token: refreshToken });
  },
});

/** How the published Framer plugins kept their tokens, by the plugins' names. */
export const framerPlugins = {
  airtable: spelt("airtableTokens"),
  googleSheets: spelt("googleSheetsTokens"),
  hubspot: spelt("hubspotTokens"),
  /** The provider's answer as it came, without the time: its first use is a refresh. */
  googleSearchConsole: {
    key: "framer-search-console-tokens",
    read(value) {
      const { access_token, ...more } = parse(value);
      return keptFrom(access_token, { ...more, at: 0 });
    },
  },
  /** The access token alone, which does not expire. */
  notion: { key: "notionBearerToken", read: (value) => keptFrom(value, {}) },
} as const satisfies Record<string, OldRecord>;

/**
 * A storage that also knows where an earlier version of the plugin kept its tokens, so that people who are signed in
 * stay so. The old record is read while there is no new one, and removed with the first write or with log-out,
 * so that it cannot come back.
 *
 * @param storage where new records go
 * @param area where the old record is: `localStorage`, for all that were published
 */
export function migrating(
  old: OldRecord,
  storage: ClientStorage = webStorage("localStorage"),
  area: ClientStorage = webStorage("localStorage"),
): ClientStorage {
  return {
    ...storage,
    async get(key) {
      const current = await storage.get(key);
      if (current) return current;
      const value = await area.get(old.key);
      const kept = value ? old.read(value) : undefined;
      return kept ? JSON.stringify(kept) : null;
    },
    async set(key, value) {
      await storage.set(key, value);
      await area.remove(old.key);
    },
    async remove(key) {
      await storage.remove(key);
      await area.remove(old.key);
    },
  };
}
