import type { CompiledProviders } from "./compile-app-provider.ts";
import { compileAppProviders } from "./compile-app-provider.ts";
import type { Workbench } from "./workbench.ts";
import type { App } from "./config.ts";
import { compileOrigins } from "./origin-rule.ts";
import type { AppFile } from "./schema.ts";
import { isSecure } from "./urls.ts";

/** Makes an app of what was written. Undefined: mistakes say why. */
export function compileApp(
  workbench: Workbench,
  name: string,
  file: AppFile,
  compiled: CompiledProviders,
): App | undefined {
  const path = ["apps", name];
  const { rule, problems } = compileOrigins(file.origins ?? []);
  for (const { index, problem, remedy } of problems) {
    workbench.complain([...path, "origins", index], problem, remedy);
  }
  for (const [index, uri] of (file.redirectUris ?? []).entries()) {
    const problem = redirectUriProblem(uri);
    if (problem === undefined) continue;
    const remedy = "Write https, http on a loopback address, or a scheme of the app's own; no fragment.";
    workbench.complain([...path, "redirectUris", index], problem, remedy);
  }
  const title = file.title ?? (name === "" ? "this app" : name);
  if (file.confirm === "never") {
    workbench.warnings.push(
      `${workbench.written.where([...path, "confirm"])} gives up promise S5 for ${title}: ` +
        "whoever sends somebody a login link can receive that person's tokens.",
    );
  }
  const providers = compileAppProviders(workbench, name, file, compiled);
  if (providers.length === 0) return undefined;
  return {
    name,
    title,
    origins: rule,
    providers,
    launch: file.launch ?? "page",
    confirm: file.confirm ?? "auto",
    refresh: file.refresh ?? "sealed",
    refreshRawUntil: rawUntil(file.refreshRawUntil),
    clientKeys: file.clientKeys ?? false,
    redirectUris: file.redirectUris ?? [],
  };
}

function rawUntil(written: string | undefined): App["refreshRawUntil"] {
  return written === undefined || written === "90-days-from-first-start" ? written : new Date(written);
}

/** What makes a URI unfit to send a code to (RFC 8252 §7, RFC 9700 §4.1). */
function redirectUriProblem(uri: string): string | undefined {
  const url = URL.parse(uri);
  if (url === null) return "is a malformed URL";
  if (uri.includes("#")) return "has a fragment";
  if (url.username !== "" || url.password !== "") return "has a user in it";
  if (/^(?:javascript|data|vbscript|file|blob|about|ftp|wss?|mailto):$/.test(url.protocol)) {
    return "has a scheme that no app can own";
  }
  return url.protocol === "http:" && !isSecure(url) ? "is an http URL" : undefined;
}
