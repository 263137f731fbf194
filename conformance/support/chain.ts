import { register, startProvider } from "../../examples/demo/provider.ts";
import { freePort } from "./port.ts";
import { inProcess } from "./in-process.ts";
import type { Running } from "./target.ts";
import { UserAgent } from "./user-agent.ts";

/** A broker with one app, `fieldnotes`, in front of a certified OpenID provider (`oidc-provider`). */
export interface Chain extends AsyncDisposable {
  readonly broker: Running;
  /** The app's base URL, which is its issuer. */
  readonly issuer: string;
  /** Opens an authorization URL, lets the person allow it, and stops at the app's own redirect URI. */
  readonly authorize: (url: string | URL) => Promise<URL>;
  /** The same, but follows the redirect to an app that listens. */
  readonly authorizeToTheEnd: (url: string) => Promise<void>;
  /** Opens the device's link, continues, and lets the person allow it. */
  readonly approveDevice: (verificationUriComplete: string) => Promise<void>;
}

/** What differs from a native app on loopback. */
export interface ChainOptions {
  /** Who may call the app from a browser. */
  readonly origins?: readonly string[];
  readonly redirectUris?: readonly string[];
}

/** Starts the chain: client → Willcall → `oidc-provider`. */
export async function startChain({
  origins = [],
  redirectUris = ["http://127.0.0.1/callback"],
}: ChainOptions = {}): Promise<Chain> {
  const registration = register();
  const port = await freePort();
  const broker = await inProcess.start(
    () => ({
      providers: {
        meadow: {
          title: "Meadow ID",
          issuer: `http://localhost:${port}`,
          client_id: registration.clientId,
          client_secret: "env:SECRET",
          token_endpoint_auth_method: "client_secret_basic",
          pkce: "required",
        },
      },
      apps: {
        fieldnotes: {
          title: "Fieldnotes",
          provider: "meadow",
          scope: ["openid", "profile", "email"],
          redirectUris,
          origins,
        },
      },
    }),
    { env: { SECRET: registration.clientSecret } },
  );
  const issuer = `${broker.base}/fieldnotes`;
  const provider = await startProvider({ ...registration, port, redirectUri: `${issuer}/redirect` });

  const isOurs = (url: string): boolean =>
    url.startsWith(broker.base) || url.startsWith(`http://localhost:${port}`);
  const isTheApp = (url: string): boolean => !isOurs(url);
  return {
    broker,
    issuer,
    authorize: async (url) => {
      const browser = new UserAgent();
      const consent = await browser.open(String(url), { until: isTheApp });
      const { location = "about:blank" } = await browser.press(consent, "allow", { until: isTheApp });
      return new URL(location);
    },
    authorizeToTheEnd: async (url) => {
      const browser = new UserAgent();
      await browser.press(await browser.open(url), "allow");
    },
    approveDevice: async (url) => {
      const browser = new UserAgent();
      const { onward = "about:blank" } = await browser.press(await browser.open(url), "continue");
      const done = await browser.press(await browser.open(onward), "allow");
      if (done.heading !== "You are logged in") throw new Error(`the device page says ${done.heading}`);
    },
    [Symbol.asyncDispose]: async () => {
      await broker[Symbol.asyncDispose]();
      await provider.close();
    },
  };
}
