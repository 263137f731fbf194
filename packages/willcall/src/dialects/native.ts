import type { App } from "../config/config.ts";
import { originAllowed } from "../config/origins.ts";
import { fromBase64url, toBase64url } from "../crypto/bytes.ts";
import { sha256 } from "../crypto/hmac.ts";
import { PUBLIC_KEY_LENGTH, isPublicKey } from "../crypto/hpke.ts";
import type { BadLaunch } from "./browser.ts";
import { isMailboxId, mailboxOfPublicKey } from "../crypto/read-key.ts";
import type { Desk } from "../desk.ts";
import type { LoginRow, MailboxId } from "../engines/engine.ts";
import { isSettled } from "../engines/life.ts";
import { openOuter } from "../login/box.ts";
import { readAsked } from "../login/asked.ts";
import type { Login } from "../login/login.ts";
import { type Call, type Replies, pathOf, rawPath, rawQuery, readBody } from "./http.ts";
import type { Routes } from "./routes.ts";
import { type Office, refusal } from "./office.ts";
import { type OAuthError, outcomes } from "./client-request.ts";
import { oauthError } from "./token.ts";

/** `GET <app>/login` parameters that are not the definition's inputs. */
const OWN_PARAMETERS = new Set(["key", "provider", "scope", "origin", "abandon"]);

/**
 * Opens a launch of the native dialect (protocol.md, part B): the app's public key in the launch URL itself, so that the
 * window opens inside the click. Undefined: no such launch; `error`: what is wrong with it.
 */
export function openNativeLaunch(
  office: Office,
  call: Call,
  query: URLSearchParams,
): Login | BadLaunch | undefined {
  const { app, connection } = call;
  const { desk } = office;
  const key = query.get("key");
  if (key === null) return undefined;
  const refused = refusal(office, call);
  if (refused !== undefined) return { error: refused.error };
  for (const name of query.keys()) if (query.getAll(name).length > 1) return { error: "duplicate_parameter" };
  const publicKey = fromBase64url(key);
  if (publicKey?.length !== PUBLIC_KEY_LENGTH || !isPublicKey(publicKey)) return { error: "bad_key" };
  const origin = query.get("origin");
  if (origin !== null && !originAllowed(app.origins, origin, desk.config.mode))
    return { error: "misconfigured_origin" };
  const asked = readAsked(app, {
    provider: query.get("provider"),
    scope: query.get("scope"),
    inputs: [...query].filter(([name]) => !OWN_PARAMETERS.has(name)),
  });
  const abandon = query.get("abandon");
  const login: Login = {
    id: mailboxOfPublicKey(publicKey),
    dialect: "native",
    app: app.name,
    provider: "",
    origin,
    scope: null,
    createdAt: desk.platform.now(),
    near: connection.near,
    inputs: {},
    publicKey,
    binding: abandon === null ? null : { abandon },
    carried: null,
  };
  if ("error" in asked) return { error: asked.error, login };
  if (abandon !== null && fromBase64url(abandon)?.length !== 32) return { error: "bad_key", login };
  const { registration, scope, inputs } = asked;
  return { ...login, provider: registration.provider.name, scope, inputs };
}

/** Registers the native dialect's pick-up. */
export function nativeRoutes(routes: Routes, office: Office, app: App): void {
  const { desk, replies } = office;
  routes.api(app, `${pathOf(desk.config, app)}/pickup/:mailbox`, {
    GET: (call) => read(office, call),
    DELETE: (call) => abandon(desk, replies, call),
  });
}

const pending: OAuthError = {
  status: 400,
  error: "authorization_pending",
  error_description: "The person has not finished yet.",
};

/** `GET /pickup/<mailbox>`: the sealed box, or a typed outcome. Reading consumes nothing: only the app can open it. */
async function read({ desk, replies, waits }: Office, call: Call): Promise<Response> {
  const mailbox = mailboxIn(call);
  if (mailbox === undefined) return oauthError(replies, call, unknownMailbox);
  const waiting = waits.begin(call, rawQuery(call.request));
  try {
    for (;;) {
      const row = await desk.mailboxes.read(mailbox, desk.platform.now());
      if (row !== undefined && isOwn(call.app, row) && isSettled(row)) return spell(desk, replies, call, row);
      if (waiting === undefined || waiting.signal.aborted) return oauthError(replies, call, pending);
      // The row's own time, ours or not: a foreign settled row would wake us again and again, at once.
      await desk.mailboxes.wait(mailbox, row?.changedAt ?? 0, waiting.signal);
    }
  } finally {
    waiting?.end();
  }
}

function spell(desk: Desk, replies: Replies, call: Call, row: LoginRow): Response {
  if (row.status === "ready" && row.box !== null) {
    const inner = openOuter(desk.keys, row.id, row.box);
    if (inner === undefined) return oauthError(replies, call, outcomes.failed);
    desk.log.info("login.taken", {
      app: row.app,
      provider: row.provider,
      dialect: row.dialect,
      login: row.id,
    });
    const box = { v: 1, enc: toBase64url(inner.enc), ct: toBase64url(inner.ct), aad: toBase64url(inner.aad) };
    return replies.json(call.origin, 200, { box });
  }
  const { status } = row;
  const known = status === "denied" || status === "cancelled" || status === "expired" ? status : "failed";
  return oauthError(replies, call, outcomes[known]);
}

/** `DELETE /pickup/<mailbox>` with the secret whose hash the launch URL carried: nothing is exchanged for nobody. */
async function abandon(desk: Desk, replies: Replies, call: Call): Promise<Response> {
  const mailbox = mailboxIn(call);
  const row = mailbox && (await ownRow(desk, call.app, mailbox));
  const secret = secretIn(await readBody(call.request));
  const committed = row?.binding ? (JSON.parse(row.binding) as Record<string, string>)["abandon"] : undefined;
  if (row === undefined || secret === undefined || committed !== toBase64url(sha256(secret))) {
    return oauthError(replies, call, unknownMailbox);
  }
  const { log, mailboxes, platform } = desk;
  if (await mailboxes.end(row.id, "cancelled", "abandoned", platform.now())) {
    log.info("login.cancelled", { app: row.app, provider: row.provider, login: row.id, reason: "abandoned" });
  }
  return replies.empty(call.origin, 204);
}

const unknownMailbox: OAuthError = {
  status: 404,
  error: "invalid_request",
  error_description: "There is no such mailbox.",
};

function mailboxIn({ request }: Call): MailboxId | undefined {
  const path = rawPath(request);
  const id = path.slice(path.lastIndexOf("/") + 1);
  return isMailboxId(id) ? id : undefined;
}

function secretIn(body: string | undefined): Buffer | undefined {
  try {
    const parsed: unknown = JSON.parse(body ?? "");
    const given =
      typeof parsed === "object" && parsed !== null && "secret" in parsed ? parsed.secret : undefined;
    return typeof given === "string" ? fromBase64url(given) : undefined;
  } catch {
    return undefined;
  }
}

async function ownRow(desk: Desk, app: App, mailbox: MailboxId): Promise<LoginRow | undefined> {
  const row = await desk.mailboxes.read(mailbox, desk.platform.now());
  return row !== undefined && isOwn(app, row) ? row : undefined;
}

function isOwn({ name }: App, { dialect, app }: LoginRow): boolean {
  return dialect === "native" && app === name;
}
