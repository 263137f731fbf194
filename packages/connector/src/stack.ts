import { errors } from "./errors.ts";
import { type Tree, isTree, readTree, textIn, treeIn } from "./json.ts";

/** Where the account is kept, and with which credential it is used: `COZY_URL` and `COZY_CREDENTIALS`. */
export interface Address {
  /** With a slash at the end. */
  readonly url: string;
  readonly token: string;
}

/** The broker did not do what was asked. `status` is 0 where it cannot be reached. */
export class StackError extends Error {
  readonly status: number;
  readonly code: string | undefined;

  constructor(message: string, status: number, code?: string) {
    super(message);
    this.name = "StackError";
    this.status = status;
    this.code = code;
  }
}

/** The routes of Cozy's stack that the broker answers. */
export interface Stack {
  /** Sends JSON, gets JSON; a JSON:API document comes back as its `data`. Rejects with `StackError`. */
  fetchJSON(method: string, path: string, body?: unknown): Promise<Tree>;
}

/** Calls a broker, or Cozy's stack, over `fetch`. */
export function createStack({ url, token }: Address, fetch: typeof globalThis.fetch): Stack {
  return {
    async fetchJSON(method, path, body) {
      let response: Response;
      let text: string;
      try {
        response = await fetch(new URL(path.replace(/^\//, ""), url), {
          method,
          headers: {
            accept: "application/json",
            authorization: `Bearer ${token}`,
            ...(body !== undefined && { "content-type": "application/json" }),
          },
          redirect: "error",
          ...(body !== undefined && { body: JSON.stringify(body) }),
        });
        text = await response.text();
      } catch {
        throw new StackError(`No broker answers at ${url}`, 0);
      }
      const answer = readTree(text);
      if (!response.ok) throw refusal(response.status, answer);
      if (answer === undefined)
        throw new StackError(`The broker at ${url} answered no JSON`, response.status);
      // A document of ours may have a member called data, too.
      const isApi = response.headers.get("content-type")?.startsWith("application/vnd.api+json");
      return isApi ? resource(treeIn(answer, "data")) : answer;
    },
  };
}

/** A JSON:API resource with the names that documents have, as cozy-client-js gives it. */
function resource(data: Tree): Tree {
  const { id, type, meta } = data;
  return { ...data, _id: id, _type: type, ...(isTree(meta) && { _rev: meta["rev"] }) };
}

function refusal(status: number, answer: Tree | undefined): StackError {
  const [first]: unknown[] = Array.isArray(answer?.["errors"]) ? answer["errors"] : [answer];
  const error: Tree = isTree(first) ? first : {};
  const code = textIn(error, "code") ?? textIn(error, "error");
  const detail = textIn(error, "detail") ?? textIn(error, "title") ?? textIn(error, "reason");
  return new StackError(detail ?? `The broker answered ${status}`, status, code);
}

/** What a connector ends with when its token cannot be renewed: only a dead one is its owner's affair. */
export function renewalError(error: unknown): Error {
  const status = error instanceof StackError ? error.status : 0;
  const isOver = status === 401 || status === 403 || status === 404 || status === 409;
  return new Error(isOver ? errors.USER_ACTION_NEEDED_OAUTH_OUTDATED : errors.VENDOR_DOWN, { cause: error });
}
