import type { Hono } from "hono";
import type { App } from "../config/config.ts";
import { toBase64url } from "../crypto/bytes.ts";
import { sha256 } from "../crypto/hmac.ts";
import { openReadKey } from "../crypto/read-key.ts";
import type { Desk } from "../desk.ts";
import type { LoginRow } from "../engines/engine.ts";
import { asTokenResponse } from "../grants/delivered.ts";
import { bindToOrigin } from "../grants/handle.ts";
import { readAsked } from "../login/asked.ts";
import { begin } from "../login/begin.ts";
import { type CodeBinding, redirectTo } from "../login/code-delivery.ts";
import { pickUp } from "../login/pick-up.ts";
import { BrowserVisit, type Lobby, type OpenLaunch } from "./browser.ts";
import { type Call, type Env, pageRoute, pathOf } from "./http.ts";
import { mailboxOfState } from "../login/login.ts";
import { type Office, refusal } from "./office.ts";
import { clientIdOf, redirectUriMatches } from "./clients.ts";
import { type GrantType, type OAuthError, missing } from "./token.ts";

/** Longest `state` of a client, in characters: it travels in a cookie. */
const LONGEST_STATE = 512;
/** A base64url SHA-256 (RFC 7636 §4.2). */
const challengePattern = /^[A-Za-z0-9_-]{43}$/;
const verifierPattern = /^[A-Za-z0-9._~-]{43,128}$/;

/** Authorization request parameters of ours; whatever else there is are the definition's inputs or the client's extras. */
const KNOWN = new Set([
  "response_type",
  "client_id",
  "redirect_uri",
  "scope",
  "state",
  "code_challenge",
  "code_challenge_method",
  "provider",
]);

/** The code dialect's authorization endpoint (protocol.md, part D; RFC 6749 §4.1.1, RFC 7636, RFC 8252). */
export function codeRoutes(hono: Hono<Env>, office: Office, lobby: Lobby, app: App): void {
  pageRoute(hono, lobby.replies, app, `${pathOf(office.desk.config, app)}/oauth/authorize`, {
    GET: (call) =>
      new BrowserVisit(lobby, call, mailboxOfState).open((called, query) =>
        openAuthorize(office, called, query),
      ),
  });
}

/**
 * An authorization request as a login. A wrong client or redirect URI is an error page, never a redirect
 * (RFC 6749 §4.1.2.1); everything else goes back to the client with the RFC's code.
 */
function openAuthorize(office: Office, call: Call, query: URLSearchParams): ReturnType<OpenLaunch> {
  const { desk } = office;
  const { app } = call;
  const redirectUri = only(query, "redirect_uri");
  if (only(query, "client_id") !== clientIdOf(app)) return { error: "unknown_client" };
  if (redirectUri === undefined || !redirectUriMatches(app.redirectUris, redirectUri))
    return { error: "unknown_redirect_uri" };
  const state = only(query, "state");
  const back = (error: string): { redirect: string } => ({
    redirect: redirectTo(desk, app.name, redirectUri, { error, ...(state !== undefined && { state }) }),
  });

  for (const name of KNOWN) if (query.getAll(name).length > 1) return back("invalid_request");
  if (!query.has("response_type")) return back("invalid_request");
  if (query.get("response_type") !== "code") return back("unsupported_response_type");
  const challenge = query.get("code_challenge") ?? "";
  if (!challengePattern.test(challenge) || query.get("code_challenge_method") !== "S256")
    return back("invalid_request");
  if (state !== undefined && state.length > LONGEST_STATE) return back("invalid_request");
  const refused = refusal(office, call);
  if (refused !== undefined) return back("temporarily_unavailable");

  const inputNames = new Set(
    app.providers.flatMap(({ provider }) => Object.keys(provider.definition.inputs ?? {})),
  );
  const asked = readAsked(app, {
    provider: query.get("provider"),
    scope: query.get("scope"),
    // Unknown parameters are ignored (RFC 6749 §3.1): clients send nonce, prompt and the like.
    inputs: [...query].filter(([name]) => inputNames.has(name) && !KNOWN.has(name)),
  });
  if ("error" in asked) return back(asked.error === "invalid_scope" ? "invalid_scope" : "invalid_request");
  const { readKey, login } = begin(desk, {
    dialect: "code",
    app,
    provider: asked.registration.provider.name,
    origin: null,
    near: call.connection.near,
    scope: asked.scope,
    inputs: asked.inputs,
  });
  const binding: CodeBinding = {
    client_id: clientIdOf(app),
    redirect_uri: redirectUri,
    code_challenge: challenge,
  };
  return {
    ...login,
    binding: { ...binding },
    carried: { code: readKey, ...(state !== undefined && { state }) },
  };
}

