/** A provider that was provisioned while the broker runs, as a document with revisions. */
export interface AccountTypeRow {
  /** As its documents are named: an account type, or `context/type`. */
  id: string;
  /** `<generation>-<32 hexadecimal digits>`: changes with every write of the document. */
  rev: string;
  /** A document that was deleted leaves its id and rev, so that the next one goes on from there. */
  deleted: boolean;
  /** The whole document; empty for a deleted one. */
  sealed: Uint8Array;
}

/** Where account types are kept: few, and read at every login. Every method is atomic across all processes. */
export interface AccountTypes {
  /** Undefined: there was never one of this id. */
  read(id: string): Promise<AccountTypeRow | undefined>;
  /** All of them, the deleted ones too, in the order of their ids. */
  list(): Promise<AccountTypeRow[]>;
  /** Writes durably where `seen` is still the rev of this id (null: never was one). False: somebody was faster. */
  write(row: AccountTypeRow, seen: string | null): Promise<boolean>;
}
