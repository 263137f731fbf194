import { toBase64url } from "../crypto/bytes.ts";
import type { Desk } from "../desk.ts";
import { type CookieStyle, parseCookies, readCookie, setCookie } from "../login/cookie.ts";
import { formNonce, formNonceMatches } from "../login/forms.ts";
import type { Page, PageForm, RenderedPage } from "../pages/page.ts";
import { renderPage } from "../pages/render.ts";
import type { Call, HeaderSets } from "./http.ts";

/** Seconds the form cookie lasts: as long as a login. */
const FORM_COOKIE_SECONDS = 600;
const FORM_COOKIE = "wcf";

/** What pages need. */
export interface PageOffice {
  readonly desk: Desk;
  readonly headers: HeaderSets;
}

/** How cookies are named and flagged under a broker's public URL. */
export function cookieStyle({ config }: Pick<Desk, "config">): CookieStyle {
  return { secure: config.publicUrl.startsWith("https:") };
}

/** What the pages have in common that come before there is a provider. */
export function factsOf({ app, connection }: Call): Pick<Page, "language" | "app" | "provider"> {
  return { language: connection.header("accept-language"), app: app.title, provider: "" };
}

/** A page with the policy that lets exactly it run, and the cookies that go with it. */
export function pageAnswer(
  office: PageOffice,
  status: number,
  page: Page,
  cookies: readonly string[] = [],
): Response {
  return renderedAnswer(office, status, renderPage(page), cookies);
}

/** A page of whatever kind, as it was rendered. */
export function renderedAnswer(
  { headers }: PageOffice,
  status: number,
  { html, csp }: RenderedPage,
  cookies: readonly string[] = [],
): Response {
  const all = withCookies({ ...headers.page, "Content-Security-Policy": csp }, cookies);
  return new Response(html, { status, headers: all });
}

/** 303 to `to`, with cookies and further headers. */
export function redirectAnswer(
  { headers }: PageOffice,
  to: string,
  cookies: readonly string[] = [],
  more: Readonly<Record<string, string>> = {},
): Response {
  const all = withCookies({ ...headers.page, ...more, Location: to }, cookies);
  return new Response(null, { status: 303, headers: all });
}

/** Headers with one `Set-Cookie` for each cookie. */
function withCookies(
  headers: Record<string, string>,
  cookies: readonly string[],
): Headers | Record<string, string> {
  const [only, ...more] = cookies;
  if (only === undefined) return headers;
  if (more.length === 0) return { ...headers, "Set-Cookie": only };
  const all = new Headers(headers);
  for (const cookie of cookies) all.append("Set-Cookie", cookie);
  return all;
}

/** A form about `subject` (a hidden field called `name`), and the cookie whose twin its nonce is. */
export function formAbout(
  { desk }: PageOffice,
  call: Call,
  action: string,
  name: string,
  subject: string,
): { form: PageForm; cookies: string[] } {
  const style = cookieStyle(desk);
  const cookie = formCookie(desk, call) ?? toBase64url(desk.platform.random(16));
  const nonce = formNonce(desk.keys, cookie, subject);
  return {
    form: { action, fields: { [name]: subject, nonce } },
    cookies: [setCookie(style, FORM_COOKIE, cookie, FORM_COOKIE_SECONDS)],
  };
}

/** Whether a posted form is one that `formAbout` made about `subject` in this browser: no foreign page's. */
export function isOurForm({ desk }: PageOffice, call: Call, form: URLSearchParams, subject: string): boolean {
  const cookie = formCookie(desk, call);
  const nonce = form.get("nonce");
  return cookie !== undefined && nonce !== null && formNonceMatches(desk.keys, cookie, subject, nonce);
}

/** This browser's form cookie. */
export function formCookie(desk: Desk, { connection }: Call): string | undefined {
  return readCookie(cookieStyle(desk), parseCookies(connection.header("cookie")), FORM_COOKIE);
}
