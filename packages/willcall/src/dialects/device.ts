import type { App } from "../config/config.ts";
import { openReadKey } from "../crypto/read-key.ts";
import { bindToOrigin } from "../grants/handle.ts";
import { inputsAmong, readAsked } from "../login/asked.ts";
import { begin } from "../login/begin.ts";
import { READ_KEY_WINDOW } from "../login/login.ts";
import { pickUp } from "../login/pick-up.ts";
import type { Lobby } from "./browser-answers.ts";
import { outcomes, type OAuthError, askedTooMuch, missing, readOAuthForm } from "./client-request.ts";
import { type Call, pathOf } from "./http.ts";
import type { Routes } from "./routes.ts";
import { type Office, refusal } from "./office.ts";
import { type GrantType, oauthError, tokenResponse } from "./token.ts";
import { type UserCodes, userCodeRoutes } from "./user-codes.ts";

/** The grant type of RFC 8628 §3.4. */
export const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";

/** Seconds between two polls, at first; each poll that comes sooner adds five (RFC 8628 §3.5). */
const INTERVAL = 5;
/** Seconds that a device code is good for. */
const EXPIRES_IN = 600;
/** Milliseconds by which a poll may be early: clocks and networks are not exact. */
const TOLERANCE = 500;

/** The device dialect (protocol.md, part C; RFC 8628): for any provider, whether or not it has a device flow. */
export function deviceRoutes(routes: Routes, office: Office, lobby: Lobby, app: App): void {
  const codes = userCodeRoutes(routes, lobby, app);
  routes.api(app, `${pathOf(office.desk.config, app)}/device_authorization`, {
    POST: (call) => authorizeDevice(office, codes, call),
  });
}

/** `POST /device_authorization` (RFC 8628 §3.1, §3.2). */
async function authorizeDevice(office: Office, codes: UserCodes, call: Call): Promise<Response> {
  const { desk, replies } = office;
  const { app, origin, connection } = call;
  const form = await readOAuthForm(call);
  if ("error" in form) return oauthError(replies, call, form);
  const { parameters } = form;
  if (!parameters.has("client_id")) return oauthError(replies, call, missing("client_id"));
  const refused = refusal(office, call);
  if (refused !== undefined) {
    const { status, error, sentence, after } = refused;
    return oauthError(replies, call, { status, error, error_description: sentence, retryAfter: after });
  }
  const asked = readAsked(app, {
    provider: parameters.get("provider") ?? null,
    scope: parameters.get("scope") ?? null,
    inputs: inputsAmong(app, parameters),
  });
  if ("error" in asked) return oauthError(replies, call, askedTooMuch(asked));
  const { readKey, login } = begin(desk, {
    dialect: "device",
    app,
    provider: asked.registration.provider.name,
    origin,
    near: connection.near,
    scope: asked.scope,
    inputs: asked.inputs,
  });
  const given = await codes.give(login);
  if (given === undefined) {
    const error_description = "No login can be begun right now. Try again in a moment.";
    return oauthError(replies, call, {
      status: 503,
      error: "temporarily_unavailable",
      error_description,
      retryAfter: 10,
    });
  }
  return replies.json(origin, 200, {
    device_code: readKey,
    ...given,
    expires_in: EXPIRES_IN,
    interval: INTERVAL,
  });
}

/** `grant_type=urn:ietf:params:oauth:grant-type:device_code` (RFC 8628 §3.4, §3.5). */
export function deviceGrant(office: Office): GrantType {
  const { desk } = office;
  const pace = new Pace();
  return async (call, form) => {
    const { app, origin, connection } = call;
    const deviceCode = form.get("device_code");
    if (deviceCode === undefined) return missing("device_code");
    if (!form.has("client_id")) return missing("client_id");
    const opened = openReadKey(desk.keys, "device", app.name, deviceCode);
    if (opened === undefined) {
      return { status: 400, error: "invalid_grant", error_description: "The device code is not valid here." };
    }
    const now = desk.platform.now();
    if (now >= opened.createdAt + READ_KEY_WINDOW) return expired;
    if (pace.isTooFast(opened.mailbox, now)) {
      return {
        status: 400,
        error: "slow_down",
        error_description: "Poll five seconds less often from now on.",
      };
    }
    const said = await pickUp(desk, "device", app.name, opened, undefined);
    switch (said.kind) {
      case "pending":
        if (now >= opened.createdAt + EXPIRES_IN * 1000 + EXCHANGE_GRACE) return expired;
        return {
          status: 400,
          error: "authorization_pending",
          error_description: "The person has not finished yet.",
        };
      case "taken":
        return { status: 400, error: "invalid_grant", error_description: "The device code was used before." };
      case "over":
        return over[said.status];
      case "tokens":
        connection.onAnswered(said.end);
        return tokenResponse(office, call, bindToOrigin(desk, said.delivered, origin));
    }
  };
}

/** Milliseconds that a login claimed at the last moment may still take. */
const EXCHANGE_GRACE = 15_000;

const expired: OAuthError = {
  status: 400,
  error: "expired_token",
  error_description: "The device code has expired. Begin again.",
};

const over = { ...outcomes, expired };

/** How often each device code is polled; forgets codes with the window, so memory is bounded. */
class Pace {
  #known = new Map<string, { at: number; interval: number }>();
  #since = 0;

  /** Notes a poll; true when it came sooner than the interval, which then grows by five seconds. */
  isTooFast(mailbox: string, now: number): boolean {
    if (now - this.#since > READ_KEY_WINDOW) {
      for (const [id, { at }] of this.#known) if (now - at > READ_KEY_WINDOW) this.#known.delete(id);
      this.#since = now;
    }
    const last = this.#known.get(mailbox);
    const tooFast = last !== undefined && now - last.at < last.interval * 1000 - TOLERANCE;
    const interval = (last?.interval ?? INTERVAL) + (tooFast ? 5 : 0);
    this.#known.set(mailbox, { at: now, interval });
    return tooFast;
  }
}
