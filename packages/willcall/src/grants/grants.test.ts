import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Clock, RotatingProvider, openProcess } from "../accounts/testing.ts";
import type { App } from "../config/config.ts";
import type { Records } from "../engines/engine.ts";
import { createGrants } from "./grants.ts";
import { type Grant, makeHandle } from "./handle.ts";
import { LEASE } from "./lease.ts";

/** An app whose people hold handles. */
const PLUGIN: App = {
  name: "sheets",
  title: "Sheets",
  origins: { exact: new Set(), framer: [], opaque: false },
  providers: [],
  launch: "page",
  confirm: "auto",
  refresh: "sealed",
  refreshRawUntil: undefined,
  clientKeys: false,
  redirectUris: [],
};

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "willcall-grants-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Records whose next look at a grant comes too early to see what a sibling is about to store. */
class Early {
  blind = false;
  readonly records: Records;

  constructor(records: Records) {
    this.records = {
      readGrant: async (id) => {
        const row = await records.readGrant(id);
        if (!this.blind) return row;
        this.blind = false;
        return undefined;
      },
      leaseGrant: records.leaseGrant.bind(records),
      writeGrant: records.writeGrant.bind(records),
      once: records.once.bind(records),
      sweep: records.sweep.bind(records),
    };
  }
}

describe("an old handle that comes again", () => {
  it("S6: ends the grant at once, also when it is found out under the lease", async () => {
    const clock = new Clock();
    const provider = new RotatingProvider(clock.now);
    const { desk, arrived, close } = openProcess(join(directory, "store.db"), clock, provider);
    const app = { ...PLUGIN, providers: [arrived(provider.grant()).registration] };
    const early = new Early(desk.records);
    const grants = createGrants({ ...desk, records: early.records });
    const grant: Grant = {
      id: "AAAAAAAAAAAAAAAAAAAAAA",
      generation: 0,
      app: app.name,
      provider: "meadow",
      origin: null,
      refreshToken: provider.grant().refresh_token ?? "",
      issuedAt: clock.now(),
      inputs: {},
      captured: {},
    };
    const refresh = (token: string) => grants.refresh({ app, origin: null, address: "203.0.113.5", token });
    const first = makeHandle(desk.keys, desk.platform.random(16), grant);
    const renewed = await refresh(first);
    const second = renewed.kind === "tokens" ? renewed.delivered.refresh_token : undefined;
    expect(await refresh(second ?? "")).toMatchObject({ kind: "tokens" });

    const before = clock.now();
    early.blind = true;
    expect(await refresh(first)).toEqual({ kind: "invalid_grant" });
    expect(clock.now() - before).toBeLessThan(LEASE);
    expect(await desk.records.readGrant(grant.id)).toMatchObject({ ended: "reuse", replay: null });
    await close();
  });
});
