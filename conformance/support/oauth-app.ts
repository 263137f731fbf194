import { createHash, randomBytes } from "node:crypto";
import { type Answer, members, send } from "./http.ts";
import { type Launched, type Stage, departed, isAt } from "./stage.ts";
import { type Page, UserAgent } from "./user-agent.ts";

/** Where a native app listens; port and path differ from app to app. */
export const CALLBACK = "http://127.0.0.1:49152/callback";

/** The grant type of RFC 8628 §3.4. */
export const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";

/** Parameters of a request: `undefined` leaves one out. */
export type Fields = Readonly<Record<string, string | undefined>>;

function filled(fields: Fields): URLSearchParams {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) given.set(name, value);
  return given;
}

/** What `OAuthApp` may be told of. */
export interface OAuthAppOptions {
  readonly clientId?: string;
  readonly redirectUri?: string;
  /** A browser app's origin; none for a native one. */
  readonly origin?: string;
}

/** A login of the code dialect that stands at the provider's door. */
export type Departed = Omit<Launched, "readKey" | "finish" | "callback"> & {
  /** As a stage's: a callback with the provider's own code, or with other parameters. */
  readonly callback: (parameters?: Fields) => string;
  /** Sends the browser back with a good code, or another callback; resolves to what the app receives. */
  readonly finish: (callback?: string) => Promise<URLSearchParams>;
};

/** A public client of the code and device dialects, written by hand: it can do what libraries refuse to. */
export class OAuthApp {
  readonly base: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly verifier = randomBytes(32).toString("base64url");
  readonly #origin: string | undefined;

  constructor(base: string, { clientId = "root", redirectUri = CALLBACK, origin }: OAuthAppOptions = {}) {
    this.base = base;
    this.clientId = clientId;
    this.redirectUri = redirectUri;
    this.#origin = origin;
  }

  /** An authorization request (RFC 6749 §4.1.1, RFC 7636 §4.3), with these parameters besides or instead. */
  authorizeUrl(more: Fields = {}): string {
    const query = filled({
      response_type: "code",
      client_id: this.clientId,
      redirect_uri: this.redirectUri,
      state: "the app's state",
      code_challenge: createHash("sha256").update(this.verifier).digest("base64url"),
      code_challenge_method: "S256",
      ...more,
    });
    return `${this.base}/oauth/authorize?${query}`;
  }

  /** Opens an authorization request up to the provider's door. */
  async depart({ provider, broker }: Stage, more: Fields = {}, browser = new UserAgent()): Promise<Departed> {
    const page = await browser.open(this.authorizeUrl(more), { until: isAt(provider) });
    const { callback, ...rest } = departed(provider, browser, page);
    const isElsewhere = (url: string): boolean => !url.startsWith(broker.base);
    return {
      ...rest,
      callback,
      finish: async (url = callback()) =>
        new URL((await browser.open(url, { until: isElsewhere })).location ?? "about:blank").searchParams,
    };
  }

  /** A code for this app, as it arrives at its redirect URI. */
  async code(stage: Stage, more: Fields = {}): Promise<string> {
    const { finish } = await this.depart(stage, more);
    return (await finish()).get("code") ?? "";
  }

  /** What an authorization request is answered with, redirects not followed. */
  authorize(more: Fields = {}): Promise<Page> {
    return new UserAgent().open(this.authorizeUrl(more), { until: () => true });
  }

  /** `POST /token` with a code (RFC 6749 §4.1.3). */
  redeem(code: string, more: Fields = {}): Promise<Answer> {
    return this.post("/token", {
      grant_type: "authorization_code",
      client_id: this.clientId,
      redirect_uri: this.redirectUri,
      code_verifier: this.verifier,
      code,
      ...more,
    });
  }

  /** A whole login with a code; resolves to the tokens. */
  async logIn(stage: Stage, more: Fields = {}): Promise<Record<string, unknown>> {
    return members(await this.redeem(await this.code(stage, more)));
  }

  /** `POST /token` with a refresh token (RFC 6749 §6). */
  refresh(refresh_token: unknown, more: Fields = {}): Promise<Answer> {
    return this.post("/token", {
      grant_type: "refresh_token",
      client_id: this.clientId,
      refresh_token: String(refresh_token),
      ...more,
    });
  }

  /** `POST /device_authorization` (RFC 8628 §3.1). */
  beginDevice(more: Fields = {}): Promise<Answer> {
    return this.post("/device_authorization", { client_id: this.clientId, ...more });
  }

  /** `POST /token` with a device code (RFC 8628 §3.4). */
  pollDevice(device_code: unknown, more: Fields = {}): Promise<Answer> {
    return this.post("/token", {
      grant_type: DEVICE_GRANT,
      client_id: this.clientId,
      device_code: String(device_code),
      ...more,
    });
  }

  /** A form post to one of the app's endpoints. */
  post(path: string, fields: Fields, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const origin = this.#origin === undefined ? {} : { origin: this.#origin };
    return send(`${this.base}${path}`, {
      method: "POST",
      headers: { ...origin, ...headers },
      body: filled(fields),
    });
  }
}
