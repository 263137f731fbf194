CREATE TABLE events (
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
   ) STRICT;
