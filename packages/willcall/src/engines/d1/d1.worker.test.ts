import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach } from "vitest";
import { engineConformance } from "../engine.conformance.ts";
import { MIGRATIONS } from "../sql/migrations.ts";
import { openD1 } from "./open.ts";

const migrations = MIGRATIONS.map((step, index) => ({
  name: String(index),
  queries: step.split(";").filter((query) => query.trim() !== ""),
}));

afterEach(reset);
engineConformance("D1", async () => {
  await applyD1Migrations(env.RECORDS, migrations);
  return openD1(env.RECORDS, 10);
});
