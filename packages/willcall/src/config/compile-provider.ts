import { catalogueMembers, definitionSchema } from "../providers/definition.ts";
import type { CatalogueEntry, Definition } from "../providers/definition.ts";
import type { Provider } from "../providers/provider.ts";
import { english } from "../schemas.ts";
import type { Secret } from "../secret.ts";
import { instruction } from "./check.ts";
import { didYouMean, valueClass } from "./mistakes.ts";
import { resolveReference } from "./references.ts";
import type { ProviderFile } from "./schema.ts";
import type { Workbench } from "./workbench.ts";
import type { Path } from "./written.ts";
import { isTree } from "./written.ts";

/** Makes a provider of what was written: catalogue entry, overrides, registration. Undefined: mistakes say why. */
export async function compileProvider(
  workbench: Workbench,
  name: string,
  file: ProviderFile,
): Promise<Provider | undefined> {
  const { use, title, client_id, client_secret, ...overrides } = file;
  const path = ["providers", name];
  const entry = use === undefined ? undefined : await workbench.catalogue.entry(use);
  if (use !== undefined && entry === undefined) {
    const near = didYouMean(use, await workbench.catalogue.ids());
    const problem = "is not a provider of the catalogue";
    workbench.complain([...path, "use"], problem, `\`willcall providers\` lists them.${near}`);
    return undefined;
  }
  const definition = mergeDefinition(workbench, path, entry, overrides);
  const clientId = await resolveText(workbench, [...path, "client_id"], client_id);
  const isPublic = definition?.token_endpoint_auth_method === "none";
  let clientSecret: Secret | undefined;
  if (client_secret !== undefined) {
    clientSecret = await resolveText(workbench, [...path, "client_secret"], client_secret);
  } else if (definition !== undefined && !isPublic) {
    const remedy = 'Write "env:NAME" and set that variable, or set token_endpoint_auth_method to "none".';
    workbench.complain([...path, "client_secret"], "is missing", remedy);
  }
  if (clientId !== undefined && !/^[\x21-\x7e]{1,512}$/.test(clientId.reveal())) {
    const problem = `is ${valueClass(clientId.reveal())} that is not a client id`;
    workbench.complain([...path, "client_id"], problem, "Write it as the provider gave it, without spaces.");
  }
  if (definition === undefined || clientId === undefined) return undefined;
  return {
    name,
    title: title ?? entry?.title ?? name,
    definition,
    clientId: clientId.reveal(),
    ...(clientSecret === undefined ? {} : { clientSecret }),
  };
}

/** Lays the overrides over the catalogue's entry and checks the whole. */
function mergeDefinition(
  workbench: Workbench,
  path: Path,
  entry: CatalogueEntry | undefined,
  overrides: Omit<ProviderFile, "use" | "title" | "client_id" | "client_secret">,
): Definition | undefined {
  const base = Object.entries(entry ?? {}).filter(([key]) => !catalogueMembers.has(key));
  const result = definitionSchema.safeParse(merge(Object.fromEntries(base), overrides), english);
  if (!result.success) {
    for (const issue of result.error.issues) {
      const at = issue.path.map((key) => (typeof key === "symbol" ? String(key) : key));
      const problem =
        workbench.written.at([...path, ...at]) === undefined ? "is missing" : "does not fit the rest";
      workbench.complain([...path, ...at], problem, instruction(issue.message));
    }
    return undefined;
  }
  for (const [name, input] of Object.entries(result.data.inputs ?? {})) {
    if (input.by !== "operator" || input.default !== undefined) continue;
    const remedy = `Write what your logins go to (${input.title}), such as "${input.example}".`;
    workbench.complain([...path, "inputs", name, "default"], "is missing", remedy);
  }
  if (workbench.mode === "production") {
    for (const at of plainUrls(result.data)) {
      const remedy = "Use https: over http, whoever is on the way reads the client secret and the tokens.";
      workbench.complain([...path, ...at], "is an http URL", remedy);
    }
  }
  return result.data;
}

/** `over` laid over `base`: objects merge member by member, everything else replaces. */
function merge(base: unknown, over: unknown): unknown {
  if (over === undefined) return base;
  if (!isTree(base) || !isTree(over)) return over;
  const keys = new Set([...Object.keys(base), ...Object.keys(over)]);
  return Object.fromEntries(Array.from(keys, (key) => [key, merge(base[key], over[key])]));
}

/** The paths of all http URLs in a definition, at any depth. */
function plainUrls(value: unknown, path: Path = []): Path[] {
  if (typeof value === "string") return value.startsWith("http://") ? [path] : [];
  if (Array.isArray(value)) return value.flatMap((item, index) => plainUrls(item, [...path, index]));
  return isTree(value) ? Object.entries(value).flatMap(([key, item]) => plainUrls(item, [...path, key])) : [];
}

/** Follows a reference and checks that the value is clean; undefined: a mistake was noted. */
async function resolveText(workbench: Workbench, path: Path, written: string): Promise<Secret | undefined> {
  const resolved = await resolveReference(written, workbench.referents);
  if (!resolved.ok) {
    workbench.complain(path, resolved.problem, resolved.remedy);
    return undefined;
  }
  const value = resolved.value.reveal();
  const isPem = value.startsWith("-----BEGIN ");
  if (!isPem && (value !== value.trim() || /\p{Cc}/u.test(value))) {
    const problem = `is ${valueClass(value)}, with spaces or line breaks that do not belong to it`;
    workbench.complain(path, problem, "Copy the value again, alone.");
    return undefined;
  }
  if (resolved.literal && path.at(-1) === "client_secret" && workbench.mode === "production") {
    const where = workbench.written.where(path);
    workbench.warnings.push(
      `${where} is written in the configuration itself; "env:NAME" or "file:/path" keeps it out of copies and backups.`,
    );
  }
  return resolved.value;
}
