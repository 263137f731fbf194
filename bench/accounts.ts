import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inOrder, prepareHolding } from "../packages/willcall/src/accounts/holding.ts";
import { Keyring } from "../packages/willcall/src/crypto/keys.ts";
import { pooledRandom } from "../packages/willcall/src/crypto/random.ts";
import { openSqlite } from "../packages/willcall/src/engines/sqlite/open.ts";
import type { AccountId } from "../packages/willcall/src/engines/vault-store.ts";
import { Secret } from "../packages/willcall/src/secret.ts";
import { type Server, startServer } from "./child.ts";
import { median } from "./stats.ts";
import { Wire, request } from "./wire.ts";

/** Milliseconds: accounts that are kept alive come due within two thirds of it. */
const LIFE = 90 * 86_400_000;
/** Accounts sealed and stored at a time. */
const TOGETHER = 1_000;

/** A store with accounts, and what it takes to serve it. */
export interface Kept {
  readonly ids: readonly AccountId[];
  readonly environment: Record<string, string>;
  readonly operatorToken: string;
  dispose(): void;
}

export const idOf = (index: number): AccountId => `account${String(index).padStart(15, "0")}` as AccountId;

/** Makes a store with `count` accounts at the provider `provider`, a hundred of each owner. */
export async function keepAccounts(count: number, providerPort: number): Promise<Kept> {
  const data = mkdtempSync(join(tmpdir(), "willcall-bench-accounts-"));
  const rootKey = randomBytes(32);
  const operatorToken = randomBytes(32).toString("base64url");
  const engine = openSqlite({ path: join(data, "willcall.sqlite") });
  const platform = { now: Date.now, random: pooledRandom() };
  const keys = new Keyring([new Secret(rootKey)]);
  const ids: AccountId[] = [];
  const now = Date.now();
  for (let first = 0; first < count; first += TOGETHER) {
    const some = Array.from({ length: Math.min(TOGETHER, count - first) }, (_, index) => first + index);
    await Promise.all(
      some.map(async (index) => {
        const id = idOf(index);
        ids.push(id);
        const verbatim = { access_token: "a".repeat(120), refresh_token: `${id}.0` };
        const tokens = { ...verbatim, verbatim, token_type: "bearer", extra: {}, refreshTokenPaths: [] };
        const names = { id, owner: `owner-${Math.floor(index / 100)}`, provider: "provider", version: 1 };
        const seal = await prepareHolding({ keys, platform }, names);
        const sealed = seal({
          accessToken: tokens.access_token,
          tokenType: "bearer",
          refreshToken: tokens.refresh_token,
          idToken: null,
          extra: {},
          subject: id,
          inputs: {},
          captured: {},
        });
        const ends = { expiresAt: now + 86_400_000, refreshExpiresAt: now + LIFE };
        const columns = inOrder({ config: {}, platform }, {}, { ...tokens, ...ends }, undefined, now);
        await engine.vault?.accounts.insert({
          ...names,
          ...columns,
          label: `person-${index}@example.com`,
          createdAt: now,
          sealed,
        });
      }),
    );
  }
  await engine.close();
  return {
    ids,
    operatorToken,
    environment: {
      PROVIDER_PORT: String(providerPort),
      DATA: data,
      ROOT_KEY: rootKey.toString("base64"),
      OPERATOR_TOKEN: operatorToken,
    },
    dispose: () => rmSync(data, { recursive: true, force: true }),
  };
}

/** `GET` at the operator's API. */
export function ask({ operatorToken }: Kept, path: string): string {
  return request("GET", path, `Authorization: Bearer ${operatorToken}\r\n`);
}

function refresh({ operatorToken }: Kept, id: AccountId, stale: number): string {
  const body = JSON.stringify({ stale });
  return (
    `POST /api/accounts/${id}/refresh HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${operatorToken}\r\n` +
    `Content-Length: ${body.length}\r\n\r\n${body}`
  );
}

/** What came of many refreshes at once. */
export interface Refreshed {
  /** Rounds in which anybody got something else than the others, or nothing. */
  readonly lost: number;
  /** Calls that the provider got. */
  readonly calls: number;
  /** Accounts that the provider ended because an old token was used again. */
  readonly ended: number;
  readonly seconds: number;
}

/**
 * So many rounds of `together` refreshes of one account at once, spread over four brokers on one store, against a provider
 * that rotates and ends what is used twice. Twenty rounds meet each account: more in a minute would meet its rate limit.
 */
export async function refreshTogether(rounds: number, together: number): Promise<Refreshed> {
  const provider = await startServer("rotating");
  const kept = await keepAccounts(Math.ceil(rounds / 20), provider.port);
  const brokers: Server[] = [];
  for (let count = 0; count < 4; count++) brokers.push(await startServer("accounts", kept.environment));
  const wires = await Promise.all(
    Array.from({ length: together }, (_, index) => Wire.open(brokers[index % brokers.length]?.port ?? 0)),
  );
  let lost = 0;
  const start = performance.now();
  for (let round = 0; round < rounds; round++) {
    const id = idOf(Math.floor(round / 20));
    const stale = (round % 20) + 1;
    const answers = await Promise.all(wires.map((wire) => wire.send(refresh(kept, id, stale))));
    const bodies = new Set(answers.map(({ status, body }) => `${status} ${tokenIn(body)}`));
    const [only = ""] = bodies;
    if (bodies.size !== 1 || !only.startsWith("200 access-")) lost++;
  }
  const seconds = (performance.now() - start) / 1_000;
  const wire = await Wire.open(provider.port);
  const { calls, ended } = JSON.parse((await wire.send(request("GET", "/"))).body) as Record<string, number>;
  for (const each of [wire, ...wires]) each.close();
  await Promise.all([provider, ...brokers].map((server) => server.stop()));
  kept.dispose();
  return { lost, calls: calls ?? 0, ended: ended ?? 0, seconds };
}

/** What a broker's round over the store's accounts costs, where nothing is due and where accounts are. */
export async function measureStore({
  environment,
}: Kept): Promise<{ name: string; milliseconds: number; detail: string }[]> {
  const engine = openSqlite({ path: join(environment["DATA"] ?? "", "willcall.sqlite") });
  const claim = async (now: number): Promise<{ milliseconds: number; found: number }> => {
    const times: number[] = [];
    let found = 0;
    for (let round = 0; round < 50; round++) {
      const start = performance.now();
      found = (await engine.vault?.accounts.claimDue(now, 600_000, 50))?.length ?? 0;
      times.push(performance.now() - start);
    }
    return { milliseconds: median(times), found };
  };
  const idle = await claim(Date.now());
  const due = await claim(Date.now() + LIFE);
  await engine.close();
  return [
    { name: "a round in which no account is due", ...idle, detail: `${idle.found} found` },
    { name: "taking those that are due, of all", ...due, detail: `${due.found} taken, durably` },
  ];
}

const tokenIn = (body: string): string =>
  String((JSON.parse(body) as Record<string, unknown>)["access_token"]);
