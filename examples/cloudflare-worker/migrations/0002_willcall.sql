CREATE TABLE accounts (
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
   ) STRICT;
