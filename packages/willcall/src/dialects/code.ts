import type { App } from "../config/config.ts";
import { toBase64url } from "../crypto/bytes.ts";
import { sha256 } from "../crypto/hmac.ts";
import { openReadKey } from "../crypto/read-key.ts";
import type { Desk } from "../desk.ts";
import type { LoginRow } from "../engines/engine.ts";
import { bindToOrigin } from "../grants/handle.ts";
import { inputsAmong, readAsked } from "../login/asked.ts";
import { begin } from "../login/begin.ts";
import { type CodeBinding, redirectTo } from "../login/code-delivery.ts";
import { pickUp } from "../login/pick-up.ts";
import { BrowserVisit, type OpenLaunch } from "./browser.ts";
import type { Lobby } from "./browser-answers.ts";
import {
  type OAuthError,
  type Parameters,
  askedTooMuch,
  invalidRequest,
  missing,
  readParameters,
} from "./client-request.ts";
import { clientIdOf, redirectUriMatches } from "./clients.ts";
import { type Call, pathOf } from "./http.ts";
import type { Routes } from "./routes.ts";
import { type Office, refusal } from "./office.ts";
import { type GrantType, tokenResponse } from "./token.ts";

/** Longest `state` of a client, in characters as JSON has them: it travels in a cookie, which has room for 4 KB. */
const LONGEST_STATE = 512;
/** A base64url SHA-256 (RFC 7636 §4.2). */
const challengePattern = /^[A-Za-z0-9_-]{43}$/;
const verifierPattern = /^[A-Za-z0-9._~-]{43,128}$/;

/** The code dialect's authorization endpoint (protocol.md, part D; RFC 6749 §4.1.1, RFC 7636, RFC 8252). */
export function codeRoutes(routes: Routes, office: Office, lobby: Lobby, app: App): void {
  routes.page(app, `${pathOf(office.desk.config, app)}/oauth/authorize`, {
    GET: (call) =>
      new BrowserVisit(lobby, call).open((called, query) => openAuthorize(office, called, query)),
  });
}

/**
 * An authorization request as a login. A wrong client or redirect URI is an error page, never a redirect
 * (RFC 6749 §4.1.2.1); everything else goes back to the client with the RFC's code.
 */
function openAuthorize(office: Office, call: Call, query: URLSearchParams): ReturnType<OpenLaunch> {
  const { desk } = office;
  const { app } = call;
  const { values, repeated } = readParameters(query);
  const redirectUri = values.get("redirect_uri");
  if (values.get("client_id") !== clientIdOf(app)) return { error: "unknown_client" };
  if (redirectUri === undefined || !redirectUriMatches(app.redirectUris, redirectUri))
    return { error: "unknown_redirect_uri" };
  const state = values.get("state");
  const back = ({ error, error_description }: Refusal): { redirect: string } => ({
    redirect: redirectTo(desk, app.name, redirectUri, {
      error,
      error_description,
      ...(state !== undefined && { state }),
    }),
  });
  const wrong = wrongRequest(values, repeated);
  if (wrong !== undefined) return back(wrong);
  const refused = refusal(office, call);
  if (refused !== undefined)
    return back({ error: "temporarily_unavailable", error_description: refused.sentence });

  const asked = readAsked(app, {
    provider: values.get("provider") ?? null,
    scope: values.get("scope") ?? null,
    inputs: inputsAmong(app, values),
  });
  if ("error" in asked) return back(askedTooMuch(asked));
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
    redirect_uri: redirectUri,
    code_challenge: values.get("code_challenge") ?? "",
  };
  return {
    ...login,
    binding: { ...binding },
    carried: { code: readKey, ...(state !== undefined && { state }) },
  };
}

/** Why a client gets nothing, in the RFC's code and a sentence for its developer. */
type Refusal = Pick<OAuthError, "error" | "error_description">;

