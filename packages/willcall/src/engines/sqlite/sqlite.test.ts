import { engineConformance } from "../engine.conformance.ts";
import { openSqlite } from "./open.ts";
import { temporaryStore } from "./testing.ts";

engineConformance("SQLite", () => openSqlite({ path: temporaryStore() }), { vault: true });