/** The one value of a parameter, or undefined: absent, empty, or there twice. */
function only(query: URLSearchParams, name: string): string | undefined {
  const [value, ...more] = query.getAll(name);
  return value === "" || more.length > 0 ? undefined : value;
}

const invalidGrant = (error_description: string): OAuthError => ({
  status: 400,
  error: "invalid_grant",
  error_description,
});

/**
 * `grant_type=authorization_code` (RFC 6749 §4.1.3, RFC 7636 §4.6). A code is good once, for 60 s, for its client,
 * redirect URI and verifier; a second use ends the grant of the first.
 */
export function codeGrant({ desk, replies, grants }: Office): GrantType {
  return async (call, form) => {
    const { app, origin, connection } = call;
    const code = form.get("code");
    if (code === undefined) return missing("code");
    const verifier = form.get("code_verifier");
    if (verifier === undefined) return missing("code_verifier");
    const opened = openReadKey(desk.keys, "code", app.name, code);
    const row = opened && (await codeRow(desk, app, opened.mailbox));
    if (opened === undefined || row === undefined)
      return invalidGrant("The code is not valid here, or no longer.");
    if (row.status === "taken") {
      await grants.endReused(app, row);
      return invalidGrant("The code was used before. The grant it gave has been ended.");
    }
    const binding = JSON.parse(row.binding ?? "{}") as Partial<CodeBinding>;
    if (form.get("client_id") !== binding.client_id)
      return invalidGrant("The code belongs to another client.");
    if (form.get("redirect_uri") !== binding.redirect_uri)
      return invalidGrant("The code went to another redirect URI.");
    if (
      !verifierPattern.test(verifier) ||
      toBase64url(sha256(Buffer.from(verifier))) !== binding.code_challenge
    ) {
      await burn(desk, row);
      return invalidGrant("The code verifier does not fit. The code is void: begin again.");
    }
    const said = await pickUp(desk, "code", app.name, opened, undefined);
    if (said.kind !== "tokens") return invalidGrant("The code is not valid here, or no longer.");
    connection.onAnswered(said.end);
    const delivered = bindToOrigin(desk, said.delivered, origin);
    return replies.json(origin, 200, asTokenResponse(delivered, desk.platform.now()));
  };
}

async function codeRow(desk: Desk, app: App, id: LoginRow["id"]): Promise<LoginRow | undefined> {
  const row = await desk.mailboxes.read(id, desk.platform.now());
  const ours = row?.dialect === "code" && row.app === app.name;
  return ours && (row.status === "ready" || row.status === "taken") ? row : undefined;
}

/** Somebody holds the code without its verifier: nobody gets the tokens. */
async function burn(desk: Desk, row: LoginRow): Promise<void> {
  const { mailboxes, platform, log } = desk;
  if ((await mailboxes.take(row.id, platform.now())) === undefined) return;
  await mailboxes.confirm(row.id);
  log.warn("pickup.refused", {
    app: row.app,
    provider: row.provider,
    login: row.id,
    reason: "wrong_verifier",
  });
}
