import type { Secret } from "../secret.ts";
import type { CompiledProviders } from "./compile-app-provider.ts";
import { compileAppProviders } from "./compile-app-provider.ts";
import type { App } from "./config.ts";
import { ACCOUNTS } from "./names.ts";
import { compileOrigins } from "./origin-rule.ts";
import { resolveReference } from "./references.ts";
import type { AccountsFile } from "./schema.ts";
import type { Workbench } from "./workbench.ts";

/** The app as which accounts are connected. Undefined: none are kept, or mistakes say why. */
export function compileAccounts(
  workbench: Workbench,
  file: AccountsFile | undefined,
  compiled: CompiledProviders,
): App | undefined {
  if (file === undefined) return undefined;
  const { providers: named = {} } = file;
  const isEmpty = Object.keys(named).length === 0;
  // Without any, all of them are account types, which come while the broker runs.
  const providers = isEmpty ? [] : compileAppProviders(workbench, ACCOUNTS, { providers: named }, compiled);
  if (!isEmpty && providers.length === 0) return undefined;
  return {
    name: ACCOUNTS,
    title: file.title ?? "this server",
    // Servers call the operator's API; a browser's script never does.
    origins: compileOrigins([]).rule,
    providers,
    launch: "page",
    confirm: "auto",
    refresh: "sealed",
    refreshRawUntil: undefined,
    clientKeys: false,
    redirectUris: [],
  };
}

/** The operator's token, where one is configured. Undefined: none, or a mistake says why. */
export async function compileOperatorToken(
  workbench: Workbench,
  reference: string | undefined,
): Promise<Secret | undefined> {
  if (reference === undefined) return undefined;
  const resolved = await resolveReference(reference, workbench.referents);
  if (!resolved.ok) {
    workbench.complain(["operatorToken"], resolved.problem, resolved.remedy);
    return undefined;
  }
  // Whoever guesses it reads every token: 32 characters of a generator, not a word.
  if (/^[\x21-\x7e]{32,512}$/.test(resolved.value.reveal())) return resolved.value;
  const remedy = "Use 32 or more random characters without spaces, as `openssl rand -base64 32` prints them.";
  workbench.complain(["operatorToken"], "can be guessed, or is not one word", remedy);
  return undefined;
}
