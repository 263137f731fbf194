import type { NewLogin, Records } from "../engine.ts";

/**
 * Each transition is one statement whose WHERE names the status it starts from, so exactly one caller ever
 * makes it, in however many processes. `changed_at` strictly grows, so a waiter misses no change that falls
 * into the millisecond of its last read. Without a cap, ?11 is null and the count is never made.
 */
export const LOGINS = {
  launch: `INSERT INTO logins
      (id, dialect, app, provider, state_hash, login, binding, expires_at, forget_at, status, changed_at)
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'launched', ?10
    WHERE ?11 IS NULL OR ?11 > (
      SELECT count(*) FROM logins
      WHERE app = ?3 AND expires_at > ?10 AND login IS NOT NULL AND status NOT IN ('ready', 'taken'))
    ON CONFLICT DO NOTHING`,
  claim: `UPDATE logins SET status = 'exchanging', deadline = ?4, changed_at = max(changed_at + 1, ?3)
    WHERE id = ?1 AND state_hash = ?2 AND status = 'launched' AND expires_at > ?3`,
  deliver: `UPDATE logins SET status = 'ready', box = ?4, expires_at = ?5, forget_at = ?6, deadline = NULL,
      changed_at = max(changed_at + 1, ?3)
    WHERE id = ?1 AND state_hash = ?2 AND status = 'exchanging' AND deadline > ?3`,
  settle: `UPDATE logins SET status = ?4, reason = ?5, deadline = NULL, changed_at = max(changed_at + 1, ?3)
    WHERE id = ?1 AND state_hash = ?2 AND status = 'exchanging' AND deadline > ?3`,
  retry: `UPDATE logins SET status = 'launched', state_hash = ?4, reason = NULL,
      changed_at = max(changed_at + 1, ?3)
    WHERE id = ?1 AND state_hash = ?2 AND status = 'retry' AND expires_at > ?3`,
  end: `UPDATE logins SET status = ?4, reason = ?5, changed_at = max(changed_at + 1, ?3)
    WHERE id = ?1 AND (?2 IS NULL OR state_hash = ?2) AND status IN ('launched', 'retry') AND expires_at > ?3`,
  glance: "SELECT status, expires_at, deadline FROM logins WHERE id = ?1",
  /** `changed_at` of a row that has nothing (yet) at ?4 for the dialect ?2 of the app ?3; null where it has. */
  pending: `SELECT iif(
      dialect = ?2 AND app = ?3 AND NOT (
        status IN ('launched', 'retry') AND expires_at > ?4 OR status = 'exchanging' AND deadline > ?4),
      NULL, changed_at) AS pending
    FROM logins WHERE id = ?1`,
  read: "SELECT * FROM logins WHERE id = ?1",
  take: `UPDATE logins SET status = 'taken', changed_at = max(changed_at + 1, ?2)
    WHERE id = ?1 AND status = 'ready' AND expires_at > ?2
    RETURNING *`,
  confirm: "UPDATE logins SET box = NULL WHERE id = ?1 AND status = 'taken'",
  putBack: `UPDATE logins SET status = 'ready', changed_at = max(changed_at + 1, ?2)
    WHERE id = ?1 AND status = 'taken' AND box IS NOT NULL`,
  /** Whether whoever read the row at ?2 (its `changed_at`) has missed a change that wakes. */
  changed:
    "SELECT 1 FROM logins WHERE id = ?1 AND changed_at > ?2 AND status NOT IN ('launched', 'exchanging')",
};

/** What `LOGINS.launch` binds. */
export function launchParameters(login: NewLogin, now: number, cap: number | undefined) {
  const { id, dialect, app, provider, stateHash, binding, expiresAt, forgetAt } = login;
  const sealed = login.login;
  return [id, dialect, app, provider, stateHash, sealed, binding, expiresAt, forgetAt, now, cap ?? null];
}

/** The statements of grants and facts. A write names the fence that it holds, so a stalled holder changes nothing. */
export const RECORDS = {
  read: "SELECT * FROM grants WHERE id = ?1",
  // A lease never outlives its row: a row swept under its holder would lose the rotated token (promise S11).
  lease: `INSERT INTO grants (id, generation, lease_until, fence, forget_at)
    VALUES (?1, ?2, ?4, 1, max(?4, ?5))
    ON CONFLICT (id) DO UPDATE
      SET lease_until = ?4, fence = fence + 1, forget_at = max(forget_at, excluded.forget_at)
      WHERE lease_until <= ?3
    RETURNING *`,
  write: `UPDATE grants SET lease_until = 0,
      generation = coalesce(?3, generation),
      ended = coalesce(ended, ?4),
      replay = CASE WHEN ?5 THEN ?6 ELSE replay END,
      forget_at = coalesce(?7, forget_at)
    WHERE id = ?1 AND fence = ?2`,
  once: "INSERT INTO facts (key, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
  fact: "SELECT value FROM facts WHERE key = ?1",
};

/** What `RECORDS.write` binds. */
export function writeParameters(id: string, fence: number, change: Parameters<Records["writeGrant"]>[2]) {
  const { generation = null, ended = null, replay, forgetAt = null } = change;
  return [id, fence, generation, ended, replay === undefined ? 0 : 1, replay ?? null, forgetAt];
}

/** Rows deleted at a time: a few milliseconds, so that requests are served between two. */
export const SWEEP_CHUNK = 500;

/** Deletes a chunk of what is past `forget_at` at ?1. */
export function sweepOf(table: "logins" | "grants"): string {
  return `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE forget_at <= ?1 LIMIT ${SWEEP_CHUNK})`;
}
