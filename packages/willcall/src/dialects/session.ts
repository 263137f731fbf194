import {
  OWNER_SESSION_LIFE,
  type SessionCode,
  makeOwnerSession,
  openOwnerSession,
  openSessionCode,
  useSessionCode,
} from "../accounts/owner-session.ts";
import type { App } from "../config/config.ts";
import type { Desk } from "../desk.ts";
import { parseCookies, readCookie, setCookie } from "../login/cookie.ts";
import { SILENT_WINDOW } from "../login/login.ts";
import { type Call, rawQuery, readForm } from "./http.ts";
import { navigationOf } from "./navigation.ts";
import {
  type PageOffice,
  cookieStyle,
  factsOf,
  formAbout,
  isOurForm,
  pageAnswer,
  redirectAnswer,
} from "./page-answer.ts";
import type { Routes } from "./routes.ts";

/** Where a browser is signed in as an owner. */
export const SESSION_PATH = "/session";
/** Where it goes then, unless the code says otherwise. */
export const HOME_PATH = "/home";
const SESSION_COOKIE = "wco";

/** The owner as whom a request's browser is signed in; undefined: as none. The cookie is Lax: look at the method, too. */
export function ownerOf(desk: Desk, call: Call): string | undefined {
  return signInOf(desk, call)?.owner;
}

/** The same, with the cookie that says so: forms that only this browser may press are about it. */
export function signInOf(
  { config, keys, platform }: Desk,
  { connection }: Call,
): { owner: string; cookie: string } | undefined {
  const cookies = parseCookies(connection.header("cookie"));
  const cookie = readCookie(cookieStyle({ config }), cookies, SESSION_COOKIE);
  const owner = cookie === undefined ? undefined : openOwnerSession(keys, cookie, platform.now());
  return cookie === undefined || owner === undefined ? undefined : { owner, cookie };
}

/** The `Set-Cookie` value that signs a browser out. */
export function signOut(desk: Desk): string {
  return setCookie(cookieStyle(desk), SESSION_COOKIE, "", 0);
}

/** The one-time link that signs a browser in. */
export function sessionUrl(publicUrl: string, code: string): string {
  return `${publicUrl}${SESSION_PATH}?code=${code}`;
}

/**
 * Signs browsers in as owners, by one-time links. Whoever opens somebody else's link would connect accounts for them
 * (login CSRF), so the person is asked, unless the link is opened where it was shown (promise S5).
 */
export function sessionRoutes(routes: Routes, office: PageOffice, app: App): void {
  routes.page(app, SESSION_PATH, {
    GET: (call) => open(office, call),
    POST: (call) => press(office, call),
  });
}

async function open(office: PageOffice, call: Call): Promise<Response> {
  const { desk } = office;
  const text = new URLSearchParams(rawQuery(call.request)).get("code") ?? "";
  const code = openSessionCode(desk.keys, text, desk.platform.now());
  if (code === undefined) return refused(office, call);
  if (isExpected(desk, call, code)) return signIn(office, call, code, false);
  const { form, cookies } = formAbout(office, call, SESSION_PATH, "code", text);
  return pageAnswer(office, 200, { ...factsOf(call), kind: "sign_in", form, owner: code.owner }, cookies);
}

async function press(office: PageOffice, call: Call): Promise<Response> {
  const { desk } = office;
  const form = await readForm(call.request);
  if (form === undefined)
    return pageAnswer(office, 413, { ...factsOf(call), kind: "error", code: "too_large" });
  const text = form.get("code") ?? "";
  if (!isOurForm(office, call, form, text))
    return pageAnswer(office, 403, { ...factsOf(call), kind: "error", code: "foreign_form" });
  const code = openSessionCode(desk.keys, text, desk.platform.now());
  if (code === undefined) return refused(office, call);
  if (form.get("action") !== "cancel") return signIn(office, call, code, true);
  await useSessionCode(desk, code);
  return pageAnswer(office, 200, { ...factsOf(call), kind: "sign_in_declined" });
}

/** Whether a code is opened where it was shown: on the page that was named, moments ago; or from a terminal, by hand. */
function isExpected(desk: Desk, { connection }: Call, code: SessionCode): boolean {
  const { referrer, navigation } = navigationOf(connection, desk.config.publicUrl);
  if (code.origin === null || navigation === "other") return false;
  if (code.origin === "terminal") return connection.header("sec-fetch-site") === "none";
  return referrer === code.origin && desk.platform.now() - code.createdAt <= SILENT_WINDOW;
}

/** @param pressed whether a form of ours was posted: `form-action` lets its answer lead nowhere else. */
async function signIn(
  office: PageOffice,
  call: Call,
  code: SessionCode,
  pressed: boolean,
): Promise<Response> {
  const { desk } = office;
  if (!(await useSessionCode(desk, code))) return refused(office, call);
  const { config, keys, platform, log } = desk;
  const session = makeOwnerSession(keys, platform, code.owner);
  const cookie = setCookie(cookieStyle(desk), SESSION_COOKIE, session, OWNER_SESSION_LIFE / 1_000);
  const to = code.returnTo ?? `${config.publicUrl}${HOME_PATH}`;
  log.info("session.opened");
  return pressed && new URL(to).origin !== config.publicUrl
    ? pageAnswer(office, 200, { ...factsOf(call), kind: "returning", to }, [cookie])
    : redirectAnswer(office, to, [cookie]);
}

/** One answer for every code that does not work, so that it tells nothing. */
function refused(office: PageOffice, call: Call): Response {
  office.desk.log.warn("session.refused");
  return pageAnswer(office, 400, { ...factsOf(call), kind: "error", code: "unknown_session_code" });
}
