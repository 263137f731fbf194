import * as z from "zod/mini";
import { ConfigError } from "../config/mistakes.ts";
import type { Config } from "../config/config.ts";
import { type AnswerSchemas, answerSchemas } from "../dialects/operator-answer-schemas.ts";
import type { sessionRequest } from "../dialects/operator-schemas.ts";

/** A broker did not do what a command asked of it. The message is for a person. */
export class Refused extends Error {}

/** Which broker, and with which operator token. */
export interface BrokerAddress {
  readonly url: string;
  readonly token: string;
}

/**
 * The broker that commands work with: `WILLCALL_URL` with `WILLCALL_OPERATOR_TOKEN`, or the configuration's. Rejects with
 * `ConfigError` where it has no token, or `load` does.
 */
export async function brokerAddress(
  env: Readonly<Record<string, string | undefined>>,
  load: () => Promise<Pick<Config, "publicUrl" | "operatorToken">>,
): Promise<BrokerAddress> {
  const { WILLCALL_URL: url, WILLCALL_OPERATOR_TOKEN: token } = env;
  if (url && token) return { url: url.replace(/\/+$/, ""), token };
  const { publicUrl, operatorToken } = await load();
  const known = token ?? operatorToken?.reveal();
  if (known !== undefined) return { url: publicUrl, token: known };
  const remedy = "Set it to what `willcall operator-tokens create` prints.";
  throw new ConfigError([{ path: "WILLCALL_OPERATOR_TOKEN", problem: "is missing", remedy }]);
}

/** The parts of the operator's API that commands use. Everything rejects with `Refused`. */
export interface OperatorClient {
  begin(request: z.input<typeof sessionRequest>): Promise<z.infer<AnswerSchemas["session"]>>;
  /** Undefined: there is none of this id. */
  account(id: string): Promise<z.infer<AnswerSchemas["account"]> | undefined>;
  /** Renewed by the broker if they are about to end. */
  tokens(id: string): Promise<z.infer<AnswerSchemas["tokens"]>>;
  /** What a connector may use this account with, for one run. */
  connectorToken(id: string): Promise<z.infer<AnswerSchemas["connectorToken"]>>;
  /** The tokens that a connector sees with it, whatever has become of them. */
  shownTokens(id: string, connectorToken: string): Promise<string[]>;
}

/** What of an account's document is a token. */
const accountDocument = z.object({
  _id: z.string(),
  oauth: z.optional(z.object({ access_token: z.string() })),
  oauth_callback_results: z.optional(z.object({ id_token: z.optional(z.string()) })),
});

/** The account's own answer. */
async function found<T>(answer: Promise<T | undefined>): Promise<T> {
  const value = await answer;
  if (value === undefined) throw new Refused("There is no such account. `willcall login` connects one.");
  return value;
}

const pathOf = (id: string): string => `/api/accounts/${encodeURIComponent(id)}`;

/** Calls a broker's API over `fetch`. */
export function createOperatorClient(
  { url, token }: BrokerAddress,
  fetch: typeof globalThis.fetch,
): OperatorClient {
  const schemas = answerSchemas();

  async function ask<T>(path: string, schema: z.ZodMiniType<T>, body?: object): Promise<T | undefined> {
    let response: Response;
    let answer: unknown;
    try {
      response = await fetch(`${url}${path}`, {
        method: body === undefined ? "GET" : "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        redirect: "error",
        ...(body && { body: JSON.stringify(body) }),
      });
      answer = await response.json();
    } catch {
      throw new Refused(`No broker that keeps accounts answers at ${url}. Start it, or set WILLCALL_URL.`);
    }
    const good = schema.safeParse(answer);
    if (response.ok && good.success) return good.data;
    const problem = schemas.problem.safeParse(answer);
    if (response.status === 404 && problem.data?.error === "unknown_account") return undefined;
    throw new Refused(problem.data?.error_description ?? `The broker at ${url} answered ${response.status}.`);
  }

  return {
    begin: (request) => found(ask("/api/sessions", schemas.session, request)),
    account: (id) => ask(pathOf(id), schemas.account),
    tokens: (id) => found(ask(`${pathOf(id)}/tokens`, schemas.tokens)),
    async shownTokens(id, connectorToken) {
      const headers = { authorization: `Bearer ${connectorToken}` };
      const document = `${url}/data/io.cozy.accounts/${encodeURIComponent(id)}`;
      try {
        const response = await fetch(document, { headers, redirect: "error" });
        const { oauth, oauth_callback_results: more } = accountDocument.parse(await response.json());
        return [oauth?.access_token, more?.id_token].filter((token) => token !== undefined);
      } catch {
        throw new Refused(`The broker at ${url} does not say which tokens the account has.`);
      }
    },
    connectorToken: (id) => found(ask(`${pathOf(id)}/connector-tokens`, schemas.connectorToken, {})),
  };
}
