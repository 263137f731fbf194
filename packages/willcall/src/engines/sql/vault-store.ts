import type {
  AccountEvent,
  AccountFilter,
  AccountId,
  AccountRow,
  AccountStatus,
  Accounts,
  OperatorTokenRow,
  OperatorTokens,
  VaultStore,
} from "../vault-store.ts";
import { EVENT, createSqlEndpoints, createSqlEvents } from "./events.ts";
import { createSqlAccountData } from "./account-data.ts";
import { createSqlAccountTypes } from "./account-types.ts";
import { createSqlConnectorRuns } from "./connector-runs.ts";
import { type Bound, type Query, changes } from "./query.ts";
import { type Row, blob, integer, oneOf, orNull, text } from "./rows.ts";

const STATUSES: readonly AccountStatus[] = ["connected", "needs_reconnect", "error"];

/** A write names the fence that it holds, so a stalled holder changes nothing. */
const ACCOUNTS = {
  read: "SELECT * FROM accounts WHERE id = ?1",
  list: `SELECT * FROM accounts
    WHERE id > ?1 AND (?2 IS NULL OR owner = ?2) AND (?3 IS NULL OR provider = ?3) AND (?4 IS NULL OR status = ?4)
    ORDER BY id LIMIT ?5`,
  /** The same for one owner, by the index that begins with it. */
  listOfOwner: `SELECT * FROM accounts
    WHERE owner = ?2 AND id > ?1 AND (?3 IS NULL OR provider = ?3) AND (?4 IS NULL OR status = ?4)
    ORDER BY id LIMIT ?5`,
  /** The same for a status that few have, by its index: a page of these must not look at all the others. */
  listOfStatus: `SELECT * FROM accounts
    WHERE status = ?4 AND id > ?1 AND (?3 IS NULL OR provider = ?3) AND ?2 IS NULL
    ORDER BY id LIMIT ?5`,
  listOfProvider: `SELECT * FROM accounts
    WHERE provider = ?3 AND id > ?1 AND (?4 IS NULL OR status = ?4) AND ?2 IS NULL
    ORDER BY id LIMIT ?5`,
  insert: `INSERT INTO accounts (id, owner, provider, status, reason, label, scope, version, created_at, renewed_at,
      expires_at, refresh_at, failures, retry_at, lease_until, fence, sealed)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0, 0, 0, 0, ?13)
    ON CONFLICT DO NOTHING RETURNING 1`,
  lease: `UPDATE accounts SET lease_until = ?3, fence = fence + 1 WHERE id = ?1 AND lease_until <= ?2 RETURNING *`,
  write: `UPDATE accounts SET lease_until = 0, status = ?3, reason = ?4, label = ?5, scope = ?6, version = ?7,
      renewed_at = ?8, expires_at = ?9, failures = ?10, retry_at = ?11, refresh_at = ?12, sealed = ?13
    WHERE id = ?1 AND fence = ?2 RETURNING 1`,
  remove: "DELETE FROM accounts WHERE id = ?1 AND fence = ?2 RETURNING 1",
  claimDue: `UPDATE accounts SET refresh_at = ?1 + ?2 * (1 << CASE WHEN failures < 7 THEN failures ELSE 7 END)
    WHERE id IN (SELECT id FROM accounts WHERE refresh_at <= ?1 ORDER BY refresh_at LIMIT ?3)
    RETURNING *`,
  use: "UPDATE accounts SET used_at = ?2 WHERE id = ?1",
};

const OPERATOR_TOKENS = {
  read: "SELECT * FROM operator_tokens WHERE id = ?1",
  list: "SELECT * FROM operator_tokens ORDER BY created_at, id",
  insert: "INSERT INTO operator_tokens (id, hash, label, scopes, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
  remove: "DELETE FROM operator_tokens WHERE id = ?1",
};

/** One statement with what it binds. */
export type Statement = readonly [sql: string, ...parameters: Bound[]];

/** How the statements reach the driver. */
export interface VaultQueries {
  /** Runs a reading statement. */
  readonly read: Query;
  /** Runs a writing statement, and resolves when it is durable. */
  readonly write: Query;
  /** Runs writing statements, all or none, and gives the rows of the last one when they are durable. */
  readonly writeAll: (statements: readonly Statement[]) => Promise<readonly Row[]>;
  /** Runs a statement that may be durable later. */
  readonly lazily: (sql: string, ...parameters: readonly Bound[]) => void | Promise<unknown>;
}

/** `VaultStore` over any driver that runs one statement at a time. */
export function createSqlVaultStore(queries: VaultQueries): VaultStore {
  return {
    accounts: createAccounts(queries),
    events: createSqlEvents(queries),
    endpoints: createSqlEndpoints(queries),
    operatorTokens: createOperatorTokens(queries),
    accountTypes: createSqlAccountTypes(queries),
    accountData: createSqlAccountData(queries),
    connectorRuns: createSqlConnectorRuns(queries),
  };
}

