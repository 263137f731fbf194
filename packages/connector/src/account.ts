import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { errors } from "./errors.ts";
import { type Tree, readLenientTree, readTree, textIn, treeIn } from "./json.ts";
import { type Stack, StackError, createStack, renewalError } from "./stack.ts";

/** The account that a connector uses in this run. */
export interface Account {
  /** Its id; undefined where nobody keeps it: on the author's own machine. */
  readonly id: string | undefined;
  /** What the connector's `start` gets first. Renewing puts the new token into the same object. */
  readonly fields: Tree;
  /** What it gets second. */
  readonly parameters: Tree;
  /** What earlier runs kept for later ones. */
  readonly data: Tree;
  /** Keeps `data` for later runs, in the place of what was there. */
  save(data: Tree): Promise<void>;
  /**
   * Gets a newer access token than `used`, once however many ask. Rejects with `USER_ACTION_NEEDED.OAUTH_OUTDATED` when
   * there is none to be had, with `VENDOR_DOWN` when nobody can say right now.
   */
  renew(used: string): Promise<string>;
}

/** What a run is given. */
export interface Given {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The connector's directory. */
  readonly cwd: string;
  readonly fetch: typeof globalThis.fetch;
}

/** The routes of the stack; undefined on the author's own machine. */
export function stackOf({ env, fetch }: Given): Stack | undefined {
  const { COZY_URL: url, COZY_CREDENTIALS: token } = env;
  if (!url || !token) return undefined;
  return createStack({ url: url.endsWith("/") ? url : `${url}/`, token: token.trim() }, fetch);
}

/** Opens the account of this run: where Willcall, or Cozy, says; else from `konnector-dev-config.json`. */
export async function openAccount(given: Given): Promise<Account> {
  const stack = stackOf(given);
  return stack === undefined ? openOwn(given) : openKept(given, stack);
}

const DOCTYPE = "/data/io.cozy.accounts";

async function openKept({ env }: Given, stack: Stack): Promise<Account> {
  const job = readTree(env["COZY_FIELDS"] ?? "{}") ?? {};
  const id = textIn(job, "account") ?? "";
  const path = `${DOCTYPE}/${encodeURIComponent(id)}`;
  let document: Tree;
  try {
    document = await stack.fetchJSON("GET", path);
  } catch (error) {
    const gone = error instanceof StackError && error.status !== 0 && error.status < 500;
    throw new Error(gone ? "CANNOT_FIND_ACCOUNT" : errors.VENDOR_DOWN, { cause: error });
  }
  const type = textIn(document, "account_type") ?? textIn(job, "konnector") ?? "";
  const fields: Tree = { ...treeIn(document, "auth"), ...treeIn(document, "oauth") };
  let underWay: Promise<string> | undefined;

  async function ask(used: string): Promise<string> {
    const refresh = `/accounts/${encodeURIComponent(type)}/${encodeURIComponent(id)}/refresh`;
    const answer = await stack.fetchJSON("POST", refresh).catch((error: unknown) => {
      throw renewalError(error);
    });
    const token = textIn(treeIn(treeIn(answer, "attributes"), "oauth"), "access_token");
    if (token === undefined) throw new Error(errors.VENDOR_DOWN);
    // There is nothing newer: the provider gave no refresh token, or the one that was refused is fresh.
    if (token === used) throw new Error(errors.USER_ACTION_NEEDED_OAUTH_OUTDATED);
    fields["access_token"] = token;
    return token;
  }

  return {
    id,
    fields,
    parameters: readTree(env["COZY_PARAMETERS"] ?? "{}") ?? {},
    data: treeIn(document, "data"),
    async save(data) {
      const current = await stack.fetchJSON("GET", path);
      await stack.fetchJSON("PUT", path, { ...current, data });
    },
    renew(used) {
      const current = textIn(fields, "access_token");
      if (current !== undefined && current !== used) return Promise.resolve(current);
      underWay ??= ask(used).finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
  };
}

/** On the author's own machine: a token from `willcall exec`, or the file that `willcall login --dev-config` writes. */
async function openOwn({ env, cwd }: Given): Promise<Account> {
  const read = async (): Promise<Tree> => {
    const text = await readFile(join(cwd, "konnector-dev-config.json"), "utf8").catch(() => "{}");
    const config = readLenientTree(text);
    if (config === undefined) throw new Error("konnector-dev-config.json is no JSON");
    return config;
  };
  const config = await read();
  const given = env["WILLCALL_ACCESS_TOKEN"];
  const fields: Tree = { ...treeIn(config, "fields"), ...(given && { access_token: given }) };
  return {
    id: undefined,
    fields,
    parameters: treeIn(config, "COZY_PARAMETERS"),
    data: {},
    save: async () => {},
    async renew(used) {
      // `willcall exec --dev-config` puts a fresh one there while the connector runs.
      const token = textIn(treeIn(await read(), "fields"), "access_token");
      if (token === undefined || token === used) throw new Error(errors.USER_ACTION_NEEDED_OAUTH_OUTDATED);
      fields["access_token"] = token;
      return token;
    },
  };
}
