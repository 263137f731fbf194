import { describe, expect, test } from "vitest";
import { type Given, env, file, provider, sources, workerVariables } from "../config/sources.fixture.ts";
import { loadConfig } from "../config/load.ts";
import { createProviderClient } from "../providers/client.ts";
import type { EgressAnswer, EgressRequest } from "../platform.ts";
import { createDiscovery } from "../providers/discovery.ts";
import { type Finding, examine, findingsText } from "./doctor.ts";
import type { ProbeAnswer } from "./probe.ts";

const now = Date.UTC(2030, 0, 1);

/** Examines a configuration against a world in which URLs answer as given. */
async function findings(
  given: Given,
  world: {
    /** What URLs answer to a look, … */
    probe?: ProbeAnswer;
    /** … and to the provider's client. */
    egress?: EgressAnswer | ((request: EgressRequest) => EgressAnswer);
    only?: string;
  } = {},
): Promise<Finding[]> {
  const probe = async () => world.probe ?? { ok: true as const, status: 200, date: now };
  const fetch = async (request: EgressRequest) => {
    const { egress = json(400, { error: "invalid_grant" }) } = world;
    return typeof egress === "function" ? egress(request) : egress;
  };
  const platform = { fetch, now: () => now, random: (length: number) => new Uint8Array(length) };
  const client = createProviderClient(platform);
  const discovery = createDiscovery(fetch, platform.now);
  return examine(
    { load: () => loadConfig(sources(given)), probe, client, discovery, now: () => now },
    world.only,
  );
}

function json(status: number, body: object): EgressAnswer {
  return { ok: true, status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

/** The one finding of a check. */
async function find(check: string, ...rest: Parameters<typeof findings>): Promise<Finding | undefined> {
  return (await findings(...rest)).find((finding) => finding.check === check);
}

const given = { file, env };

describe("doctor", () => {
  test("finds everything good where everything is", async () => {
    const all = await findings(given);
    expect(all.map(({ check, state }) => `${check} ${state}`)).toEqual([
      "configuration good",
      "public URL good",
      "p: redirect URI good",
      "p: connection good",
      "p: clock good",
      "p: credentials good",
    ]);
    expect(findingsText(all)).toContain(
      "✓ p: redirect URI: Must be registered there exactly so: http://localhost:8787/sheets/redirect",
    );
  });

  test("reports each mistake of the configuration and looks no further", async () => {
    expect(await findings({ file: { ...file, lisen: 1, dta: 2 }, env })).toMatchObject([
      { check: "configuration", state: "bad" },
      { check: "configuration", state: "bad" },
    ]);
  });

  test("does not blame a broker that is not running", async () => {
    const probe: ProbeAnswer = { ok: false, reason: "nothing listens there" };
    expect(await find("public URL", given, { probe })).toMatchObject({ state: "warning" });
  });

  test("sees that something else answers at the public URL", async () => {
    const probe: ProbeAnswer = { ok: true, status: 404, date: now };
    expect(await find("public URL", given, { probe })).toMatchObject({ state: "bad" });
  });

  test("says why a token endpoint cannot be reached", async () => {
    const probe: ProbeAnswer = { ok: false, reason: "its certificate has ended" };
    expect(await find("p: connection", given, { probe })).toEqual({
      check: "p: connection",
      state: "bad",
      says: "Its token endpoint cannot be reached: its certificate has ended.",
    });
  });

  test.each([
    [59_000, "good"],
    [61_000, "bad"],
    [-61_000, "bad"],
  ])("compares clocks: off by %i ms is %s", async (skew, state) => {
    const probe: ProbeAnswer = { ok: true, status: 200, date: now - skew };
    expect(await find("p: clock", given, { probe })).toMatchObject({ state });
  });

  test("sees that client id or secret is wrong", async () => {
    const egress = json(401, { error: "invalid_client" });
    expect(await find("p: credentials", given, { egress })).toMatchObject({ state: "bad" });
  });

  test("does not guess when the provider says neither", async () => {
    const egress = json(500, { error: "CANARY" });
    const finding = await find("p: credentials", given, { egress });
    expect(finding).toMatchObject({ state: "warning" });
    expect(finding?.says).not.toContain("CANARY");
  });

  test("tries no refresh where there is none", async () => {
    const p = { ...provider, refresh: { supported: false } };
    const finding = await find("p: credentials", { file: { ...file, providers: { p } }, env });
    expect(finding).toMatchObject({ state: "skipped" });
  });

  test("reads an issuer's metadata", async () => {
    const issuer = "https://issuer.example";
    const metadata = {
      issuer,
      authorization_endpoint: `${issuer}/a`,
      token_endpoint: `${issuer}/t`,
      response_types_supported: ["code"],
    };
    const egress = ({ url }: EgressRequest) =>
      url.includes("/.well-known/") ? json(200, metadata) : json(400, { error: "invalid_grant" });
    const p = { issuer, client_id: "1", client_secret: "env:S" };
    const all = await findings({ file: { ...file, providers: { p } }, env }, { egress });
    expect(all).toContainEqual(expect.objectContaining({ check: "p: discovery", state: "good" }));
    expect(all).toContainEqual(expect.objectContaining({ check: "p: credentials", state: "good" }));
  });

  test("goes no further with an issuer that cannot be read", async () => {
    const p = { issuer: "https://issuer.example", client_id: "1", client_secret: "env:S" };
    const egress: EgressAnswer = { ok: false, reason: "unreachable", sent: false };
    const all = await findings({ file: { ...file, providers: { p } }, env }, { egress });
    expect(all.at(-1)).toMatchObject({ check: "p: discovery", state: "bad" });
  });

  test("reaches no endpoint that only a login can complete", async () => {
    const p = {
      ...provider,
      authorization_endpoint: "https://{shop}.p.example/a",
      token_endpoint: "https://{shop}.p.example/t",
      hosts: ["*.p.example"],
      inputs: { shop: { title: "Shop", pattern: "[a-z]+", example: "acme" } },
    };
    const all = await findings({ file: { ...file, providers: { p } }, env });
    expect(all.at(-1)).toMatchObject({ check: "p: connection", state: "skipped" });
  });

  test("looks at one provider alone when asked", async () => {
    const two = { providers: { p: provider, q: provider }, apps: { a: { providers: { p: {}, q: {} } } } };
    const all = await findings({ file: two, env }, { only: "q" });
    expect(all.some(({ check }) => check.startsWith("p:"))).toBe(false);
    expect(all.some(({ check }) => check.startsWith("q:"))).toBe(true);
  });

  test("looks at the providers of accounts, too, and misses none where all come later", async () => {
    const kept = { providers: { p: provider }, accounts: { providers: { p: {} } } };
    expect((await findings({ file: kept, env })).some(({ check }) => check.startsWith("p:"))).toBe(true);
    const none = await findings({ file: { accounts: {} }, env });
    expect(none.filter(({ state }) => state === "bad")).toEqual([]);
  });

  test("suggests the provider that was meant", async () => {
    const named = { providers: { google: provider }, apps: { a: { provider: "google" } } };
    expect(await find("provider", { file: named, env }, { only: "gogle" })).toMatchObject({
      state: "bad",
      says: 'No app uses a provider of that name. Did you mean "google"?',
    });
  });

  test("shows no secret", async () => {
    const all = await findings({ env: { ...workerVariables, CLIENT_SECRET: "CANARY" } });
    expect(JSON.stringify(all)).not.toContain("CANARY");
  });
});