function createAccounts({ read, write, writeAll, lazily }: VaultQueries): Accounts {
  return {
    async read(id) {
      const [row] = await read(ACCOUNTS.read, id);
      return row && toAccountRow(row);
    },
    async list({ owner = null, provider = null, status = null }, after, limit) {
      return (await read(listBy({ owner, provider, status }), after, owner, provider, status, limit)).map(
        toAccountRow,
      );
    },
    async insert(account) {
      const { id, owner, provider, status, reason, label, scope, sealed } = account;
      const { version, createdAt, renewedAt, expiresAt, refreshAt } = account;
      const times = [version, createdAt, renewedAt, expiresAt, refreshAt];
      const inserted = await writeAll([
        [EVENT.ofInsert, id, owner, provider, createdAt],
        [ACCOUNTS.insert, id, owner, provider, status, reason, label, scope, ...times, sealed],
      ]);
      return inserted.length === 1;
    },
    async lease(id, now, leaseUntil) {
      const [row] = await write(ACCOUNTS.lease, id, now, leaseUntil);
      return row && toAccountRow(row);
    },
    async write(id, fence, state, event) {
      const { status, reason, label, scope, version, failures, sealed } = state;
      const { renewedAt, expiresAt, retryAt, refreshAt } = state;
      const facts = [
        status,
        reason,
        label,
        scope,
        version,
        renewedAt,
        expiresAt,
        failures,
        retryAt,
        refreshAt,
      ];
      const written: Statement = [ACCOUNTS.write, id, fence, ...facts, sealed];
      return (
        (await writeAll(event === undefined ? [written] : [told(id, fence, event), written])).length === 1
      );
    },
    async remove(id, fence, event) {
      return (await writeAll([told(id, fence, event), [ACCOUNTS.remove, id, fence]])).length === 1;
    },
    async claimDue(now, pause, limit) {
      return (await write(ACCOUNTS.claimDue, now, pause, limit)).map(toAccountRow);
    },
    async use(id, now) {
      await lazily(ACCOUNTS.use, id, now);
    },
  };
}

/** The statement whose index leaves least to look at. */
function listBy({
  owner,
  provider,
  status,
}: { [F in keyof AccountFilter]-?: AccountFilter[F] | null }): string {
  if (owner !== null) return ACCOUNTS.listOfOwner;
  if (status !== null && status !== "connected") return ACCOUNTS.listOfStatus;
  return provider === null ? ACCOUNTS.list : ACCOUNTS.listOfProvider;
}

const told = (id: AccountId, fence: number, { type, reason, at }: AccountEvent): Statement => [
  EVENT.ofHolder,
  id,
  fence,
  type,
  reason,
  at,
];

function createOperatorTokens({ read, write }: VaultQueries): OperatorTokens {
  return {
    async read(id) {
      const [row] = await read(OPERATOR_TOKENS.read, id);
      return row && toOperatorTokenRow(row);
    },
    async list() {
      return (await read(OPERATOR_TOKENS.list)).map(toOperatorTokenRow);
    },
    async insert({ id, hash, label, scopes, createdAt }) {
      await write(OPERATOR_TOKENS.insert, id, hash, label, scopes, createdAt);
    },
    async remove(id) {
      return (await changes(write, OPERATOR_TOKENS.remove, id)) === 1;
    },
  };
}

function toAccountRow(row: Row): AccountRow {
  return {
    id: text(row["id"]) as AccountId,
    owner: text(row["owner"]),
    provider: text(row["provider"]),
    status: oneOf(STATUSES, row["status"]),
    reason: orNull(row["reason"], text),
    label: orNull(row["label"], text),
    scope: orNull(row["scope"], text),
    version: integer(row["version"]),
    createdAt: integer(row["created_at"]),
    renewedAt: integer(row["renewed_at"]),
    expiresAt: orNull(row["expires_at"], integer),
    failures: integer(row["failures"]),
    retryAt: integer(row["retry_at"]),
    refreshAt: orNull(row["refresh_at"], integer),
    usedAt: orNull(row["used_at"], integer),
    leaseUntil: integer(row["lease_until"]),
    fence: integer(row["fence"]),
    sealed: blob(row["sealed"]),
  };
}

function toOperatorTokenRow(row: Row): OperatorTokenRow {
  return {
    id: text(row["id"]),
    hash: text(row["hash"]),
    label: text(row["label"]),
    scopes: text(row["scopes"]),
    createdAt: integer(row["created_at"]),
  };
}
