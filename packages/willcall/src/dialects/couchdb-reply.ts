import type { AccountType, AccountTypeBook } from "../account-types/book.ts";
import { withoutSecrets } from "../account-types/document.ts";
import type { Desk } from "../desk.ts";
import type { OperatorTokens } from "../engines/vault-store.ts";
import type { JsonObject } from "../providers/provider.ts";
import type { HeaderSets } from "./http.ts";

/** The database's name, as CouchDB shows it. */
export const DATABASE = "secrets/io-cozy-account_types";
/** Its path: the slash in its name stays encoded. */
export const DATABASE_PATH = `/${encodeURIComponent(DATABASE)}`;

/** What the provisioning routes work with. */
export interface CouchOffice {
  readonly desk: Desk;
  readonly headers: HeaderSets;
  readonly book: AccountTypeBook;
  readonly operatorTokens: OperatorTokens;
}

/** An answer before it is written: CouchDB's own members, in CouchDB's order. */
export interface CouchAnswer {
  readonly status: number;
  /** An object, or a text that is laid out already. */
  readonly body: JsonObject | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Something that CouchDB refuses, in its words. */
export const refusal = (
  status: number,
  error: string,
  reason: string,
  headers?: Readonly<Record<string, string>>,
): CouchAnswer => ({ status, body: { error, reason }, ...(headers && { headers }) });

export const badRequest = (reason: string): CouchAnswer => refusal(400, "bad_request", reason);
export const notFound = (reason: "missing" | "deleted"): CouchAnswer => refusal(404, "not_found", reason);
export const conflict = refusal(409, "conflict", "Document update conflict.");
export const tooLarge = refusal(413, "too_large", "the request entity is too large");
export const invalidJson = badRequest("invalid UTF-8 JSON");

/** Which methods there are instead. */
export const notAllowed = (methods: string): CouchAnswer =>
  refusal(405, "method_not_allowed", `Only ${methods} allowed`, { Allow: methods });

/** Writes an answer as CouchDB does: compact JSON with a line feed behind it. */
export function write({ headers }: Pick<CouchOffice, "headers">, answer: CouchAnswer): Response {
  const { status, body } = answer;
  const text = status === 304 ? null : typeof body === "string" ? body : `${JSON.stringify(body)}\n`;
  return new Response(text, {
    status,
    headers: {
      ...headers.api,
      "Cache-Control": "must-revalidate",
      "Content-Type": "application/json",
      "Cross-Origin-Resource-Policy": "same-origin",
      ...answer.headers,
    },
  });
}

/** A document as it is answered: id and revision first, secrets never. */
export const shown = ({ id, rev, document }: AccountType): JsonObject => ({
  _id: id,
  _rev: rev,
  ...withoutSecrets(document ?? {}),
});
