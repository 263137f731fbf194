/**
 * The schema, one step per version; step n leads from version n to n + 1. A published step never changes:
 * data directories out there were made by it. Fields are documented in docs/storage.md.
 *
 * `logins` is a rowid table because rows carry boxes of kilobytes: in a WITHOUT ROWID table each change of
 * status moved the box through the tree and cost two to three times as much.
 */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE logins (
     id TEXT PRIMARY KEY NOT NULL,
     dialect TEXT NOT NULL,
     app TEXT NOT NULL,
     provider TEXT NOT NULL,
     state_hash TEXT NOT NULL,
     status TEXT NOT NULL,
     reason TEXT,
     expires_at INTEGER NOT NULL,
     deadline INTEGER,
     changed_at INTEGER NOT NULL,
     forget_at INTEGER NOT NULL,
     binding TEXT,
     login BLOB,
     box BLOB
   ) STRICT;
   CREATE INDEX logins_forget ON logins (forget_at);
   CREATE INDEX logins_capped ON logins (app, expires_at)
     WHERE login IS NOT NULL AND status NOT IN ('ready', 'taken');
   CREATE TABLE grants (
     id TEXT PRIMARY KEY NOT NULL,
     generation INTEGER NOT NULL,
     ended TEXT,
     lease_until INTEGER NOT NULL,
     fence INTEGER NOT NULL,
     forget_at INTEGER NOT NULL,
     replay BLOB
   ) STRICT;
   CREATE INDEX grants_forget ON grants (forget_at);
   CREATE TABLE facts (
     key TEXT PRIMARY KEY NOT NULL,
     value TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE accounts (
     id TEXT PRIMARY KEY NOT NULL,
     owner TEXT NOT NULL,
     provider TEXT NOT NULL,
     status TEXT NOT NULL,
     reason TEXT,
     label TEXT,
     scope TEXT,
     version INTEGER NOT NULL,
     created_at INTEGER NOT NULL,
     renewed_at INTEGER NOT NULL,
     expires_at INTEGER,
     failures INTEGER NOT NULL,
     retry_at INTEGER NOT NULL,
     used_at INTEGER,
     lease_until INTEGER NOT NULL,
     fence INTEGER NOT NULL,
     sealed BLOB NOT NULL
   ) STRICT;
   CREATE INDEX accounts_owner ON accounts (owner, id);
   CREATE TABLE operator_tokens (
     id TEXT PRIMARY KEY NOT NULL,
     hash TEXT NOT NULL,
     label TEXT NOT NULL,
     scopes TEXT NOT NULL,
     created_at INTEGER NOT NULL
   ) STRICT;`,
  `ALTER TABLE accounts ADD COLUMN refresh_at INTEGER;
   CREATE INDEX accounts_refresh ON accounts (refresh_at) WHERE refresh_at IS NOT NULL;`,
  `CREATE TABLE events (
     seq INTEGER PRIMARY KEY NOT NULL,
     type TEXT NOT NULL,
     account TEXT NOT NULL,
     owner TEXT NOT NULL,
     provider TEXT NOT NULL,
     reason TEXT,
     at INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE endpoints (
     id TEXT PRIMARY KEY NOT NULL,
     delivered INTEGER NOT NULL,
     failures INTEGER NOT NULL,
     retry_at INTEGER NOT NULL,
     ended TEXT,
     lease_until INTEGER NOT NULL,
     fence INTEGER NOT NULL
   ) STRICT;`,
  `CREATE TABLE account_types (
     id TEXT PRIMARY KEY NOT NULL,
     rev TEXT NOT NULL,
     deleted INTEGER NOT NULL,
     sealed BLOB NOT NULL
   ) STRICT;`,
  `CREATE TABLE account_data (
     id TEXT PRIMARY KEY NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
     version INTEGER NOT NULL,
     sealed BLOB NOT NULL
   ) STRICT;`,
  `CREATE TABLE connector_runs (
     account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
     connector TEXT NOT NULL,
     sealed BLOB NOT NULL,
     PRIMARY KEY (account, connector)
   ) STRICT;`,
  `CREATE INDEX accounts_status ON accounts (status, id);
   CREATE INDEX accounts_provider ON accounts (provider, id);`,
];
