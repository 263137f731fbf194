CREATE TABLE account_types (
     id TEXT PRIMARY KEY NOT NULL,
     rev TEXT NOT NULL,
     deleted INTEGER NOT NULL,
     sealed BLOB NOT NULL
   ) STRICT;
