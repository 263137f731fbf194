import type { App } from "../config/config.ts";
import { toBase64url } from "../crypto/bytes.ts";
import type { Desk } from "../desk.ts";
import type { Json, JsonObject, TokenAnswer, TokenContext } from "../providers/provider.ts";
import { type Handle, makeHandle } from "./handle.ts";

/** What an app gets after a login or a refresh, before a dialect spells it. */
export interface Delivered {
  provider: string;
  /** The provider's JSON with every refresh token replaced by a handle (contract A6). */
  verbatim: JsonObject;
  access_token: string;
  token_type: string;
  /** Milliseconds since the epoch; absent when the provider did not say (A15). */
  expiresAt?: number;
  refresh_token?: string;
  scope?: string;
  id_token?: string;
  extra: JsonObject;
}

/** To whom a grant is bound. */
export interface Holder {
  app: App;
  provider: string;
  origin: string | null;
}

/** The grant that an answer's refresh token belongs to, where the caller names it. */
export interface Named {
  id: string;
  /** 0 for a login; a refresh begins the next one. */
  generation: number;
}

/**
 * Turns a provider's answer into what the app gets: refresh tokens become handles, unless the operator chose
 * `refresh: raw`. `named` names the grant of its refresh token: one that a
 * refresh goes on with, or a new one under a name; else a new one gets a name of its own.
 */
export function prepare(
  desk: Desk,
  holder: Holder,
  tokens: TokenAnswer,
  context: TokenContext,
  named?: Named,
): Delivered {
  const { platform, keys } = desk;
  const handles = new Map<string, Handle>();
  const handleFor = (refreshToken: string): Handle => {
    const made = handles.get(refreshToken);
    if (made !== undefined) return made;
    const known = refreshToken === tokens.refresh_token ? named : undefined;
    const handle = makeHandle(keys, platform.random(16), {
      id: known?.id ?? toBase64url(platform.random(16)),
      generation: known?.generation ?? 0,
      app: holder.app.name,
      provider: holder.provider,
      origin: holder.origin,
      refreshToken,
      issuedAt: platform.now(),
      inputs: context.inputs,
      captured: context.captured,
    });
    handles.set(refreshToken, handle);
    return handle;
  };
  const spell = holder.app.refresh === "raw" ? (token: string) => token : handleFor;
  const refreshToken = tokens.refresh_token === undefined ? undefined : spell(tokens.refresh_token);
  const verbatim = tokens.refreshTokenPaths.reduce(
    (object, path) => replaceAt(object, path, spell),
    tokens.verbatim,
  );
  return {
    provider: holder.provider,
    // A refresh always answers with a usable `refresh_token`, also where the provider omits it (A9).
    verbatim:
      named !== undefined && named.generation > 0 && refreshToken !== undefined
        ? { ...verbatim, refresh_token: refreshToken }
        : verbatim,
    access_token: tokens.access_token,
    token_type: tokens.token_type,
    ...(tokens.expiresAt !== undefined && { expiresAt: tokens.expiresAt }),
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    ...(tokens.scope !== undefined && { scope: tokens.scope }),
    ...(tokens.id_token !== undefined && { id_token: tokens.id_token }),
    extra: tokens.extra,
  };
}

/** A copy of `value` in which the string at `path` is replaced; everything else is shared. */
function replaceAt(
  object: JsonObject,
  path: readonly string[],
  spell: (token: string) => string,
): JsonObject {
  const [name, ...rest] = path;
  if (name === undefined || !Object.hasOwn(object, name)) return object;
  const value: Json | undefined = object[name];
  if (rest.length === 0) return typeof value === "string" ? { ...object, [name]: spell(value) } : object;
  if (value === null || typeof value !== "object" || Array.isArray(value)) return object;
  return { ...object, [name]: replaceAt(value, rest, spell) };
}

/** Whole seconds left of an access token, never negative. */
function secondsLeft(expiresAt: number, now: number): number {
  return Math.max(0, Math.floor((expiresAt - now) / 1000));
}

/**
 * The read-key dialect's answer (contracts A6, A15): the provider's own object; `expires_in` is what remains, as a
 * number, where the provider sent one.
 */
export function asVerbatim({ verbatim, expiresAt }: Delivered, now: number): JsonObject {
  if (expiresAt === undefined || !Object.hasOwn(verbatim, "expires_in")) return verbatim;
  return { ...verbatim, expires_in: secondsLeft(expiresAt, now) };
}

/** The RFC 6749 §5.1 answer of the other dialects, with what the definition keeps beyond it. */
export function asTokenResponse(delivered: Delivered, now: number): JsonObject {
  const { access_token, token_type, expiresAt, refresh_token, scope, id_token, extra, provider } = delivered;
  return {
    ...extra,
    access_token,
    token_type,
    ...(expiresAt !== undefined && { expires_in: secondsLeft(expiresAt, now) }),
    ...(refresh_token !== undefined && { refresh_token }),
    ...(scope !== undefined && { scope }),
    ...(id_token !== undefined && { id_token }),
    provider,
  };
}
