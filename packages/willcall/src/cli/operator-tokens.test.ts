import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { OPERATOR_SCOPES, scopesOf } from "../accounts/operator-token.ts";
import { openSqlite } from "../engines/sqlite/open.ts";
import { main } from "./main.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "willcall-cli-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs `willcall operator-tokens …` in the folder. */
async function operatorTokens(...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const terminal = {
    cwd: folder,
    env: {},
    say: (line: string) => void out.push(line),
    complain: (line: string) => void err.push(line),
  };
  const code = await main(["operator-tokens", ...argv], terminal, { onStopSignal: () => {}, exit: () => {} });
  return { code, out, err: err.join("\n") };
}

/** What a token allows to who opens the store afterwards. */
async function allowed(token: string) {
  const engine = openSqlite({ path: join(folder, ".willcall", "willcall.db") });
  if (engine.vault === undefined) throw new TypeError("SQLite keeps operator tokens");
  const scopes = await scopesOf(engine.vault.operatorTokens, undefined, token);
  await engine.close();
  return scopes && [...scopes];
}

test("create prints the token alone on standard output, so that a script can keep it", async () => {
  const { code, out, err } = await operatorTokens("create", "nightly jobs", "--scope", "tokens:read");
  expect(code).toBe(0);
  expect(out).toHaveLength(1);
  expect(err).toContain("allows tokens:read. It is shown this once");
  expect(await allowed(out[0] ?? "")).toEqual(["tokens:read"]);
});

test("create without scopes allows everything", async () => {
  const { out } = await operatorTokens("create", "server");
  expect(await allowed(out[0] ?? "")).toEqual([...OPERATOR_SCOPES]);
});

test("create refuses a scope that there is not, and makes nothing", async () => {
  const { code, err } = await operatorTokens("create", "server", "--scope", "everything");
  expect(code).toBe(78);
  expect(err).toContain("Choose among accounts:read, accounts:write, tokens:read");
  expect((await operatorTokens()).out).toEqual([expect.stringContaining("No operator tokens")]);
});

test("list shows everything but the tokens; revoke ends one", async () => {
  const { out } = await operatorTokens("create", "server");
  const [token = ""] = out;
  const listed = await operatorTokens();
  const id = token.split(".")[1] ?? "";
  expect(listed.out.join()).toMatch(new RegExp(`^${id}  \\d{4}-\\d\\d-\\d\\d  server: accounts:read`));
  expect(listed.out.join()).not.toContain(token.split(".")[2]);
  expect((await operatorTokens("revoke", id)).code).toBe(0);
  expect(await allowed(token)).toBeUndefined();
  expect((await operatorTokens("revoke", id)).err).toContain("is not there");
});
