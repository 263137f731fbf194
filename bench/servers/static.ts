/** The first control: a constant JSON answer from the same HTTP stack. */
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { report } from "./report.ts";

const hono = new Hono();
hono.all("/json", (context) => context.json({ status: "pending" }));
serve({ fetch: hono.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => report(port));
