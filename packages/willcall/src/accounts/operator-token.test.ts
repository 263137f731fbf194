import { randomBytes } from "node:crypto";
import { beforeEach, expect, it } from "vitest";
import { openSqlite } from "../engines/sqlite/open.ts";
import { temporaryStore } from "../engines/sqlite/testing.ts";
import type { OperatorTokens } from "../engines/vault-store.ts";
import { Secret } from "../secret.ts";
import { OPERATOR_SCOPES, makeOperatorToken, scopesOf } from "./operator-token.ts";

let store: OperatorTokens;
beforeEach(() => {
  const engine = openSqlite({ path: temporaryStore() });
  if (engine.vault === undefined) throw new TypeError("SQLite keeps operator tokens");
  store = engine.vault.operatorTokens;
  return () => engine.close();
});

const make = () => makeOperatorToken(store, randomBytes, { label: "ci", scopes: ["accounts:read"] }, 1_000);

it("allows what it was made for", async () => {
  const { token } = await make();
  expect(token).toMatch(/^wco1\.[0-9a-f]{16}\.[\w-]{43}$/);
  expect(await scopesOf(store, undefined, token)).toEqual(new Set(["accounts:read"]));
});

it("is stored as a hash alone (S1)", async () => {
  const { token, id } = await make();
  const row = JSON.stringify(await store.read(id));
  expect(row).not.toContain(token.split(".")[2]);
});

it("is unknown when revoked, changed, cut, or somebody else's end", async () => {
  const [first, second] = [await make(), await make()];
  const mixed = `${first.token.slice(0, 22)}${second.token.slice(22)}`;
  for (const token of [first.token.slice(0, -1), `${first.token}A`, mixed, "", "wco1.."]) {
    expect(await scopesOf(store, undefined, token)).toBeUndefined();
  }
  await store.remove(first.id);
  expect(await scopesOf(store, undefined, first.token)).toBeUndefined();
  expect(await scopesOf(store, undefined, second.token)).toBeDefined();
});

it("may come from the configuration, and then allows everything", async () => {
  const configured = new Secret("c".repeat(32));
  expect(await scopesOf(store, configured, "c".repeat(32))).toEqual(new Set(OPERATOR_SCOPES));
  expect(await scopesOf(store, configured, "c".repeat(31))).toBeUndefined();
});
