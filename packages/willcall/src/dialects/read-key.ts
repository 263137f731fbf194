import type { App, AppProvider } from "../config/config.ts";
import { type OpenedReadKey, openReadKey } from "../crypto/read-key.ts";
import { seal } from "../crypto/seal.ts";
import type { Desk } from "../desk.ts";
import { asVerbatim } from "../grants/delivered.ts";
import { RateLimit } from "../limits.ts";
import { begin, launchUrl } from "../login/begin.ts";
import { type Asking, readAsked } from "../login/asked.ts";
import { authorizationUrl, rowOf } from "../login/launch.ts";
import { type Login, READ_KEY_WINDOW, encodeLogin, makeState } from "../login/login.ts";
import { type PickedUp, pickUp } from "../login/pick-up.ts";
import type { Patience } from "./long-poll.ts";
import { MOST_HELD_LOGINS, type Office, refuse } from "./office.ts";
import { type Call, type Replies, pathOf, plainParameter, rawQuery } from "./http.ts";
import type { Routes } from "./routes.ts";

/** Polls per second and key; over it the answer is 404, because published clients take a 429 for final (A13). */
const POLLS_PER_SECOND = 4;
/** A read key of the Framer worker; none of ours looks like that. */
const WORKER_KEY = /^[0-9a-f]{32}$/;

/** The read-key dialect (protocol.md, part A): what published Framer plugins speak. */
export function readKeyRoutes(routes: Routes, office: Office, app: App): void {
  const { desk, replies } = office;
  const { config } = desk;
  const path = pathOf(config, app);
  const polls = new RateLimit(POLLS_PER_SECOND, 1000);

  routes.api(app, path === "" ? "/" : path, {
    GET: ({ origin }) => replies.text(origin, 200, "Willcall is running."),
  });
  routes.api(app, `${path}/authorize`, { POST: (call) => authorize(office, call) });
  routes.api(app, `${path}/poll`, { POST: (call) => poll(office, polls, call) });
  routes.api(app, `${path}/refresh`, { POST: (call) => refresh(office, call) });
}

/** `POST /authorize` (A2): a read key, and the URL to open. */
function authorize(office: Office, call: Call): Response | Promise<Response> {
  const { desk, replies } = office;
  const { app, origin, connection, request } = call;
  const refused = refuse(office, call);
  if (refused !== undefined) return refused;
  const asked = readAsked(app, askedIn(rawQuery(request)));
  if ("error" in asked) {
    const names = app.providers.map(({ provider }) => provider.name).join(", ");
    return replies.text(origin, 400, `Not for this app: ${asked.error}. Its providers: ${names}.`);
  }
  const { registration, scope, inputs } = asked;
  const provider = registration.provider.name;
  const facts = { dialect: "read-key", app, provider, origin, near: connection.near, scope, inputs } as const;
  const { readKey, login } = begin(desk, facts);
  desk.log.debug("login.begun", { app: app.name, provider, dialect: "read-key", login: login.id });
  if (app.launch === "page") return replies.json(origin, 200, { url: launchUrl(desk, app, login), readKey });
  return beginDirect(desk, registration, login).then((url) =>
    url === undefined
      ? replies.text(origin, 503, "No login can be begun right now. Try again in a moment.", {
          "Retry-After": "10",
        })
      : replies.json(origin, 200, { url, readKey }),
  );
}

/** Most apps ask for nothing but a login. */
const NOTHING: Asking = { provider: null, scope: null, inputs: [] };

function askedIn(text: string): Asking {
  if (text === "") return NOTHING;
  const query = new URLSearchParams(text);
  return {
    provider: query.get("provider"),
    scope: query.get("scope"),
    inputs: [...query].filter(([name]) => name !== "provider" && name !== "scope"),
  };
}

