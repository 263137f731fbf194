import { randomBytes } from "node:crypto";
import { type Answer, members, send } from "./http.ts";
import { chosen } from "./chosen.ts";
import { type ScriptedProvider, startScriptedProvider } from "./scripted-provider.ts";
import { departed } from "./stage.ts";
import type { Configuration, Running } from "./target.ts";
import { type Page, UserAgent } from "./user-agent.ts";

/** The database, as its path is written. */
export const DATABASE = "/secrets%2Fio-cozy-account_types";

/** A broker whose only providers are provisioned, and one that plays any of them. */
export interface Provisioning extends AsyncDisposable {
  readonly broker: Running;
  readonly provider: ScriptedProvider;
  readonly operatorToken: string;
  /** A call below the database, with a body as it stands. */
  readonly couch: (
    method: string,
    path: string,
    body?: string | object,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>;
  /** The document of an account type that leads to the provider. */
  readonly document: (change?: object) => Record<string, unknown>;
  /** A call of the operator's API. */
  readonly api: (method: string, path: string, body?: object) => Promise<Answer>;
  /** Connects an account: its id, the last page, and the URL that the provider was visited with. */
  readonly connect: (
    provider: string,
    more?: object,
  ) => Promise<{ account: string; page: Page; authorizationUrl: URL }>;
}

/** Raises it; `configuration` adds to `accounts`, or stands beside it. */
export async function raiseProvisioning(
  options: {
    readonly accounts?: Configuration;
    readonly configuration?: Configuration;
    readonly env?: Readonly<Record<string, string>>;
    readonly clientSecret?: string;
  } = {},
): Promise<Provisioning> {
  const { clientSecret = "top-secret" } = options;
  const provider = await startScriptedProvider({ rotates: true, clientSecret });
  const operatorToken = randomBytes(24).toString("base64url");
  const broker = await chosen.start(
    () => ({ accounts: { title: "Fieldnotes", ...options.accounts }, ...options.configuration }),
    { env: { WILLCALL_OPERATOR_TOKEN: operatorToken, ...options.env } },
  );
  const authorization = `Bearer ${operatorToken}`;

  const api: Provisioning["api"] = (method, path, body) =>
    send(`${broker.base}${path}`, {
      method,
      headers: { authorization },
      ...(body && { body: JSON.stringify(body) }),
    });

  return {
    broker,
    provider,
    operatorToken,
    couch: (method, path, body = "", headers = {}) =>
      send(`${broker.base}${DATABASE}${path}`, {
        method,
        headers,
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    document: (change) => ({
      grant_mode: "authorization_code",
      client_id: "client",
      client_secret: clientSecret,
      auth_endpoint: `${provider.origin}/authorize`,
      token_endpoint: `${provider.origin}/token`,
      ...change,
    }),
    api,
    connect: async (name, more) => {
      const begun = await api("POST", "/api/sessions", { owner: "ada", provider: name, ...more });
      const { account, url } = members(begun);
      if (begun.status !== 201) throw new Error(`no session: ${begun.status} ${begun.text}`);
      const browser = new UserAgent();
      const leaving = await browser.press(await browser.open(String(url)), "continue");
      const launched = departed(provider, browser, leaving);
      const page = await launched.finish();
      return { account: String(account), page, authorizationUrl: new URL(launched.authorizationUrl) };
    },
    [Symbol.asyncDispose]: async () => {
      await broker[Symbol.asyncDispose]();
      await provider[Symbol.asyncDispose]();
    },
  };
}
