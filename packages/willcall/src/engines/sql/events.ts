import type { EndpointRow, Endpoints, EventRow, Events } from "../vault-store.ts";
import { EVENT_TYPES } from "../vault-store.ts";
import { type Query, changes } from "./query.ts";
import { type Row, integer, oneOf, orNull, text } from "./rows.ts";
import { SWEEP_CHUNK } from "./statements.ts";
import { chunkwise } from "./sweeper.ts";

/** Each runs before the change that it tells of, under the same condition, in the same transaction. */
export const EVENT = {
  ofInsert: `INSERT INTO events (type, account, owner, provider, at)
    SELECT 'account.connected', ?1, ?2, ?3, ?4 WHERE NOT EXISTS (SELECT 1 FROM accounts WHERE id = ?1)`,
  ofHolder: `INSERT INTO events (type, account, owner, provider, reason, at)
    SELECT ?3, id, owner, provider, ?4, ?5 FROM accounts WHERE id = ?1 AND fence = ?2`,
};

const EVENTS = {
  list: "SELECT * FROM events WHERE seq > ?1 ORDER BY seq LIMIT ?2",
  // In the order of their numbers, which is that of their times: no index is needed to find the oldest.
  sweep: `DELETE FROM events WHERE seq IN (SELECT seq FROM events ORDER BY seq LIMIT ${SWEEP_CHUNK})
    AND at < ?1 AND seq < (SELECT max(seq) FROM events)`,
};

const ENDPOINTS = {
  read: "SELECT * FROM endpoints WHERE id = ?1",
  lease: `INSERT INTO endpoints (id, delivered, failures, retry_at, lease_until, fence)
    SELECT ?1, coalesce(max(seq), 0), 0, 0, ?3, 1 FROM events WHERE true
    ON CONFLICT (id) DO UPDATE SET lease_until = ?3, fence = fence + 1
      WHERE lease_until <= ?2 AND retry_at <= ?2 AND ended IS NULL
    RETURNING *`,
  write: `UPDATE endpoints SET delivered = ?3, failures = ?4, retry_at = ?5, ended = ?6, lease_until = ?7
    WHERE id = ?1 AND fence = ?2`,
};

/** `Events` over any driver that runs one statement at a time. */
export function createSqlEvents({ read, write }: { read: Query; write: Query }): Events {
  return {
    async list(seq, limit) {
      return (await read(EVENTS.list, seq, limit)).map(toEventRow);
    },
    sweep: (before) => chunkwise(() => changes(write, EVENTS.sweep, before)),
  };
}

/** `Endpoints` over any driver that runs one statement at a time. */
export function createSqlEndpoints({ read, write }: { read: Query; write: Query }): Endpoints {
  return {
    async read(id) {
      const [row] = await read(ENDPOINTS.read, id);
      return row && toEndpointRow(row);
    },
    async lease(id, now, leaseUntil) {
      const [row] = await write(ENDPOINTS.lease, id, now, leaseUntil);
      return row && toEndpointRow(row);
    },
    async write(id, fence, { delivered, failures, retryAt, ended, leaseUntil }) {
      const state = [delivered, failures, retryAt, ended, leaseUntil];
      return (await changes(write, ENDPOINTS.write, id, fence, ...state)) === 1;
    },
  };
}

function toEventRow(row: Row): EventRow {
  return {
    seq: integer(row["seq"]),
    type: oneOf(EVENT_TYPES, row["type"]),
    account: text(row["account"]),
    owner: text(row["owner"]),
    provider: text(row["provider"]),
    reason: orNull(row["reason"], text),
    at: integer(row["at"]),
  };
}

function toEndpointRow(row: Row): EndpointRow {
  return {
    id: text(row["id"]),
    delivered: integer(row["delivered"]),
    failures: integer(row["failures"]),
    retryAt: integer(row["retry_at"]),
    ended: orNull(row["ended"], text),
    leaseUntil: integer(row["lease_until"]),
    fence: integer(row["fence"]),
  };
}
