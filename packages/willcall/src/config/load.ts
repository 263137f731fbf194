import { resolve } from "node:path";
import type { Provider } from "../providers/provider.ts";
import { checkWritten } from "./check.ts";
import { compileAccounts, compileOperatorToken } from "./compile-accounts.ts";
import { compileApp } from "./compile-app.ts";
import { compileConnectors } from "./compile-connectors.ts";
import { compileKeys, developmentKeys, refuseMissingKeys } from "./compile-keys.ts";
import { compileWebhooks } from "./compile-webhooks.ts";
import type { Workbench } from "./workbench.ts";
import type { CompiledProviders } from "./compile-app-provider.ts";
import { compileProvider } from "./compile-provider.ts";
import type { App, Config } from "./config.ts";
import { ConfigError } from "./mistakes.ts";
import { readPlace } from "./place.ts";
import type { Listen } from "./place.ts";
import type { ConfigFile } from "./schema.ts";
import type { ConfigSources, Gathered } from "./sources.ts";
import { gather } from "./sources.ts";
import { layFlags, layVariables, misspelt } from "./variables.ts";
import { layWorkerVariables, workerVariablesIn } from "./worker-variables.ts";
import { isTree } from "./written.ts";

/** Where the store lies unless the configuration says otherwise, beside the configuration. */
const DATA_DIRECTORY = ".willcall";

/** A configuration ready to run with. */
export interface Loaded {
  readonly config: Config;
  readonly listen: Listen;
  /** Absolute path of the directory that holds the store. */
  readonly dataDir: string;
  /** Absolute path of the directory of the configuration, where a development key and certificate lie. */
  readonly directory: string;
  /** The development key file in use; undefined where keys are configured. */
  readonly keyFile: { readonly path: string; readonly created: boolean } | undefined;
  /** What works but should be known, one sentence each, without any secret. */
  readonly warnings: readonly string[];
}

/**
 * Reads the configuration file, `.dev.vars`, environment and flags, in rising precedence, and checks all of it.
 * With only the Framer worker's variables it makes the one app at the root (design.md, "Configuration"). In
 * development without keys it makes a key file beside the configuration.
 *
 * Throws `ConfigError` with every mistake at once; no message holds a secret.
 */
export async function loadConfig(sources: ConfigSources): Promise<Loaded> {
  const gathered = await gather(sources);
  const { written, variables, directory, mistakes, warnings } = gathered;
  layVariables(written, variables, sources.cwd);
  const fromWorker = await layRootApp(gathered, sources);
  layFlags(written, sources.flags, sources.cwd);
  warnings.push(...misspelt(variables));

  const checked = checkWritten(written);
  mistakes.push(...checked.mistakes);
  const { file } = checked;
  const { listen, publicUrl, mode } = readPlace(file, gathered);
  const referents = {
    variable: (name: string) => variables.get(name),
    file: async (path: string) => {
      const read = await sources.files.read(resolve(directory, path));
      return read.ok ? read.text : undefined;
    },
  };
  const workbench: Workbench = {
    written,
    catalogue: sources.catalogue,
    referents,
    mode,
    publicUrl,
    complain: (...mistake) => void mistakes.push(written.mistake(...mistake)),
    mistakes,
    warnings,
  };

  const providers = await compileProviders(workbench, file);
  const apps = compileApps(workbench, file, providers);
  const accounts = compileAccounts(workbench, file.accounts, providers);
  const place = { files: sources.files, directory };
  const connectors = await compileConnectors(workbench, file.accounts?.connectors ?? [], place, accounts);
  const webhooks = await compileWebhooks(workbench, file.accounts?.webhooks ?? []);
  const operatorToken = await compileOperatorToken(workbench, file.operatorToken);
  if (fromWorker && mode === "production") refuseOpenRoot(workbench, file);
  const dataDir = resolve(directory, file.data ?? DATA_DIRECTORY);
  let rootKeys = await compileKeys(workbench, file.keys ?? []);
  let keyFile: Loaded["keyFile"];
  if (written.at(["keys"]) === undefined) {
    refuseMissingKeys(workbench, directory, dataDir);
    const made =
      mistakes.length === 0
        ? await developmentKeys(workbench, directory, sources.files, sources.random)
        : undefined;
    rootKeys = made?.keys ?? [];
    keyFile = made && { path: made.path, created: made.created };
  }
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  const config: Config = {
    publicUrl,
    mode,
    rootKeys,
    apps,
    connectors,
    trustedProxies: file.trustedProxies ?? [],
    beginsPerMinute: file.beginsPerMinute ?? 600,
    allowLoopbackProviders: mode === "development",
    ...(accounts && { accounts }),
    ...(file.accounts?.context !== undefined && { accountContext: file.accounts.context }),
    ...(file.accounts?.refresh && { accountRefresh: file.accounts.refresh }),
    ...(webhooks.length > 0 && { webhooks }),
    ...(operatorToken && { operatorToken }),
  };
  return { config, listen, dataDir, directory, keyFile, warnings };
}

