ALTER TABLE accounts ADD COLUMN refresh_at INTEGER;
   CREATE INDEX accounts_refresh ON accounts (refresh_at) WHERE refresh_at IS NOT NULL;
