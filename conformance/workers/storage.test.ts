import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { members } from "../support/http.ts";
import { type Stage, raise } from "../support/stage.ts";
import { eventsOf } from "../support/target.ts";
import { tellWorker, workerdWith } from "../support/workerd.ts";

const CANARY = "CANARY";

/** The files of the objects and of D1, with their WALs. */
async function stored({ broker }: Stage): Promise<string[]> {
  const entries = await readdir(broker.dataDir ?? "", { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** The object's file that holds a login's box. */
async function holding(stage: Stage): Promise<DatabaseSync> {
  for (const path of await stored(stage)) {
    if (!path.endsWith(".sqlite") || path.endsWith("metadata.sqlite")) continue;
    const database = new DatabaseSync(path);
    const tables = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'logins'").all();
    if (tables.length > 0 && database.prepare("SELECT 1 FROM logins WHERE box IS NOT NULL").all().length > 0)
      return database;
    database.close();
  }
  throw new Error("no object holds a box");
}

it("S1, S4: objects, D1 and logs hold no token, code, key or secret", async () => {
  await using stage = await raise({
    provider: { rotates: true, mark: CANARY, clientSecret: `${CANARY}-secret`, tokens: { note: CANARY } },
  });
  const { finish, readKey, state } = await stage.launch();
  await finish();
  const waiting = await stage.launch();
  await waiting.finish();
  const handle = String(members(await stage.app.poll(readKey))["refresh_token"]);
  const refreshed = String(members(await stage.app.refresh(handle))["refresh_token"]);
  const secrets = [CANARY, readKey, waiting.readKey, state, handle, refreshed];
  const paths = await stored(stage);
  expect(paths.some((path) => path.endsWith("-wal"))).toBe(true);
  const texts = [
    stage.broker.logs.join(""),
    ...(await Promise.all(paths.map((path) => readFile(path, "latin1")))),
  ];
  for (const text of texts) for (const secret of secrets) expect(text).not.toContain(secret);
});

it("S1: a box that somebody changed in an object opens for nobody", async () => {
  await using stage = await raise();
  const { finish, readKey } = await stage.launch();
  await finish();
  await stage.broker.stop();
  const database = await holding(stage);
  const box = Buffer.from(database.prepare("SELECT box FROM logins").get()?.["box"] as Uint8Array);
  box[box.length - 1] = (box.at(-1) ?? 0) ^ 1;
  database.prepare("UPDATE logins SET box = ?").run(box);
  database.close();
  await stage.broker.restart();
  expect(await stage.app.poll(readKey)).toMatchObject({ status: 410 });
});

it("S11: what was begun before a deployment is finished and picked up after it", async () => {
  await using stage = await raise();
  const { finish, readKey } = await stage.launch();
  await stage.broker.restart();
  await finish();
  await stage.broker.restart();
  expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
});

it("S7: D1 forgets what is past its time when the cron trigger comes", async () => {
  await using stage = await raise({ target: workerdWith({ objects: false }) });
  await stage.launch();
  stage.broker.advance?.(3_600_000);
  await tellWorker(stage.broker.base, "scheduled");
  const swept = expect.objectContaining({ event: "sweep", count: 1 });
  await expect.poll(() => eventsOf(stage.broker)).toContainEqual(swept);
});