/** `launch: direct`: the provider's own URL, as the Framer worker answered; the login waits in a row from the start. */
async function beginDirect(desk: Desk, registration: AppProvider, login: Login): Promise<string | undefined> {
  const { platform, keys, mailboxes } = desk;
  const state = makeState(login.id, platform.random(16));
  const url = await authorizationUrl(desk, registration, login, state);
  if (!url.ok) return undefined;
  const sealed = seal(keys, "login", platform.random(16), encodeLogin(login), Buffer.from(login.id));
  const row = await mailboxes.launch(rowOf(login, state, sealed), platform.now(), MOST_HELD_LOGINS);
  return row === "inserted" ? url.url : undefined;
}

/** `POST /poll?readKey=` (A5 to A8, A14). */
function poll(office: Office, polls: RateLimit, call: Call): Response | Promise<Response> {
  const { desk, replies, waits } = office;
  const { app, origin } = call;
  const query = rawQuery(call.request);
  const readKey = plainParameter(query, "readKey");
  if (readKey === undefined || readKey === "") return replies.text(origin, 400, "The read key is missing.");
  const opened = openReadKey(desk.keys, "read-key", app.name, readKey);
  if (opened === undefined) {
    // A login that was in flight when this broker took the worker's place: its plugin would poll for ever.
    return app.name === "" && WORKER_KEY.test(readKey)
      ? replies.text(origin, 410, "This login was begun before an update here. Log in again.")
      : replies.empty(origin, 404);
  }
  const now = desk.platform.now();
  if (now >= opened.createdAt + READ_KEY_WINDOW)
    return replies.text(origin, 410, "This login has expired. Log in again.");
  if (!polls.allows(opened.mailbox, now)) return replies.empty(origin, 404);
  const waiting = waits.begin(call, query);
  // Nearly every answer is "not yet": where the engine can, it is given without a turn of the event loop.
  if (waiting === undefined && desk.mailboxes.isSettled?.(opened.mailbox, now) === false)
    return replies.empty(origin, 404);
  return pickUpNow(office, call, opened, waiting);
}

async function pickUpNow(
  { desk, replies }: Office,
  call: Call,
  opened: OpenedReadKey,
  waiting: Patience | undefined,
): Promise<Response> {
  try {
    return spell(desk, replies, call, await pickUp(desk, "read-key", call.app.name, opened, waiting?.signal));
  } finally {
    waiting?.end();
  }
}

/** What a mailbox says, as published clients understand it (A5, A6, A8). */
function spell(desk: Desk, replies: Replies, { origin, connection, app }: Call, said: PickedUp): Response {
  switch (said.kind) {
    case "pending":
      return replies.empty(origin, 404);
    case "taken":
      desk.log.info("pickup.refused", { app: app.name, reason: "taken" });
      return replies.empty(origin, 404);
    case "over":
      return replies.text(origin, 410, over[said.status]);
    case "tokens":
      connection.onAnswered(said.end);
      return replies.json(origin, 200, asVerbatim(said.delivered, desk.platform.now()));
  }
}

/** One short sentence each; never JSON, which published clients would store (A8, A10). */
const over: Record<Extract<PickedUp, { kind: "over" }>["status"], string> = {
  denied: "Access was denied. Log in again to allow it.",
  failed: "The login failed. Log in again.",
  cancelled: "The login was cancelled.",
  expired: "This login has expired. Log in again.",
};

/** `POST /refresh?code=` (A9 to A11). */
async function refresh(
  { desk, replies, grants }: Office,
  { request, app, origin, connection }: Call,
): Promise<Response> {
  const token = plainParameter(rawQuery(request), "code");
  if (token === undefined || token === "" || token === "undefined") {
    return replies.text(origin, 400, "The refresh token is missing: send it as ?code=.");
  }
  const refreshed = await grants.refresh({ app, origin, address: connection.address, token });
  switch (refreshed.kind) {
    case "tokens":
      return replies.json(origin, 200, asVerbatim(refreshed.delivered, desk.platform.now()));
    case "invalid_grant":
      return replies.text(origin, 401, "This refresh token is no longer valid. Log in again.");
    case "limited":
    case "unavailable":
      return replies.text(origin, 503, "The provider cannot answer right now. Nothing is lost: try again.", {
        "Retry-After": String(refreshed.after),
      });
    case "misconfigured":
      return replies.text(origin, 502, "The provider refuses this broker's registration. Tell its operator.");
  }
}
