import type { App } from "../config/config.ts";
import { openClientKey } from "../crypto/read-key.ts";
import { seal } from "../crypto/seal.ts";
import type { MailboxId } from "../engines/engine.ts";
import { asVerbatim } from "../grants/delivered.ts";
import { CLAIM_WINDOW, type Login, TOMBSTONE_WINDOW, encodeLogin, hashState } from "../login/login.ts";
import { pickUp } from "../login/pick-up.ts";
import { leadOfWriteKey, looksLikeClientKey } from "../login/write-key.ts";
import { BrowserVisit } from "./browser.ts";
import type { Lobby } from "./browser-answers.ts";
import { type Call, pathOf, rawPath, rawQuery, readBody } from "./http.ts";
import type { Routes } from "./routes.ts";
import { MOST_HELD_LOGINS, type Office, refuse } from "./office.ts";

/**
 * Client-made keys (protocol.md, part A, end): what Framer's Notion plugin speaks. The app makes both keys and
 * opens the provider itself with `state=writeKey`; no cookie and no PKCE are possible, so the callback asks first.
 */
export function clientKeyRoutes(routes: Routes, office: Office, lobby: Lobby, app: App): void {
  const { desk } = office;
  const path = pathOf(desk.config, app);
  const [registration, ...others] = app.providers;
  if (registration === undefined || others.length > 0) return;
  routes.api(app, `${path}/auth/authorize`, {
    POST: (call) => authorize(office, call, registration.provider.name),
  });
  const callback = {
    ...registration,
    redirectUri: `${desk.config.publicUrl}${path}/auth/authorize/callback`,
  };
  routes.page(app, `${path}/auth/authorize/callback`, {
    GET: (call) =>
      new BrowserVisit(lobby, call).callback(callback, new URLSearchParams(rawQuery(call.request))),
  });
  routes.api(app, `${path}/auth/authorize/:readKey`, {
    GET: (call) => read(office, call),
  });
}

/** `POST /auth/authorize` with `{readKey, writeKey}`: one row for the login, one that leads from the write key to it. */
async function authorize(office: Office, call: Call, provider: string): Promise<Response> {
  const { desk, replies } = office;
  const { app, origin, connection, request } = call;
  const { platform, mailboxes, keys } = desk;
  const now = platform.now();
  const refused = refuse(office, call);
  if (refused !== undefined) return refused;
  const body = await readBody(request);
  if (body === undefined) return replies.text(origin, 413, "The body is too large.");
  const made = parseKeys(body);
  if (made === undefined) {
    return replies.text(
      origin,
      400,
      "Send JSON with readKey and writeKey: two different strings of 128 bits or more.",
    );
  }
  const { mailbox, keyPair } = openClientKey(app.name, made.readKey);
  const login: Login = {
    id: mailbox,
    dialect: "client-keys",
    app: app.name,
    provider,
    origin,
    scope: null,
    createdAt: now,
    near: connection.near,
    inputs: {},
    publicKey: keyPair().publicKey,
    binding: null,
    carried: null,
  };
  const facts = {
    dialect: login.dialect,
    app: login.app,
    provider,
    stateHash: hashState(made.writeKey),
    binding: null,
    expiresAt: now + CLAIM_WINDOW,
    forgetAt: now + TOMBSTONE_WINDOW,
  };
  const sealed = (id: MailboxId, content: Uint8Array) =>
    seal(keys, "login", platform.random(16), content, Buffer.from(id));
  const lead = leadOfWriteKey(app, made.writeKey);
  const leading = await mailboxes.launch(
    { ...facts, id: lead, login: sealed(lead, Buffer.from(mailbox)) },
    now,
    MOST_HELD_LOGINS,
  );
  const row =
    leading === "inserted"
      ? await mailboxes.launch(
          { ...facts, id: mailbox, login: sealed(mailbox, encodeLogin(login)) },
          now,
          MOST_HELD_LOGINS,
        )
      : leading;
  if (row === "full") {
    return replies.text(origin, 503, "No login can be begun right now. Try again in a moment.", {
      "Retry-After": "10",
    });
  }
  return row === "inserted"
    ? replies.json(origin, 200, {})
    : replies.text(origin, 409, "This key is in use. Make new ones.");
}

/** Both keys of the body, or undefined. */
function parseKeys(body: string): { readKey: string; writeKey: string } | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof parsed !== "object" || parsed === null || !("readKey" in parsed) || !("writeKey" in parsed))
    return undefined;
  const { readKey, writeKey } = parsed;
  if (typeof readKey !== "string" || typeof writeKey !== "string" || readKey === writeKey) return undefined;
  return looksLikeClientKey(readKey) && looksLikeClientKey(writeKey) ? { readKey, writeKey } : undefined;
}

/** `GET /auth/authorize/<readKey>`: 200 `{"token": …}`, or anything but 200. */
async function read(
  { desk, replies }: Office,
  { app, origin, connection, request }: Call,
): Promise<Response> {
  const path = rawPath(request);
  const readKey = path.slice(path.lastIndexOf("/") + 1);
  if (!looksLikeClientKey(readKey)) return replies.empty(origin, 404);
  const said = await pickUp(desk, "client-keys", app.name, openClientKey(app.name, readKey), undefined);
  if (said.kind === "over")
    return replies.text(origin, 410, "The login has ended without tokens. Log in again.");
  if (said.kind !== "tokens") return replies.empty(origin, 404);
  connection.onAnswered(said.end);
  return replies.json(origin, 200, { token: asVerbatim(said.delivered, desk.platform.now()) });
}