/** What is wrong with an authorization request whose client and redirect URI are right (RFC 6749 §4.1.2.1). */
function wrongRequest(values: Parameters, repeated: ReadonlySet<string>): Refusal | undefined {
  // `resource` may be there more than once (RFC 8707 §2).
  if (repeated.size > (repeated.has("resource") ? 1 : 0))
    return invalidRequest("A parameter is there twice.");
  const responseType = values.get("response_type");
  if (responseType === undefined) return missing("response_type");
  if (responseType !== "code")
    return { error: "unsupported_response_type", error_description: "Here response_type is code." };
  if ((values.get("response_mode") ?? "query") !== "query")
    return invalidRequest("Here response_mode is query.");
  // RFC 7636 §4.4.1: no challenge, and a method that is not spoken here.
  if (
    values.get("code_challenge_method") !== "S256" ||
    !challengePattern.test(values.get("code_challenge") ?? "")
  )
    return invalidRequest("PKCE is required: send code_challenge with code_challenge_method=S256.");
  if (JSON.stringify(values.get("state") ?? "").length > LONGEST_STATE + 2)
    return invalidRequest(`The state is longer than ${LONGEST_STATE} characters.`);
  return undefined;
}

const invalidGrant = (error_description: string): OAuthError => ({
  status: 400,
  error: "invalid_grant",
  error_description,
});
const notValid = invalidGrant("The code is not valid here, or no longer.");

/**
 * `grant_type=authorization_code` (RFC 6749 §4.1.3, RFC 7636 §4.6). A code is good once, for 60 s, for its app, its
 * redirect URI and its verifier; a second use ends the grant of the first.
 */
export function codeGrant(office: Office): GrantType {
  const { desk, grants } = office;
  return async (call, form) => {
    const { app, origin, connection } = call;
    const absent = ["client_id", "code", "redirect_uri", "code_verifier"].find((name) => !form.has(name));
    if (absent !== undefined) return missing(absent);
    const opened = openReadKey(desk.keys, "code", app.name, form.get("code") ?? "");
    const row = opened && (await codeRow(desk, app, opened.mailbox));
    if (opened === undefined || row === undefined) return notValid;
    const usedBefore = async (): Promise<OAuthError> => {
      await grants.endReused(app, row);
      return invalidGrant("The code was used before. The grant it gave has been ended.");
    };
    if (row.status === "taken") return usedBefore();
    const { redirect_uri, code_challenge } = JSON.parse(row.binding ?? "{}") as Partial<CodeBinding>;
    if (form.get("redirect_uri") !== redirect_uri)
      return invalidGrant("The code went to another redirect URI.");
    if (challengeOf(form.get("code_verifier") ?? "") !== code_challenge) {
      await burn(desk, row);
      return invalidGrant("The code verifier does not fit. The code is void: begin again.");
    }
    const said = await pickUp(desk, "code", app.name, opened, undefined);
    if (said.kind === "taken") return usedBefore();
    if (said.kind !== "tokens") return notValid;
    connection.onAnswered(said.end);
    return tokenResponse(office, call, bindToOrigin(desk, said.delivered, origin));
  };
}

/** The S256 challenge of a verifier (RFC 7636 §4.6), or undefined: it is none (§4.1). */
function challengeOf(verifier: string): string | undefined {
  return verifierPattern.test(verifier) ? toBase64url(sha256(Buffer.from(verifier))) : undefined;
}

async function codeRow(desk: Desk, app: App, id: LoginRow["id"]): Promise<LoginRow | undefined> {
  const row = await desk.mailboxes.read(id, desk.platform.now());
  const ours = row?.dialect === "code" && row.app === app.name;
  return ours && (row.status === "ready" || row.status === "taken") ? row : undefined;
}

/** Somebody holds the code without its verifier: nobody gets the tokens. */
async function burn(desk: Desk, row: LoginRow): Promise<void> {
  const { mailboxes, platform, log } = desk;
  if ((await mailboxes.take(row.id, row, platform.now())).kind !== "box") return;
  await mailboxes.confirm(row.id);
  log.warn("pickup.refused", {
    app: row.app,
    provider: row.provider,
    login: row.id,
    reason: "wrong_verifier",
  });
}
