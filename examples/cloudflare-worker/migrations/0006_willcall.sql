CREATE TABLE account_data (
     id TEXT PRIMARY KEY NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
     version INTEGER NOT NULL,
     sealed BLOB NOT NULL
   ) STRICT;
