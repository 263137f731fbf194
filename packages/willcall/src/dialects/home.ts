import { openAttempt } from "../accounts/attempt.ts";
import { type SessionError, type SessionRequest, beginSession, isAccountId } from "../accounts/session.ts";
import type { Connector } from "../connectors/connector.ts";
import type { AccountRow } from "../engines/vault-store.ts";
import { formNonce, formNonceMatches } from "../login/forms.ts";
import { cancel } from "../login/launch.ts";
import { renderHome } from "../pages/home/render.ts";
import {
  type Owner,
  type Showroom,
  accountPath,
  accountView,
  connectorView,
  connectorsOn,
  homeView,
  visitor,
} from "./home-view.ts";
import { type Call, type Handler, rawPath, rawQuery, readForm } from "./http.ts";
import type { Waits } from "./long-poll.ts";
import { type PageOffice, factsOf, pageAnswer, redirectAnswer, renderedAnswer } from "./page-answer.ts";
import type { Routes } from "./routes.ts";
import { HOME_PATH, signInOf, signOut } from "./session.ts";

/** What every form of the home page is about: one proof for all, good for as long as the person is signed in. */
const FORM_SUBJECT = "home";

/** What the home page works with. */
export interface HomeOffice extends PageOffice, Showroom {
  readonly waits: Waits;
}

/** Registers the home page: whoever is signed in sees their accounts there, and connects others. */
export function homeRoutes(routes: Routes, office: HomeOffice): void {
  const { app } = office;
  const page = (path: string, methods: { readonly [M in "GET" | "POST"]?: Handler }): void =>
    routes.page(app, `${HOME_PATH}${path}`, methods);
  page("", { GET: signedIn(office, (call, who) => showHome(office, call, who)) });
  page("/connect", { POST: pressed(office, (_call, who, form) => connect(office, who, form)) });
  page("/cancel", { POST: pressed(office, (_call, who, form) => cancelAttempt(office, who, form)) });
  page("/sign-out", {
    POST: pressed(office, async () => redirectAnswer(office, HOME_PATH, [signOut(office.desk)])),
  });
  page("/accounts/:id/reconnect", {
    POST: pressed(office, (call, who) =>
      about(office, call, who, ({ id }) => begin(office, who, { account: id }, null)),
    ),
  });
  page("/accounts/:id/disconnect", {
    GET: signedIn(office, (call, who) => about(office, call, who, (row) => askFirst(office, call, who, row))),
    POST: pressed(office, (call, who) => about(office, call, who, (row) => disconnect(office, who, row))),
  });
  page("/accounts/:id/runs/:connector", {
    GET: signedIn(office, (call, who) => about(office, call, who, (row) => showRun(office, call, who, row))),
    POST: pressed(office, (call, who) => about(office, call, who, (row) => run(office, call, who, row))),
  });
}

/** `cookie` is the one that says who this is. */
type Look = (call: Call, who: Owner, cookie: string) => Promise<Response>;
type Act = (call: Call, who: Owner, form: URLSearchParams) => Promise<Response>;

/** Answers whoever is signed in; everybody else is told how to get in. */
function signedIn(office: HomeOffice, look: Look): Handler {
  const { desk } = office;
  return (call) => {
    const signIn = signInOf(desk, call);
    if (signIn === undefined) return refuse(office, call, 403, "no_session");
    const { owner, cookie } = signIn;
    return look(call, { owner, nonce: formNonce(desk.keys, cookie, FORM_SUBJECT) }, cookie);
  };
}

/** The same for a form, which must be one that this page made for this browser since it signed in: no foreign page's. */
function pressed(office: HomeOffice, act: Act): Handler {
  const { desk } = office;
  return signedIn(office, async (call, who, cookie) => {
    const form = await readForm(call.request);
    if (form === undefined) return refuse(office, call, 413, "too_large");
    const isOurs = formNonceMatches(desk.keys, cookie, FORM_SUBJECT, form.get("nonce") ?? "");
    return isOurs ? act(call, who, form) : refuse(office, call, 403, "foreign_form");
  });
}

/** Runs `work` for the account that the path names. Another owner's is as unknown as one that nobody has. */
async function about(
  office: HomeOffice,
  call: Call,
  { owner }: Owner,
  work: (row: AccountRow) => Promise<Response>,
): Promise<Response> {
  const id = rawPath(call.request).split("/")[3] ?? "";
  const row = isAccountId(id) ? await office.vault.find({ id, owner }) : undefined;
  return row === undefined ? refuse(office, call, 404, "unknown_account") : work(row);
}

async function showHome(office: HomeOffice, call: Call, who: Owner): Promise<Response> {
  const query = rawQuery(call.request);
  const asked = new URLSearchParams(query);
  const seen = asked.get("seen") ?? undefined;
  const patience = seen === undefined ? undefined : office.waits.begin(call, query);
  try {
    const home = await homeView(office, who, {
      attempt: asked.get("attempt"),
      seen,
      signal: patience?.signal,
      after: asked.get("after") ?? "",
      // Cozy's routes come back here with an error of RFC 6749.
      notice: asked.has("error") ? "not_connected" : asked.get("notice"),
      at: asked.get("at"),
    });
    return renderedAnswer(office, 200, renderHome({ ...factsOf(call), kind: "home", ...home }));
  } finally {
    patience?.end();
  }
}

