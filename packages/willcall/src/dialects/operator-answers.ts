import type * as z from "zod/mini";
import type { Tokens } from "../accounts/renew.ts";
import type { Desk } from "../desk.ts";
import type { AccountRow } from "../engines/vault-store.ts";
import { english } from "../schemas.ts";
import { type Call, readBody } from "./http.ts";

/** What goes wrong, in words of our own and of RFC 6750. */
export interface Problem {
  readonly status: number;
  readonly error: string;
  readonly sentence: string;
  readonly headers?: Record<string, string>;
}

/** An answer: a status with its JSON, or what went wrong. */
export type Answer = { readonly status: number; readonly json: unknown } | Problem;

/** There is none of this id, or it is another owner's. */
export const unknownAccount: Problem = {
  status: 404,
  error: "unknown_account",
  sentence: "There is no such account.",
};

/** The request is not as the OpenAPI document says. */
export const invalid = (sentence: string): Problem => ({ status: 400, error: "invalid_request", sentence });

/** An account without anything secret. */
export function view(row: AccountRow) {
  const { id, owner, provider, label, scope, status, reason, version } = row;
  return {
    id,
    owner,
    provider,
    label,
    scope,
    status,
    reason,
    version,
    created_at: iso(row.createdAt),
    renewed_at: iso(row.renewedAt),
    expires_at: row.expiresAt === null ? null : iso(row.expiresAt),
    used_at: row.usedAt === null ? null : iso(row.usedAt),
  };
}

/** The access token and what belongs to it; never the refresh token (promise S4). */
export function spell({ platform }: Pick<Desk, "platform">, said: Tokens): Answer {
  switch (said.kind) {
    case "tokens": {
      const { row, holding } = said;
      const left = row.expiresAt === null ? undefined : row.expiresAt - platform.now();
      const json = {
        account: row.id,
        version: row.version,
        access_token: holding.accessToken,
        token_type: holding.tokenType,
        ...(left !== undefined && { expires_in: Math.max(0, Math.floor(left / 1_000)) }),
        scope: row.scope,
        ...(holding.idToken !== null && { id_token: holding.idToken }),
        extra: holding.extra,
      };
      return { status: 200, json };
    }
    case "unknown":
      return unknownAccount;
    case "needs_reconnect":
      return {
        status: 409,
        error: "needs_reconnect",
        sentence: `Only its owner can bring it back (${said.reason}): begin a session for this account.`,
      };
    case "no_refresh_token":
      return {
        status: 409,
        error: "no_refresh_token",
        sentence: "The provider gave no refresh token: the access token is all there is.",
      };
    case "limited":
    case "unavailable":
      return {
        status: said.kind === "limited" ? 429 : 503,
        error: "temporarily_unavailable",
        sentence: "The provider cannot be asked right now. Nothing is lost: try again.",
        headers: { "Retry-After": String(said.after) },
      };
    case "misconfigured":
      return {
        status: 502,
        error: "server_error",
        sentence: "The provider refuses this broker's registration, or is not configured any more.",
      };
  }
}

/** A moment as the API writes it. */
export const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** A body within a schema; an empty one is `{}`. */
export async function readJson<T>(schema: z.ZodMiniType<T>, call: Call): Promise<{ value: T } | Problem> {
  const text = await readBody(call.request);
  if (text === undefined) return { ...invalid("The body is larger than 16 KiB."), status: 413 };
  try {
    return read(schema, text === "" ? {} : JSON.parse(text));
  } catch {
    return invalid("The body is not JSON.");
  }
}

/** A value within a schema, or which member is not as it should be: values are never repeated. */
export function read<T>(schema: z.ZodMiniType<T>, value: unknown): { value: T } | Problem {
  const parsed = schema.safeParse(value, english);
  if (parsed.success) return { value: parsed.data };
  const wrong = parsed.error.issues.map((issue) =>
    issue.code === "unrecognized_keys" ? "a member that nobody knows" : issue.path.join(".") || issue.message,
  );
  return invalid(`Not as the OpenAPI document says: ${[...new Set(wrong)].join(", ")}.`);
}
