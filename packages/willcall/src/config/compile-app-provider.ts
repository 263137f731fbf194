import type { Provider } from "../providers/provider.ts";
import type { Workbench } from "./workbench.ts";
import type { AppProvider } from "./config.ts";
import { didYouMean } from "./mistakes.ts";
import { ACCOUNTS } from "./names.ts";
import type { AppFile } from "./schema.ts";
import { isSecure } from "./urls.ts";
import type { Path } from "./written.ts";

/** The providers as far as they could be compiled; `undefined` stands for one whose mistakes are noted already. */
export type CompiledProviders = ReadonlyMap<string, Provider | undefined>;

/** One provider of an app, as written. */
interface Entry {
  readonly name: string;
  /** Where its name is written, … */
  readonly at: Path;
  /** … and where its `scope` and `redirectUri` are. */
  readonly members: Path;
  readonly file: Pick<AppFile, "scope" | "redirectUri">;
}

/** The providers of an app, with scope and redirect URI; empty: mistakes say why. */
export function compileAppProviders(
  workbench: Workbench,
  app: string,
  file: AppFile,
  providers: CompiledProviders,
): AppProvider[] {
  const entries = entriesOf(workbench, app, file);
  return entries.flatMap((entry) => {
    const provider = providers.get(entry.name);
    if (provider === undefined) {
      if (!providers.has(entry.name)) {
        const remedy = `Add it under providers.${didYouMean(entry.name, providers.keys())}`;
        workbench.complain(entry.at, "names a provider that is not configured", remedy);
      }
      return [];
    }
    const scope = readScope(entry.file.scope);
    if ("verbatim" in scope) warnOfSeparator(workbench, entry, provider, scope.verbatim);
    const base = app === "" ? "" : `/${app}`;
    // An account's redirect names its provider also where there is one (protocol.md E).
    const path =
      entries.length === 1 && app !== ACCOUNTS ? `${base}/redirect` : `${base}/${entry.name}/redirect`;
    if (entry.file.redirectUri !== undefined) {
      checkRedirectUri(
        workbench,
        entry,
        file.clientKeys ? [path, `${base}/auth/authorize/callback`] : [path],
      );
    }
    return [{ provider, scope, redirectUri: entry.file.redirectUri ?? `${workbench.publicUrl}${path}` }];
  });
}

function entriesOf({ complain }: Workbench, app: string, file: AppFile): Entry[] {
  const path = app === ACCOUNTS ? [ACCOUNTS] : ["apps", app];
  if (file.provider !== undefined) {
    if (file.providers !== undefined) {
      const remedy = "Keep `provider` for one, or `providers` for several.";
      complain([...path, "provider"], "stands beside `providers`", remedy);
    }
    return [{ name: file.provider, at: [...path, "provider"], members: path, file }];
  }
  for (const key of ["scope", "redirectUri"] as const) {
    if (file[key] === undefined) continue;
    const remedy = "Move it into the provider that it is for, under `providers`.";
    complain([...path, key], "belongs to no provider", remedy);
  }
  const several = Object.entries(file.providers ?? {});
  if (several.length === 0) {
    const remedy = "Write the name of a provider, one of those under providers.";
    complain([...path, app === ACCOUNTS ? "providers" : "provider"], "is missing", remedy);
  }
  return several.map(([name, members]) => {
    const at = [...path, "providers", name];
    return { name, at, members: at, file: members };
  });
}

/** A list as it is; a string split at its spaces and commas; `verbatim` untouched. */
function readScope(scope: AppFile["scope"]): AppProvider["scope"] {
  if (scope === undefined) return [];
  return typeof scope === "string" ? scope.split(/[ ,]+/).filter((token) => token !== "") : scope;
}

/** Warns where a scope that goes out as it stands has separators that the provider is not known for. */
function warnOfSeparator(workbench: Workbench, entry: Entry, provider: Provider, verbatim: string): void {
  const separator = provider.definition.authorization?.scope_separator ?? " ";
  if (!verbatim.split(separator).some((part) => /[ ,]/.test(part.trim()))) return;
  const known = { " ": "spaces", ",": "commas" }[separator] ?? `"${separator}"`;
  workbench.warnings.push(
    `${workbench.written.where([...entry.members, "scope"])} is sent as it stands, but ${provider.title} is known to ` +
      `want ${known} between scopes.`,
  );
}

/** A registered redirect URI must lead back to a path that the broker answers for this app and provider. */
function checkRedirectUri(workbench: Workbench, entry: Entry, answered: readonly string[]): void {
  const complain = (problem: string, remedy: string) => {
    workbench.complain([...entry.members, "redirectUri"], problem, remedy);
  };
  const url = URL.parse(entry.file.redirectUri ?? "");
  if (url === null) {
    complain("is a malformed URL", "Write the absolute URL that is registered at the provider.");
    return;
  }
  if (!isSecure(url)) complain("is an http URL", "Use https; http is for localhost only.");
  if (!answered.includes(url.pathname.replace(/\/$/, ""))) {
    complain(
      "has a path that this broker does not answer",
      `Use ${answered.join(" or ")}, and register that.`,
    );
  }
}