/** Begins a new account at the provider that a form names, or at the one that its connector uses. */
async function connect(office: HomeOffice, who: Owner, form: URLSearchParams): Promise<Response> {
  const inputs = [...form].flatMap(([name, value]) =>
    name.startsWith("input.") && value !== "" ? [[name.slice("input.".length), value] as const] : [],
  );
  const wanted = { owner: who.owner, inputs: Object.fromEntries(inputs) };
  const provider = form.get("provider");
  if (provider !== null) return begin(office, who, { ...wanted, provider }, `provider.${provider}`);
  const slug = form.get("connector");
  const { oauth } = connectorsOn(office).find(({ manifest }) => manifest.slug === slug)?.manifest ?? {};
  if (oauth === undefined) return toHome(office, { notice: "not_offered" });
  const scope = oauth.scope ?? null;
  return begin(office, who, { ...wanted, provider: oauth.accountType, scope }, `connector.${slug}`);
}

/**
 * Begins a login and leads back to the home page, which shows how it stands; its window opens from there.
 *
 * @param at the offer that a mistake is shown at
 */
async function begin(
  office: HomeOffice,
  { owner }: Owner,
  wanted: Partial<SessionRequest>,
  at: string | null,
): Promise<Response> {
  const { desk, vault, app, registrations } = office;
  if (desk.draining.begun) return toHome(office, { notice: "restarting" });
  const origin = desk.config.publicUrl;
  const request = { owner, scope: null, inputs: {}, origin, ...wanted };
  const begun = await beginSession(desk, vault, app, registrations, request);
  if ("error" in begun) return toHome(office, { notice: noticeOf(begun.error), at });
  return toHome(office, { attempt: new URL(begun.url).searchParams.get("ticket") });
}

function noticeOf(error: SessionError): string {
  switch (error) {
    case "missing_input":
      return "missing_input";
    case "bad_input":
    case "too_long":
      return "bad_input";
    default:
      return "not_offered";
  }
}

async function cancelAttempt(office: HomeOffice, { owner }: Owner, form: URLSearchParams): Promise<Response> {
  const ticket = form.get("ticket");
  const login = ticket === null ? undefined : openAttempt(office.desk, owner, ticket);
  if (login === undefined) return toHome(office, {});
  await cancel(office.desk, login);
  return toHome(office, { attempt: ticket });
}

async function askFirst(office: HomeOffice, call: Call, who: Owner, row: AccountRow): Promise<Response> {
  const account = await accountView(office, row);
  const form = { action: `${account.path}/disconnect`, fields: { nonce: who.nonce } };
  return renderedAnswer(office, 200, renderHome({ ...factsOf(call), kind: "disconnect", form, account }));
}

async function disconnect(office: HomeOffice, { owner }: Owner, { id }: AccountRow): Promise<Response> {
  const revoked = await office.vault.remove({ id, owner });
  return toHome(office, { notice: revoked === "revoked" ? "disconnected" : "forgotten" });
}

async function showRun(office: HomeOffice, call: Call, who: Owner, row: AccountRow): Promise<Response> {
  const connector = connectorOf(office, call, row);
  if (connector === undefined) return refuse(office, call, 404, "unknown_account");
  const last = await office.runs?.last(connector, row.id);
  const view = {
    ...visitor(who),
    connector: connectorView(connector, row.id, last),
    account: await accountView(office, row),
    lines: last?.lines ?? [],
    lastError: last?.lastError ?? null,
    now: office.desk.platform.now(),
  };
  return renderedAnswer(office, 200, renderHome({ ...factsOf(call), kind: "run", ...view }));
}

/** Runs a connector; where it runs already, that is the run to look at. */
async function run(office: HomeOffice, call: Call, { owner }: Owner, row: AccountRow): Promise<Response> {
  const connector = connectorOf(office, call, row);
  if (connector === undefined) return refuse(office, call, 404, "unknown_account");
  if (office.desk.draining.begun) return toHome(office, { notice: "restarting" });
  office.runs?.start(connector, { account: row.id, owner });
  return redirectAnswer(office, `${accountPath(row.id)}/runs/${connector.manifest.slug}`);
}

/** The connector that the path names, if it may be run with this account. */
function connectorOf(office: HomeOffice, call: Call, row: AccountRow): Connector | undefined {
  const slug = rawPath(call.request).split("/")[5];
  return connectorsOn(office).find(
    ({ manifest }) => manifest.slug === slug && manifest.oauth?.accountType === row.provider,
  );
}

/** Back to the home page, which says what came of it: a reload does nothing twice. */
function toHome(office: HomeOffice, said: Readonly<Record<string, string | null>>): Response {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(said)) if (value !== null) query.set(name, value);
  return redirectAnswer(office, query.size === 0 ? HOME_PATH : `${HOME_PATH}?${query}`);
}

function refuse(office: HomeOffice, call: Call, status: number, code: string): Response {
  return pageAnswer(office, status, { ...factsOf(call), kind: "error", code });
}
