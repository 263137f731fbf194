import type { Accounts } from "./accounts.ts";
import { type Answer, members, send } from "./http.ts";

type Headers = Readonly<Record<string, string>>;

/** What a connector does at Cozy's routes. */
export interface Connectors {
  /** The headers of a connector that was started for an account. */
  readonly startedFor: (account: string) => Promise<Record<string, string>>;
  /** `POST /accounts/<type>/<id>/refresh`; `of` is `<type>/<id>`. */
  readonly refresh: (of: string, headers: Headers) => Promise<Answer>;
  /** Reads the account's document. */
  readonly read: (account: string, headers: Headers) => Promise<Answer>;
  /** Writes it: JSON of a value, or a text as it stands. */
  readonly write: (account: string, headers: Headers, body: unknown) => Promise<Answer>;
  /** Runs `work` while the provider answers every token request as if the refresh token were dead. */
  readonly whileDead: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Connectors at a stage's broker. */
export function connectorsAt({ broker, provider, post }: Accounts): Connectors {
  const document = (account: string): string => `${broker.base}/data/io.cozy.accounts/${account}`;
  return {
    startedFor: async (account) => {
      const { token } = members(await post(`/api/accounts/${account}/connector-tokens`));
      return { authorization: `Bearer ${String(token)}` };
    },
    refresh: (of, headers) => send(`${broker.base}/accounts/${of}/refresh`, { method: "POST", headers }),
    read: (account, headers) => send(document(account), { headers }),
    write: (account, headers, body) =>
      send(document(account), {
        method: "PUT",
        headers,
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    whileDead: async (work) => {
      provider.script((response) =>
        response.writeHead(400, { "content-type": "application/json" }).end('{"error":"invalid_grant"}'),
      );
      try {
        return await work();
      } finally {
        provider.script(undefined);
      }
    },
  };
}
