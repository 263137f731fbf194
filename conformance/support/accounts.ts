import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { chosen } from "./chosen.ts";
import { type Answer, members, send } from "./http.ts";
import { type ProviderOptions, type ScriptedProvider, startScriptedProvider } from "./scripted-provider.ts";
import { departed, registered } from "./stage.ts";
import type { Configuration, Running, Target } from "./target.ts";
import { type Page, UserAgent } from "./user-agent.ts";

/** A session as the operator's API gives it. */
export interface Session {
  readonly account: string;
  readonly url: string;
}

/** A broker that keeps accounts at one provider, `meadow`, and the operator's server that calls it. */
export interface Accounts extends AsyncDisposable {
  readonly broker: Running;
  readonly provider: ScriptedProvider;
  /** Who logs in at the provider; a test may change them. */
  readonly person: { id: string };
  readonly operatorToken: string;
  readonly get: (path: string, base?: string) => Promise<Answer>;
  readonly post: (path: string, body?: object, base?: string) => Promise<Answer>;
  readonly delete: (path: string) => Promise<Answer>;
  /** Posts a body as it stands. */
  readonly raw: (path: string, body: string) => Promise<Answer>;
  /** `POST /api/sessions`; throws unless it answers 201. */
  readonly begin: (request: object) => Promise<Session>;
  /** Opens a session in a browser, allows it, and comes back; resolves to the last page. */
  readonly finish: (session: Session) => Promise<Page>;
  /** Connects a new account of `owner`. */
  readonly connect: (owner: string) => Promise<Session>;
}

/** The provider's userinfo endpoint, which says who logged in. */
async function startUserinfo(person: { id: string }) {
  const server = createServer((_request, response) => {
    const name = person.id === "1" ? "ada" : "eve";
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ sub: person.id, email: `${name}@example.com` }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("a TCP server has a port");
  return {
    url: `http://127.0.0.1:${address.port}/userinfo`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What differs from the usual configuration. */
export interface AccountsOptions {
  /** Further members of `accounts`. */
  readonly accounts?: Configuration;
  /** Further members of the provider's configuration. */
  readonly registration?: Configuration;
  /** How the provider behaves, besides rotating its refresh tokens. */
  readonly provider?: ProviderOptions;
}

/** Raises it, with further environment variables; the provider rotates its refresh tokens and ends a grant whose old one is used again. */
export async function raiseAccounts(
  target: Target = chosen,
  env: Readonly<Record<string, string>> = {},
  options: AccountsOptions = {},
): Promise<Accounts> {
  const provider = await startScriptedProvider({ rotates: true, ...options.provider });
  const person = { id: "1" };
  const userinfo = await startUserinfo(person);
  const operatorToken = randomBytes(24).toString("base64url");
  const broker = await target.start(
    () => ({
      providers: {
        meadow: {
          ...registered(provider),
          identity: { from: "endpoint", endpoint: userinfo.url, id: "sub", label: "email" },
          ...options.registration,
        },
      },
      accounts: { title: "Fieldnotes", providers: { meadow: { scope: ["read"] } }, ...options.accounts },
    }),
    {
      env: {
        CLIENT_SECRET_OF_MEADOW: options.provider?.clientSecret ?? "top-secret",
        WILLCALL_OPERATOR_TOKEN: operatorToken,
        ...env,
      },
    },
  );
  const headers = { authorization: `Bearer ${operatorToken}` };
  const raw: Accounts["raw"] = (path, body) =>
    send(`${broker.base}${path}`, { method: "POST", headers, body });
  const post: Accounts["post"] = (path, body, base = broker.base) =>
    send(`${base}${path}`, { method: "POST", headers, ...(body && { body: JSON.stringify(body) }) });

  const begin = async (request: object): Promise<Session> => {
    const answer = await post("/api/sessions", request);
    const { account, url } = members(answer);
    if (answer.status !== 201 || typeof account !== "string" || typeof url !== "string")
      throw new Error(`no session: ${answer.status} ${answer.text}`);
    return { account, url };
  };
  const finish = async ({ url }: Session): Promise<Page> => {
    const browser = new UserAgent();
    const leaving = await browser.press(await browser.open(url), "continue");
    return departed(provider, browser, leaving).finish();
  };

  return {
    broker,
    provider,
    person,
    operatorToken,
    get: (path, base = broker.base) => send(`${base}${path}`, { headers }),
    post,
    delete: (path) => send(`${broker.base}${path}`, { method: "DELETE", headers }),
    raw,
    begin,
    finish,
    connect: async (owner) => {
      const session = await begin({ owner, provider: "meadow" });
      const page = await finish(session);
      if (page.status !== 200) throw new Error(`not connected: ${page.status} ${page.heading}`);
      return session;
    },
    [Symbol.asyncDispose]: async () => {
      await broker[Symbol.asyncDispose]();
      await provider[Symbol.asyncDispose]();
      await userinfo.close();
    },
  };
}
