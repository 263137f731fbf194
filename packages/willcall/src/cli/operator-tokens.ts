import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { OPERATOR_SCOPES, type OperatorScope, makeOperatorToken } from "../accounts/operator-token.ts";
import { locate } from "../config/load.ts";
import { ConfigError } from "../config/mistakes.ts";
import type { ConfigSources } from "../config/sources.ts";
import type { Engine } from "../engines/engine.ts";
import type { OperatorTokens } from "../engines/vault-store.ts";
import { STORE_FILE } from "./bootstrap.ts";
import type { Terminal } from "./terminal.ts";

/** What the commands work with. */
export interface OperatorTokenParts {
  readonly sources: ConfigSources;
  readonly openStore: (path: string) => Engine;
  readonly terminal: Terminal;
}

/** Makes an operator token and prints it, this once. Rejects with `ConfigError` for a scope that there is not. */
export async function createOperatorToken(
  parts: OperatorTokenParts,
  label: string,
  scopes: readonly string[],
): Promise<void> {
  const known = scopes.filter(isScope);
  if (known.length < scopes.length) {
    const remedy = `Choose among ${OPERATOR_SCOPES.join(", ")}.`;
    throw new ConfigError([{ path: "--scope", problem: "is not something that a token can allow", remedy }]);
  }
  const allowed = known.length === 0 ? OPERATOR_SCOPES : known;
  await inStore(parts, async (store) => {
    const { id, token } = await makeOperatorToken(store, randomBytes, { label, scopes: allowed }, Date.now());
    parts.terminal.complain(`Operator token ${id} allows ${allowed.join(", ")}. It is shown this once:`);
    parts.terminal.say(token);
  });
}

/** Lists the operator tokens in force, never the tokens themselves. */
export async function listOperatorTokens(parts: OperatorTokenParts): Promise<void> {
  const { terminal } = parts;
  await inStore(parts, async (store) => {
    const rows = await store.list();
    if (rows.length === 0) terminal.say("No operator tokens. `willcall operator-tokens create` makes one.");
    for (const { id, label, scopes, createdAt } of rows) {
      terminal.say(`${id}  ${new Date(createdAt).toISOString().slice(0, 10)}  ${label}: ${scopes}`);
    }
  });
}

/** Ends an operator token at once. Rejects with `ConfigError` where there is none of this id. */
export async function revokeOperatorToken(parts: OperatorTokenParts, id: string): Promise<void> {
  await inStore(parts, async (store) => {
    if (await store.remove(id)) return parts.terminal.say(`Operator token ${id} is revoked.`);
    const remedy = "`willcall operator-tokens` lists them.";
    throw new ConfigError([{ path: "The operator token", problem: "is not there", remedy }]);
  });
}

function isScope(text: string): text is OperatorScope {
  return OPERATOR_SCOPES.some((scope) => scope === text);
}

async function inStore(
  { sources, openStore }: OperatorTokenParts,
  work: (store: OperatorTokens) => Promise<void>,
): Promise<void> {
  const { dataDir } = await locate(sources);
  const engine = openStore(join(dataDir, STORE_FILE));
  try {
    if (engine.vault === undefined)
      throw new TypeError("the store of the command line keeps operator tokens");
    await work(engine.vault.operatorTokens);
  } finally {
    await engine.close();
  }
}
