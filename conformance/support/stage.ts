import { App, PLUGIN } from "./app.ts";
import { chosen } from "./chosen.ts";
import { members } from "./http.ts";
import { type ProviderOptions, type ScriptedProvider, startScriptedProvider } from "./scripted-provider.ts";
import type { Beginning, Configuration, Running, Target } from "./target.ts";
import { type Page, UserAgent } from "./user-agent.ts";

/** What differs from the usual stage. */
export interface StageOptions {
  /** Environment variables, or what they are once the provider's address is known. */
  readonly env?: Beginning["env"] | ((provider: ScriptedProvider) => Beginning["env"]);
  readonly target?: Target;
  readonly provider?: ProviderOptions;
  /** Further members of the provider's configuration. */
  readonly registration?: Configuration;
  /** Further members of the root app's configuration. */
  readonly app?: Configuration;
  /** Further members of the configuration, or others in their place. */
  readonly configuration?: (provider: ScriptedProvider, base: string) => Configuration;
}

/** A login that has reached the provider: what is needed to send the browser back. */
export interface Launched {
  readonly readKey: string;
  readonly browser: UserAgent;
  /** The provider's URL that the browser was sent to. */
  readonly authorizationUrl: string;
  readonly state: string;
  /** A callback with the provider's own code, or with other parameters; `undefined` leaves one out. */
  readonly callback: (parameters?: Readonly<Record<string, string | undefined>>) => string;
  /** Sends the browser back with a good code. */
  readonly finish: () => Promise<Page>;
}

/** A broker, a scripted provider, and a plugin that logs in. */
export interface Stage extends AsyncDisposable {
  readonly broker: Running;
  readonly provider: ScriptedProvider;
  readonly app: App;
  /** Begins in the app and opens the login in a browser, up to the provider's door. */
  readonly launch: (app?: App, browser?: UserAgent, query?: string) => Promise<Launched>;
  /** A whole login; resolves to what the app polled. */
  readonly logIn: (app?: App) => Promise<Record<string, unknown>>;
  /** The same, once the provider behaves again: whatever happened before broke nothing else. */
  readonly logInAfterAll: () => Promise<Record<string, unknown>>;
}

/** The configuration of a provider on loopback. */
export function registered(provider: Pick<ScriptedProvider, "origin">): Record<string, unknown> {
  return {
    title: "Meadow",
    authorization_endpoint: `${provider.origin}/authorize`,
    token_endpoint: `${provider.origin}/token`,
    revocation_endpoint: `${provider.origin}/revoke`,
    client_id: "client",
    client_secret: "env:CLIENT_SECRET_OF_MEADOW",
    pkce: "required",
  };
}

/** Raises a stage: one app at the root, used by the plugin `abc123`, and one provider, `meadow`. */
export async function raise(options: StageOptions = {}): Promise<Stage> {
  const { target = chosen, configuration } = options;
  const provider = await startScriptedProvider(options.provider);
  const env = typeof options.env === "function" ? options.env(provider) : options.env;
  const broker = await target.start(
    (base) => ({
      providers: { meadow: { ...registered(provider), ...options.registration } },
      apps: {
        "": {
          title: "Fieldnotes",
          provider: "meadow",
          scope: ["read"],
          origins: ["framer:abc123"],
          ...options.app,
        },
      },
      ...configuration?.(provider, base),
    }),
    { env: { CLIENT_SECRET_OF_MEADOW: options.provider?.clientSecret ?? "top-secret", ...env } },
  );
  const root = new App(broker.base);

  const launch: Stage["launch"] = async (app = root, browser = new UserAgent(), query = "") => {
    const { url, readKey } = await app.begin(query);
    const page = await browser.open(url, { referer: `${PLUGIN}/`, until: isAt(provider) });
    return { readKey, ...departed(provider, browser, page) };
  };

  const logIn = async (app = root): Promise<Record<string, unknown>> => {
    const { readKey, finish } = await launch(app);
    await finish();
    return members(await app.poll(readKey));
  };

  return {
    broker,
    provider,
    app: root,
    launch,
    logIn,
    logInAfterAll: () => {
      provider.script(undefined);
      return logIn();
    },
    [Symbol.asyncDispose]: async () => {
      await broker[Symbol.asyncDispose]();
      await provider[Symbol.asyncDispose]();
    },
  };
}

/** Whether a URL is one of the provider's. */
export const isAt =
  ({ origin }: Pick<ScriptedProvider, "origin">) =>
  (url: string): boolean =>
    url.startsWith(`${origin}/`);

/** A login whose browser stands at the provider's door: `page` is where it was sent on from. */
export function departed(
  provider: ScriptedProvider,
  browser: UserAgent,
  page: Pick<Page, "location" | "onward" | "status" | "text">,
): Omit<Launched, "readKey"> {
  const authorizationUrl = page.location ?? page.onward;
  if (authorizationUrl === undefined) throw new Error(`no way to the provider: ${page.status} ${page.text}`);
  const { searchParams } = new URL(authorizationUrl);
  const state = searchParams.get("state") ?? "";
  const callback: Launched["callback"] = (parameters) => {
    const url = new URL(searchParams.get("redirect_uri") ?? "");
    const all = parameters ?? { code: provider.authorize(authorizationUrl), state };
    for (const [name, value] of Object.entries(all))
      if (value !== undefined) url.searchParams.set(name, value);
    return url.href;
  };
  return { browser, authorizationUrl, state, callback, finish: () => browser.open(callback()) };
}
