CREATE INDEX accounts_status ON accounts (status, id);
   CREATE INDEX accounts_provider ON accounts (provider, id);
