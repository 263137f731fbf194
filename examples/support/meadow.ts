import type { Listening } from "../demo/listen.ts";
import { register, startProvider } from "../demo/provider.ts";

/** A provider to log in at, and what the operator writes about it. */
export interface Meadow extends Listening {
  /** Its origin. */
  readonly issuer: string;
  /** What stands under `providers` in `willcall.config.json`. */
  readonly providers: object;
  /** The whole `willcall.config.json` for one app at the root. */
  configuration(app: { title: string; origins?: readonly string[] }): object;
}

/**
 * Starts the demo's provider for a Willcall at `willcall`, to which people come back at `path`. Rejects when the port is
 * taken.
 */
export async function startMeadow(willcall: string, port: number, path = "/redirect"): Promise<Meadow> {
  const registration = register();
  const issuer = `http://localhost:${port}`;
  const running = await startProvider({ ...registration, port, redirectUri: willcall + path });
  const provider = {
    title: "Meadow ID",
    issuer,
    client_id: registration.clientId,
    client_secret: registration.clientSecret,
    token_endpoint_auth_method: "client_secret_basic",
    pkce: "required",
  };
  return {
    ...running,
    issuer,
    providers: { meadow: provider },
    configuration: (app) => ({
      providers: { meadow: provider },
      apps: { "": { ...app, provider: "meadow", scope: ["openid", "profile"] } },
    }),
  };
}
