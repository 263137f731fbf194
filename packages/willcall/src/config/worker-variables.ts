import type { Catalogue } from "./catalogue.ts";
import type { Mistake } from "./mistakes.ts";
import { valueClass } from "./mistakes.ts";
import { FRAMER_PARENT } from "./origin-rule.ts";
import { parseOrigin } from "./urls.ts";
import type { Variables } from "./variables.ts";
import { rootAppVariables } from "./variables.ts";
import type { Written } from "./written.ts";

const required = ["CLIENT_ID", "CLIENT_SECRET", "AUTHORIZE_ENDPOINT", "TOKEN_ENDPOINT"] as const;
const others = ["PLUGIN_ID", "PLUGIN_PARENT_DOMAIN", "PLUGIN_URI", "REDIRECT_URI", "SCOPE"] as const;

const remedies: Readonly<Record<(typeof required)[number], string>> = {
  CLIENT_ID: "Write the client id that the provider gave you.",
  CLIENT_SECRET: "Write the client secret that the provider gave you.",
  AUTHORIZE_ENDPOINT: "Write the URL of the provider's login page, from its OAuth documentation.",
  TOKEN_ENDPOINT:
    "Write the URL where the provider exchanges codes for tokens, from its OAuth documentation.",
};

/** The variables of the Framer worker that are set. */
export function workerVariablesIn(variables: Variables): string[] {
  return [...required, ...others].filter((name) => variables.has(name));
}

/**
 * Makes one app at the root from the Framer worker's variables, so that Willcall stands in for it unchanged
 * (protocol.md A; design.md, "Configuration"): endpoints that the catalogue knows select its entry, `SCOPE` goes
 * out as it stands, raw refresh tokens are accepted for a while.
 */
export async function layWorkerVariables(
  written: Written,
  variables: Variables,
  catalogue: Catalogue,
): Promise<Mistake[]> {
  const mistakes: Mistake[] = [];
  const get = (name: string) => variables.get(name)?.trim() ?? "";
  for (const name of required) {
    if (get(name) !== "") continue;
    mistakes.push({ path: name, problem: `is ${valueClass(variables.get(name))}`, remedy: remedies[name] });
  }
  const origins = workerOrigins(get, mistakes);
  if (mistakes.length > 0) return mistakes;

  const provider = await layProvider(written, get("AUTHORIZE_ENDPOINT"), get("TOKEN_ENDPOINT"), catalogue);
  const app = (key: string, value: unknown, from: string) => written.put(["apps", "", key], value, from);
  app("provider", provider, "AUTHORIZE_ENDPOINT");
  app("title", "Framer plugin", "WILLCALL_TITLE");
  app("origins", origins, "WILLCALL_ORIGINS");
  app("scope", get("SCOPE") === "" ? [] : { verbatim: get("SCOPE") }, "SCOPE");
  const rawUntil = get("REFRESH_RAW_UNTIL") || "90-days-from-first-start";
  if (rawUntil !== "never") app("refreshRawUntil", rawUntil, "REFRESH_RAW_UNTIL");
  const redirectUri = get("REDIRECT_URI");
  if (redirectUri !== "") {
    app("redirectUri", redirectUri, "REDIRECT_URI");
    const origin = URL.parse(redirectUri)?.origin;
    if (written.at(["publicUrl"]) === undefined) written.put(["publicUrl"], origin, "REDIRECT_URI");
  }
  for (const [name, [key, read]] of Object.entries(rootAppVariables)) {
    if (get(name) !== "") app(key, read(get(name)), name);
  }
  return mistakes;
}

/** Writes the provider; resolves to its name. */
async function layProvider(
  written: Written,
  authorize: string,
  token: string,
  catalogue: Catalogue,
): Promise<string> {
  const use = await catalogue.byEndpoints(authorize, token);
  const name = use ?? "provider";
  const put = (key: string, value: unknown, from: string) =>
    written.put(["providers", name, key], value, from);
  put("client_id", "env:CLIENT_ID", "CLIENT_ID");
  put("client_secret", "env:CLIENT_SECRET", "CLIENT_SECRET");
  if (use === undefined) {
    const host = URL.parse(authorize)?.hostname;
    if (host) put("title", host.slice(0, 80), "AUTHORIZE_ENDPOINT");
  } else {
    put("use", use, "AUTHORIZE_ENDPOINT");
  }
  if (use === undefined || authorize.includes("?"))
    put("authorization_endpoint", authorize, "AUTHORIZE_ENDPOINT");
  if (use === undefined || token.includes("?")) put("token_endpoint", token, "TOKEN_ENDPOINT");
  return name;
}

/** Who may call: the plugin, in all its versions. An empty `PLUGIN_ID` adds nobody. */
function workerOrigins(get: (name: string) => string, mistakes: Mistake[]): string[] {
  const origins = get("WILLCALL_ORIGINS")
    .split(",")
    .flatMap((entry) => entry.trim() || []);
  const id = get("PLUGIN_ID");
  const parent = get("PLUGIN_PARENT_DOMAIN") || FRAMER_PARENT;
  if (!/^[a-z0-9]{0,63}$/.test(id)) {
    mistakes.push({
      path: "PLUGIN_ID",
      problem: `is ${valueClass(id)} that is not a plugin id`,
      remedy: "Write the id alone, as in framer.json: lower-case letters and digits, no domain.",
    });
  }
  if (!/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(parent)) {
    mistakes.push({
      path: "PLUGIN_PARENT_DOMAIN",
      problem: `is ${valueClass(parent)} that is not a domain`,
      remedy: `Write a host name in lower case, such as ${FRAMER_PARENT}, or leave it out.`,
    });
  }
  if (id !== "") origins.push(`framer:${id}@${parent}`);
  const uri = get("PLUGIN_URI");
  if (uri !== "") {
    const origin = parseOrigin(uri);
    if (origin === undefined) {
      mistakes.push({
        path: "PLUGIN_URI",
        problem: `is ${valueClass(uri)} that is not an origin`,
        remedy: "Write where the plugin is hosted: https, host and port, and nothing after them.",
      });
    } else {
      origins.push(origin);
    }
  }
  return origins;
}
