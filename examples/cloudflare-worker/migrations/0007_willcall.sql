CREATE TABLE connector_runs (
     account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
     connector TEXT NOT NULL,
     sealed BLOB NOT NULL,
     PRIMARY KEY (account, connector)
   ) STRICT;
