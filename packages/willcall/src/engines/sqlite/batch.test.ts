import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createBatch } from "./batch.ts";
import { temporaryStore } from "./testing.ts";

/** What became of each write: its value, or the code of its error. */
function outcomes(writes: Promise<unknown>[]): Promise<unknown[]> {
  return Promise.all(
    writes.map((write) => write.catch((error: unknown) => (error as { code: unknown }).code)),
  );
}

describe("batch", () => {
  let path: string;
  let db: DatabaseSync;
  let other: DatabaseSync;

  beforeEach(() => {
    path = temporaryStore();
    db = new DatabaseSync(path, { timeout: 0 });
    db.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (n INTEGER PRIMARY KEY, filler BLOB)");
    other = new DatabaseSync(path, { timeout: 0 });
  });

  afterEach(() => {
    for (const each of [db, other]) if (each.isOpen) each.close();
  });

  const insert = (n: number) => () => db.prepare("INSERT INTO t (n) VALUES (?)").run(n).changes;
  const stored = () =>
    other
      .prepare("SELECT n FROM t ORDER BY n")
      .all()
      .map((row) => row["n"]);

  it("commits the writes of one tick together, before it answers any", async () => {
    const batch = createBatch(db);
    const first = batch.write(insert(1)).then(stored);
    void batch.write(insert(2));
    expect(await first).toEqual([1, 2]);
  });

  it("fails only the write whose statement fails", async () => {
    const batch = createBatch(db);
    expect(await outcomes([batch.write(insert(1)), batch.write(insert(1)), batch.write(insert(2))])).toEqual([
      1,
      "store_down",
      1,
    ]);
    expect(stored()).toEqual([1, 2]);
  });

  it("rejects all with store_busy while another process writes, stores none, and recovers", async () => {
    const batch = createBatch(db);
    other.exec("BEGIN IMMEDIATE");
    expect(await outcomes([batch.write(insert(1)), batch.write(insert(2))])).toEqual([
      "store_busy",
      "store_busy",
    ]);
    other.exec("ROLLBACK");
    expect(stored()).toEqual([]);
    expect(await batch.write(insert(1))).toBe(1);
  });

  it("rejects all with store_full when there is no room, stores none, and recovers", async () => {
    const batch = createBatch(db);
    const { page_count: pages } = db.prepare("PRAGMA page_count").get() ?? {};
    db.exec(`PRAGMA max_page_count = ${Number(pages) + 2}`);
    const big = () => db.prepare("INSERT INTO t (n, filler) VALUES (9, zeroblob(100000))").run();
    expect(await outcomes([batch.write(insert(1)), batch.write(big), batch.write(insert(2))])).toEqual(
      Array.from({ length: 3 }, () => "store_full"),
    );
    expect(stored()).toEqual([]);
    expect(await batch.write(insert(1))).toBe(1);
  });

  it("rejects with store_readonly on a file that cannot be written", async () => {
    db.close();
    db = new DatabaseSync(path, { readOnly: true });
    await expect(createBatch(db).write(insert(1))).rejects.toMatchObject({ code: "store_readonly" });
  });

  it("rejects all when the commit itself fails, and stores none", async () => {
    db.exec("CREATE TABLE child (n INTEGER REFERENCES t DEFERRABLE INITIALLY DEFERRED)");
    const batch = createBatch(db);
    const orphan = () => db.prepare("INSERT INTO child VALUES (7)").run();
    expect(await outcomes([batch.write(insert(1)), batch.write(orphan)])).toEqual([
      "store_down",
      "store_down",
    ]);
    expect(stored()).toEqual([]);
  });

  it("rejects with store_down once the store is closed", async () => {
    const batch = createBatch(db);
    db.close();
    await expect(batch.write(insert(1))).rejects.toMatchObject({ code: "store_down" });
  });

  describe("lazily", () => {
    afterEach(() => {
      vi.useRealTimers();
    });

    it("joins the next write, before it", async () => {
      const batch = createBatch(db);
      batch.lazily(insert(1));
      await outcomes([batch.write(insert(1))]);
      expect(stored()).toEqual([1]);
    });

    it("commits by itself within 100 ms", () => {
      vi.useFakeTimers();
      createBatch(db).lazily(insert(1));
      vi.advanceTimersByTime(99);
      expect(stored()).toEqual([]);
      vi.advanceTimersByTime(1);
      expect(stored()).toEqual([1]);
    });

    it("does not hold the process open", () => {
      const before = process.getActiveResourcesInfo();
      createBatch(db).lazily(insert(1));
      expect(process.getActiveResourcesInfo()).toEqual(before);
    });

    it("stays for the next transaction when one fails", async () => {
      const batch = createBatch(db);
      batch.lazily(insert(1));
      other.exec("BEGIN IMMEDIATE");
      await outcomes([batch.write(insert(2))]);
      other.exec("ROLLBACK");
      await batch.write(insert(3));
      expect(stored()).toEqual([1, 3]);
    });
  });
});
