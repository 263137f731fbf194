import { randomBytes } from "node:crypto";
import { type ProviderOptions, startProvider } from "../../examples/demo/provider.ts";
import { App, PLUGIN } from "./app.ts";
import { members } from "./http.ts";
import { inProcess } from "./in-process.ts";
import { freePort } from "./port.ts";
import type { Configuration, Running } from "./target.ts";
import { type Page, UserAgent } from "./user-agent.ts";

/** What differs from the usual provider. */
export interface OidcOptions {
  readonly authentication: NonNullable<ProviderOptions["authentication"]>;
  readonly accessTokenLifetime?: number;
  /** Whether the broker is given the issuer alone, and finds the rest by itself. */
  readonly discovery?: boolean;
}

/** A broker in front of a certified OpenID provider with one user, which requires PKCE and rotates. */
export interface OidcStage extends AsyncDisposable {
  readonly broker: Running;
  readonly provider: string;
  readonly app: App;
  /** Begins in the app and follows the browser to the provider's consent page. */
  consent(): Promise<{ readKey: string; browser: UserAgent; page: Page }>;
  /** A whole login; resolves to what the app polled. */
  logIn(): Promise<Record<string, unknown>>;
}

/** Raises the stage. */
export async function raiseOidc(options: OidcOptions): Promise<OidcStage> {
  const { authentication, accessTokenLifetime, discovery = false } = options;
  const port = await freePort();
  const provider = `http://localhost:${port}`;
  const registration = { clientId: "fieldnotes", clientSecret: randomBytes(24).toString("base64url") };
  const endpoints: Configuration = {
    authorization_endpoint: `${provider}/auth`,
    token_endpoint: `${provider}/token`,
    revocation_endpoint: `${provider}/token/revocation`,
    jwks_uri: `${provider}/jwks`,
  };
  const broker = await inProcess.start(
    () => ({
      providers: {
        meadow: {
          title: "Meadow ID",
          issuer: provider,
          ...(!discovery && endpoints),
          client_id: registration.clientId,
          client_secret: "env:CLIENT_SECRET_OF_MEADOW",
          token_endpoint_auth_method: authentication,
          pkce: "required",
          authorization: { nonce: true },
        },
      },
      apps: {
        "": {
          title: "Fieldnotes",
          provider: "meadow",
          scope: ["openid", "profile"],
          origins: ["framer:abc123"],
        },
      },
    }),
    { env: { CLIENT_SECRET_OF_MEADOW: registration.clientSecret } },
  );
  const listening = await startProvider({
    ...registration,
    port,
    authentication,
    redirectUri: `${broker.base}/redirect`,
    ...(accessTokenLifetime !== undefined && { accessTokenLifetime }),
  });
  const app = new App(broker.base);

  const consent: OidcStage["consent"] = async () => {
    const { url, readKey } = await app.begin();
    const browser = new UserAgent();
    return { readKey, browser, page: await browser.open(url, { referer: `${PLUGIN}/` }) };
  };

  return {
    broker,
    provider,
    app,
    consent,
    logIn: async () => {
      const { readKey, browser, page } = await consent();
      await browser.press(page, "allow");
      return members(await app.poll(readKey));
    },
    [Symbol.asyncDispose]: async () => {
      await broker[Symbol.asyncDispose]();
      await listening.close();
    },
  };
}
