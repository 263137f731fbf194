/**
 * The second control: the same requests, the same token call and the same commits as a login, without anything that
 * Willcall is for: no sealing, no checks, no pages.
 */
import { randomBytes } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { Pool } from "undici";
import { createBatch } from "../../packages/willcall/src/engines/sqlite/batch.ts";
import { report } from "./report.ts";

const { PROVIDER_PORT = "", DATA = "" } = process.env;
const db = new DatabaseSync(`${DATA}/skeleton.sqlite`);
db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
db.exec("CREATE TABLE logins (id TEXT PRIMARY KEY, status TEXT, box TEXT)");
const batch = createBatch(db);
const insert = db.prepare("INSERT INTO logins (id, status) VALUES (?, 'launched')");
const claim = db.prepare(
  "UPDATE logins SET status = 'exchanging' WHERE id = ? AND status = 'launched' RETURNING id",
);
const settle = db.prepare("UPDATE logins SET status = 'ready', box = ? WHERE id = ?");
const take = db.prepare("UPDATE logins SET status = 'taken' WHERE id = ? AND status = 'ready' RETURNING box");
const provider = new Pool(`http://127.0.0.1:${PROVIDER_PORT}`, { connections: 128 });

const hono = new Hono();
hono.post("/authorize", (context) => {
  const id = randomBytes(16).toString("base64url");
  return context.json({ url: `http://127.0.0.1/login?ticket=${id}`, readKey: id });
});
hono.get("/login", async (context) => {
  const id = context.req.query("ticket") ?? "";
  await batch.write(() => insert.run(id));
  return context.redirect(`http://127.0.0.1:${PROVIDER_PORT}/authorize?state=${id}`, 303);
});
hono.get("/redirect", async (context) => {
  const id = context.req.query("state") ?? "";
  await batch.write(() => claim.get(id));
  const body = `grant_type=authorization_code&code=${context.req.query("code")}`;
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const answer = await provider.request({ path: "/token", method: "POST", body, headers });
  const box = await answer.body.text();
  await batch.write(() => settle.run(box, id));
  return context.html("<p>Done</p>");
});
hono.post("/poll", async (context) => {
  const row = await batch.write(() => take.get(context.req.query("readKey") ?? ""));
  return row === undefined ? context.body(null, 404) : context.body(String(row["box"]), 200);
});
serve({ fetch: hono.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => report(port));
