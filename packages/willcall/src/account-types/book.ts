import type { AccountTypeRow, AccountTypes } from "../engines/account-types.ts";
import type { JsonObject } from "../providers/provider.ts";
import { type Sealing, keepSecrets, openDocument, sealDocument } from "./document.ts";

/** A document as it is in force. */
export interface AccountType {
  readonly id: string;
  readonly rev: string;
  /** With its secrets, without `_id` and `_rev`. Undefined: it opens with none of the root keys. */
  readonly document: JsonObject | undefined;
}

/** How many documents there are and were, how often any was written, and how many bytes are stored. */
export interface Counts {
  readonly documents: number;
  readonly deleted: number;
  readonly updates: number;
  readonly bytes: number;
}

/** A document that was just written, as it is in force. */
export type Written = AccountType & { readonly document: JsonObject };

/** Why nothing was written: another revision is in force; or the client secret has to be sent again. */
export type NotWritten = "conflict" | "secret_needed";

/** Account types as documents with revisions, which are CouchDB's: whoever writes names the last one. */
export interface AccountTypeBook {
  read(id: string): Promise<AccountType | "missing" | "deleted">;
  /** All that are not deleted, in the order of their ids. */
  list(): Promise<AccountType[]>;
  counts(): Promise<Counts>;
  /**
   * Writes a document, with the secrets of its last revision where it leaves them out. `rev` undefined: there is none so
   * far, or it was deleted.
   */
  write(id: string, rev: string | undefined, document: JsonObject): Promise<Written | NotWritten>;
  /** Deletes a document; its secrets are gone. */
  remove(id: string, rev: string | undefined): Promise<{ rev: string } | "missing" | "deleted" | "conflict">;
}

/** The book over a store. */
export function createAccountTypeBook(sealing: Sealing, store: AccountTypes): AccountTypeBook {
  const opened = (row: AccountTypeRow): AccountType => ({
    id: row.id,
    rev: row.rev,
    document: openDocument(sealing, row),
  });

  /** Random, where CouchDB has a digest: one of a secret could be tried out. */
  const revAfter = (rev: string | undefined): string =>
    `${generationOf(rev) + 1}-${Buffer.from(sealing.platform.random(16)).toString("hex")}`;

  return {
    async read(id) {
      const row = await store.read(id);
      if (row === undefined) return "missing";
      return row.deleted ? "deleted" : opened(row);
    },

    async list() {
      return (await store.list()).filter(({ deleted }) => !deleted).map(opened);
    },

    async counts() {
      const rows = await store.list();
      const deleted = rows.filter((row) => row.deleted).length;
      const updates = rows.reduce((sum, { rev }) => sum + generationOf(rev), 0);
      const bytes = rows.reduce((sum, { sealed }) => sum + sealed.length, 0);
      return { documents: rows.length - deleted, deleted, updates, bytes };
    },

    async write(id, rev, document) {
      const row = await store.read(id);
      const inForce = row?.deleted && rev === undefined ? undefined : row?.rev;
      if (rev !== inForce) return "conflict";
      const former = row && !row.deleted ? openDocument(sealing, row) : undefined;
      // One that no key opens may open again when its key is brought back: it is not given up unsaid.
      const isClosed = row !== undefined && !row.deleted && former === undefined;
      if (isClosed && !Object.hasOwn(document, "client_secret")) return "secret_needed";
      const kept = keepSecrets(document, former);
      if (kept === undefined) return "secret_needed";
      const names = { id, rev: revAfter(row?.rev) };
      const written = { ...names, deleted: false, sealed: sealDocument(sealing, names, kept) };
      return (await store.write(written, row?.rev ?? null)) ? { ...names, document: kept } : "conflict";
    },

    async remove(id, rev) {
      const row = await store.read(id);
      if (row === undefined) return "missing";
      if (row.deleted) return "deleted";
      if (rev !== row.rev) return "conflict";
      const gone = { id, rev: revAfter(rev), deleted: true, sealed: new Uint8Array(0) };
      return (await store.write(gone, rev)) ? { rev: gone.rev } : "conflict";
    },
  };
}

const generationOf = (rev: string | undefined): number => Number.parseInt(rev ?? "0", 10);
