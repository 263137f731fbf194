import { didYouMean } from "../config/mistakes.ts";
import type { Json, JsonObject } from "../providers/provider.ts";

/** How accounts of a type come (contract E), as far as Willcall can do it. */
const GRANT_MODES = ["authorization_code", "authorization_code+secret", "refresh_token", "secret"] as const;
export type GrantMode = (typeof GRANT_MODES)[number];

/** How the token endpoint learns who we are. */
const TOKEN_MODES = ["form", "basic", "get"] as const;
export type TokenMode = (typeof TOKEN_MODES)[number];

/** The members of an account type that Willcall reads, each in one shape. */
export interface Members {
  readonly grantMode: GrantMode | undefined;
  readonly slug: string | undefined;
  readonly clientId: string | undefined;
  readonly clientSecret: string | undefined;
  readonly authEndpoint: string | undefined;
  readonly tokenEndpoint: string | undefined;
  readonly tokenMode: TokenMode;
  readonly redirectUri: string | undefined;
  /** Parameters added to the authorization request. */
  readonly extras: ReadonlyMap<string, string>;
  readonly skipRedirectUriOnAuthorize: boolean;
  readonly skipStateOnToken: boolean;
  /** What connectors are given. */
  readonly secret: Json | undefined;
}

const KNOWN = [
  "slug",
  "grant_mode",
  "client_id",
  "client_secret",
  "auth_endpoint",
  "token_endpoint",
  "token_mode",
  "redirect_uri",
  "redirect_url",
  "extras",
  "skip_redirect_uri_on_authorize",
  "skip_state_on_token",
  "secret",
];

/**
 * Reads a document leniently: what is odd is warned about and kept, and never makes the whole unreadable. A warning names
 * members and never says what is in them.
 */
export function readMembers(document: JsonObject, warn: (sentence: string) => void): Members {
  const given = (name: string): Json | undefined => {
    const value = Object.hasOwn(document, name) ? document[name] : undefined;
    return value === null || value === "" ? undefined : value;
  };

  function text(name: string, value = given(name)): string | undefined {
    if (value === undefined || typeof value === "string") return value?.trim();
    // Ids of digits alone are written as numbers by some; longer ones have lost digits already.
    if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
    warn(`${name} is not a string, so it is not read.`);
    return undefined;
  }

  function oneOf<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const value = text(name);
    const found = allowed.find((each) => each === value);
    if (value !== undefined && found === undefined)
      warn(`${name} is none of those that Willcall can do: ${allowed.join(", ")}.`);
    return found;
  }

  function flag(name: string): boolean {
    const value = given(name);
    if (value !== undefined && typeof value !== "boolean" && value !== "true" && value !== "false")
      warn(`${name} is neither true nor false, so it is not read.`);
    return value === true || value === "true";
  }

  function redirectUri(): string | undefined {
    const alias = given("redirect_url");
    if (alias !== undefined)
      warn("redirect_url is read as redirect_uri. Write redirect_uri, which every reader understands.");
    const value = given("redirect_uri") ?? alias;
    return text("redirect_uri", Array.isArray(value) ? value[0] : value);
  }

  function extras(): ReadonlyMap<string, string> {
    const value = given("extras");
    const found = new Map<string, string>();
    if (value === undefined) return found;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      warn("extras is not an object, so it is not read.");
      return found;
    }
    for (const [name, extra] of Object.entries(value)) {
      if (typeof extra === "object") warn(`extras.${shown(name)} is not a string, so it is not sent.`);
      else found.set(name, String(extra));
    }
    return found;
  }

  for (const name of Object.keys(document)) {
    if (!KNOWN.includes(name)) warn(`${shown(name)} is kept, and not read.${didYouMean(name, KNOWN)}`);
  }
  return {
    grantMode: oneOf("grant_mode", GRANT_MODES),
    slug: text("slug"),
    clientId: text("client_id"),
    clientSecret: text("client_secret"),
    authEndpoint: text("auth_endpoint"),
    tokenEndpoint: text("token_endpoint"),
    tokenMode: oneOf("token_mode", TOKEN_MODES) ?? "form",
    redirectUri: redirectUri(),
    extras: extras(),
    skipRedirectUriOnAuthorize: flag("skip_redirect_uri_on_authorize"),
    skipStateOnToken: flag("skip_state_on_token"),
    secret: given("secret"),
  };
}

/** A member's name, where it is one: what somebody pasted into its place stays unsaid. */
function shown(name: string): string {
  return /^[A-Za-z0-9_.-]{1,40}$/.test(name) ? name : "A member with an unusual name";
}