/**
 * Where data and key belong, whether or not the rest of the configuration is complete. Throws nothing: what is
 * wrong, `loadConfig` says.
 */
export async function locate(
  sources: ConfigSources,
): Promise<{ dataDir: string; directory: string; keysConfigured: boolean }> {
  const { written, variables, directory } = await gather(sources);
  layVariables(written, variables, sources.cwd);
  layFlags(written, sources.flags, sources.cwd);
  const { file } = checkWritten(written);
  const keysConfigured = written.at(["keys"]) !== undefined;
  return { dataDir: resolve(directory, file.data ?? DATA_DIRECTORY), directory, keysConfigured };
}

/** Makes the root app from the Framer worker's variables, where no file names apps. True: it did, or tried to. */
async function layRootApp(gathered: Gathered, { catalogue }: ConfigSources): Promise<boolean> {
  const { written, variables, mistakes, warnings } = gathered;
  const apps = written.at(["apps"]);
  const set = workerVariablesIn(variables);
  if (apps === undefined || (isTree(apps) && Object.keys(apps).length === 0)) {
    if (set.length > 0) mistakes.push(...(await layWorkerVariables(written, variables, catalogue)));
    else if (mistakes.length === 0 && written.at(["accounts"]) === undefined) {
      const remedy = "Run `willcall init`, or rename .dev.vars.example to .dev.vars and fill it in.";
      mistakes.push({ path: "apps", problem: "is missing: nothing is configured", remedy });
    }
    return set.length > 0;
  }
  const text = JSON.stringify(written.tree);
  const idle = set.filter((name) => !text.includes(`"env:${name}"`));
  if (idle.length > 0)
    warnings.push(`Not used, because the configuration file names its own apps: ${idle.join(", ")}.`);
  return false;
}

async function compileProviders(workbench: Workbench, file: ConfigFile): Promise<CompiledProviders> {
  const writtenProviders = workbench.written.at(["providers"]);
  const providers = new Map<string, Provider | undefined>(
    (isTree(writtenProviders) ? Object.keys(writtenProviders) : []).map((name) => [name, undefined]),
  );
  for (const [name, provider] of Object.entries(file.providers ?? {})) {
    providers.set(name, await compileProvider(workbench, name, provider));
  }
  return providers;
}

function compileApps(workbench: Workbench, file: ConfigFile, providers: CompiledProviders): App[] {
  const apps = Object.entries(file.apps ?? {}).flatMap(
    ([name, app]) => compileApp(workbench, name, app, providers) ?? [],
  );
  refuseSharedPaths(workbench, apps);
  return apps;
}

/** `/<provider>/redirect` of a root app with several providers must not be `/<app>/redirect` of another app. */
function refuseSharedPaths({ complain }: Workbench, apps: readonly App[]): void {
  const root = apps.find(({ name }) => name === "");
  if (root === undefined || root.providers.length < 2) return;
  for (const { provider } of root.providers) {
    if (!apps.some(({ name }) => name === provider.name)) continue;
    const remedy = "Rename the app or the provider.";
    complain(["apps", provider.name], "has the path of a provider of the root app", remedy);
  }
}

/** An empty `PLUGIN_ID` admits nobody; in production that is surely not what was meant. */
function refuseOpenRoot({ mistakes }: Workbench, file: ConfigFile): void {
  const root = file.apps?.[""];
  if (root === undefined || (root.origins ?? []).length > 0) return;
  const remedy = "Write the plugin's id, as in its framer.json.";
  mistakes.push({ path: "PLUGIN_ID", problem: "is empty, so no plugin could log in", remedy });
}
