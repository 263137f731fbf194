import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach } from "vitest";
import { engineConformance } from "../engine.conformance.ts";
import { openDurableObjects } from "./open.ts";

afterEach(reset);
engineConformance("Durable Objects", () => openDurableObjects({ namespace: env.MAILBOXES, shards: 1 }));
