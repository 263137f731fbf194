import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe } from "vitest";
import { accountDataConformance } from "../conformance/account-data.ts";
import { accountTypesConformance } from "../conformance/account-types.ts";
import { eventsConformance } from "../conformance/events.ts";
import { vaultConformance } from "../conformance/vault.ts";
import { engineConformance } from "../engine.conformance.ts";
import { MIGRATIONS } from "../sql/migrations.ts";
import { type D1Engine, openD1 } from "./open.ts";

const migrations = MIGRATIONS.map((step, index) => ({
  name: String(index),
  queries: step.split(";").filter((query) => query.trim() !== ""),
}));

const open = async () => {
  await applyD1Migrations(env.RECORDS, migrations);
  return openD1(env.RECORDS, 10);
};

afterEach(reset);
engineConformance("D1", open);

describe("engine: D1, vault", () => {
  let engine: D1Engine;
  beforeEach(async () => {
    engine = await open();
  });
  vaultConformance(() => engine.vault);
  accountDataConformance(() => engine.vault);
  accountTypesConformance(() => engine.vault);
  eventsConformance(() => engine.vault);
});
