import { statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { TAKER } from "../conformance/steps.ts";
import type { MailboxId } from "../engine.ts";
import { openSqlite } from "./open.ts";
import { MIGRATIONS } from "../sql/migrations.ts";
import { migrate } from "./schema.ts";
import { temporaryStore } from "./testing.ts";

/** What version 1 left on disk: never to be edited, because such files exist. */
const VERSION_1 = `
  CREATE TABLE logins (id TEXT PRIMARY KEY NOT NULL, dialect TEXT NOT NULL, app TEXT NOT NULL,
    provider TEXT NOT NULL, state_hash TEXT NOT NULL, status TEXT NOT NULL, reason TEXT,
    expires_at INTEGER NOT NULL, deadline INTEGER, changed_at INTEGER NOT NULL, forget_at INTEGER NOT NULL,
    binding TEXT, login BLOB, box BLOB) STRICT;
  CREATE INDEX logins_forget ON logins (forget_at);
  CREATE INDEX logins_capped ON logins (app, expires_at)
    WHERE login IS NOT NULL AND status NOT IN ('ready', 'taken');
  CREATE TABLE grants (id TEXT PRIMARY KEY NOT NULL, generation INTEGER NOT NULL, ended TEXT,
    lease_until INTEGER NOT NULL, fence INTEGER NOT NULL, forget_at INTEGER NOT NULL, replay BLOB) STRICT;
  CREATE INDEX grants_forget ON grants (forget_at);
  CREATE TABLE facts (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO logins VALUES ('mailbox-of-version-1-x', 'read-key', 'demo', 'google', 'hash', 'ready', NULL,
    2000, NULL, 1000, 3000, NULL, NULL, x'010203');
  INSERT INTO grants VALUES ('grant', 7, NULL, 0, 3, 5000, x'04');
  INSERT INTO facts VALUES ('first_start', '1000');
  PRAGMA application_id = 1464033644;
  PRAGMA user_version = 1;`;

function storeMadeBy(sql: string): string {
  const path = temporaryStore();
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
  return path;
}

describe("migrate", () => {
  it("opens a data directory of version 1 with everything in it (S11)", async () => {
    const engine = openSqlite({ path: storeMadeBy(VERSION_1) });
    const taken = await engine.mailboxes.take("mailbox-of-version-1-x" as MailboxId, TAKER, 1500);
    expect(taken).toMatchObject({ kind: "box", row: { box: new Uint8Array([1, 2, 3]) } });
    expect(await engine.records.readGrant("grant")).toMatchObject({ generation: 7, fence: 3 });
    expect(await engine.records.once("first_start", "later")).toBe("1000");
    await engine.close();
  });

  it("takes each missing step once, in order", () => {
    const db = new DatabaseSync(storeMadeBy(VERSION_1));
    const steps = [...MIGRATIONS, "CREATE TABLE second (n)", "INSERT INTO second VALUES (1)"];
    migrate(db, steps);
    migrate(db, steps);
    expect(db.prepare("SELECT count(*) AS n FROM second").get()).toEqual({ n: 1 });
    db.close();
  });

  it("leaves the version that was there when a step fails", () => {
    const db = new DatabaseSync(storeMadeBy(VERSION_1));
    expect(() => migrate(db, [...MIGRATIONS, "CREATE TABLE second (n)", "no SQL"])).toThrow("syntax error");
    expect(db.prepare("PRAGMA user_version").get()).toEqual({ user_version: 1 });
    expect(db.prepare("SELECT name FROM sqlite_schema WHERE name = 'second'").get()).toBeUndefined();
    db.close();
  });
});

describe("openSqlite", () => {
  it.each([
    ["a store made by a newer version", `${VERSION_1} PRAGMA user_version = 99`, "store_newer"],
    ["another program's database", "CREATE TABLE theirs (n)", "store_foreign"],
  ])("refuses %s and leaves it as it is", (_what, sql, code) => {
    const path = storeMadeBy(sql);
    const before = statSync(path).mtimeMs;
    expect(() => openSqlite({ path })).toThrow(expect.objectContaining({ code }));
    expect(statSync(path).mtimeMs).toBe(before);
  });

  it("refuses a file that is no database", () => {
    const path = temporaryStore();
    writeFileSync(path, "not a database, but long enough to be looked at as if it were one. ".repeat(20));
    expect(() => openSqlite({ path })).toThrow(expect.objectContaining({ code: "store_foreign" }));
  });

  it("says that the store is down when the path cannot be a file", () => {
    const file = temporaryStore();
    writeFileSync(file, "");
    const path = join(file, "willcall.db");
    expect(() => openSqlite({ path })).toThrow(expect.objectContaining({ code: "store_down" }));
  });

  it.skipIf(process.platform === "win32")("lets nobody but its owner read what it makes (S1)", async () => {
    const path = join(dirname(temporaryStore()), "data", "willcall.db");
    const engine = openSqlite({ path });
    await engine.records.once("key", "value");
    const modes = [dirname(path), path, `${path}-wal`].map((made) => statSync(made).mode & 0o777);
    expect(modes).toEqual([0o700, 0o600, 0o600]);
    await engine.close();
  });

  it("opens a backup that SQLite made while the store was in use", async () => {
    const path = temporaryStore();
    const engine = openSqlite({ path });
    await engine.records.once("key", "before");
    const operator = new DatabaseSync(path);
    operator.exec(`VACUUM INTO '${path}.backup'`);
    operator.close();
    const backup = openSqlite({ path: `${path}.backup` });
    expect(await backup.records.once("key", "after")).toBe("before");
    await Promise.all([engine.close(), backup.close()]);
  });

  it("rejects with store_down after it was closed, and may be closed twice", async () => {
    const engine = openSqlite({ path: ":memory:" });
    await engine.close();
    await engine.close();
    await expect(engine.ping()).rejects.toMatchObject({ code: "store_down" });
    await expect(engine.records.readGrant("grant")).rejects.toMatchObject({ code: "store_down" });
  });
});
