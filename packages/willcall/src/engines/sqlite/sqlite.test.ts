import { afterEach, beforeEach, describe } from "vitest";
import { accountDataConformance } from "../conformance/account-data.ts";
import { connectorRunsConformance } from "../conformance/connector-runs.ts";
import { eventsConformance } from "../conformance/events.ts";
import { accountTypesConformance } from "../conformance/account-types.ts";
import { vaultConformance } from "../conformance/vault.ts";
import type { Engine } from "../engine.ts";
import { engineConformance } from "../engine.conformance.ts";
import { openSqlite } from "./open.ts";
import { temporaryStore } from "./testing.ts";

engineConformance("SQLite", () => openSqlite({ path: temporaryStore() }));

describe("engine: SQLite, vault", () => {
  let engine: Engine;
  beforeEach(() => {
    engine = openSqlite({ path: temporaryStore() });
  });
  afterEach(() => engine.close());

  vaultConformance(() => engine.vault);
  accountDataConformance(() => engine.vault);
  connectorRunsConformance(() => engine.vault);
  accountTypesConformance(() => engine.vault);
  eventsConformance(() => engine.vault);
});
