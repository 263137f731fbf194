CREATE TABLE logins (
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
   ) STRICT, WITHOUT ROWID;
