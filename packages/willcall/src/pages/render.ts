import { ago } from "./ago.ts";
import { type Frame, document } from "./document.ts";
import { dress } from "./dress.ts";
import { hidden } from "./hidden.ts";
import { type Html, html, isolate, tame } from "./html.ts";
import { textsFor } from "./language.ts";
import { mark, type Sign } from "./mark.ts";
import type { Page, PageForm, RenderedPage } from "./page.ts";
import { script } from "./script.ts";
import { style } from "./style.ts";
import type { Names, Notice, Texts } from "./texts/texts.ts";

const dressed = dress(style, script);

const longestName = 48;
const longestScope = 100;
const longestOrigin = 120;
const mostScopes = 12;

/**
 * Any page of a login as a document with its Content-Security-Policy (promise S8). Never throws: every string may
 * be hostile and is tamed and escaped. The page is about 6 KB.
 */
export function renderPage(page: Page): RenderedPage {
  return document(frame(page), dressed);
}

function frame(page: Page): Frame {
  const texts = textsFor(page.language);
  const names: Names = {
    app: isolate(tame(page.app, longestName) || texts.someApp, longestName),
    provider: isolate(tame(page.provider, longestName) || texts.someProvider, longestName),
  };
  // Who signs in here logs in at no provider.
  const provider = page.kind === "sign_in_declined" ? undefined : page.provider;
  const notice = (said: Notice, sign: Sign, rest?: Html): { title: string; main: Html } => ({
    title: said.title,
    main: html`${mark(page.app, provider, sign)}<h1>${said.heading(names)}</h1>${said.body(names).map(paragraph)}${rest}`,
  });
  const { language } = texts;

  switch (page.kind) {
    case "confirm":
      return { language, title: texts.confirm.title, main: confirmation(page, texts, names) };
    case "device":
      return { language, title: texts.device.title, main: codeEntry(page, texts, names) };
    case "sign_in":
      return { language, title: texts.signIn.title, main: signIn(page, texts, names) };
    case "sign_in_declined":
      return { language, ...notice(texts.signIn.declined, "stop") };
    case "leaving":
    case "returning": {
      const to = linkAddress(page.to);
      if (to === undefined) return { language, ...notice(texts.otherError, "stop") };
      const link = html`<a class="go" href="${to}">${texts[page.kind].link(names)}</a>`;
      return { language, ...notice(texts[page.kind], "open", link), onward: to };
    }
    case "done":
      return { language, ...notice(texts.done, "done"), closes: true };
    case "finished":
      return { language, ...notice(texts.finished, "done") };
    case "cancelled":
    case "denied":
    case "expired":
    case "second_browser":
    case "no_cookie":
      return { language, ...notice(texts[page.kind], "stop") };
    case "failed":
      return { language, ...notice(failure(page, texts), "stop", retryForm(page.retry, texts)) };
  }
  const error = ownEntry(texts.errors, page.code) ?? texts.otherError;
  return { language, ...notice(error, "stop", reference(page.code, texts)) };
}

function reference(code: string, texts: Texts): Html {
  return html`<p><small>${texts.reference}: <code>${isolate(code, longestName)}</code></small></p>`;
}

/** A text by a name that comes from elsewhere: `toString` and `__proto__` are no texts. */
function ownEntry<T>(texts: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(texts, name) ? texts[name] : undefined;
}

const paragraph = (text: Html): Html => html`<p>${text}</p>`;

function confirmation(page: Extract<Page, { kind: "confirm" }>, texts: Texts, names: Names): Html {
  const said = texts.confirm;
  const code =
    page.userCode === undefined
      ? undefined
      : html`<h2>${said.code}</h2><p class="code">${isolate(page.userCode, 20)}</p><p>${said.compare(names)}</p>`;
  const near =
    page.startedNear === null
      ? undefined
      : html`<dt>${said.near}</dt><dd>${isolate(page.startedNear, longestOrigin)}</dd>`;
  const from =
    page.startedBy === null || page.startedBy === "null"
      ? said.unknownOrigin
      : isolate(page.startedBy, longestOrigin);
  return html`${mark(page.app, page.provider, "open")}<h1>${said.heading(names)}</h1>
<p>${said.lead(names)}</p>
${scopeList(page.scopes, texts)}${code}
<dl><dt>${said.started}</dt><dd>${ago(page.now - page.startedAt, texts.language, said.justNow)}</dd><dt>${said.from}</dt><dd>${from}</dd>${near}</dl>
<p class="warn">${said.warning(names)}</p>
<form method="post" action="${page.form.action}">${hidden(page.form.fields)}
<button name="action" value="cancel">${said.cancel}</button>
<button name="action" value="continue">${said.proceed}</button>
</form>`;
}

function signIn(page: Extract<Page, { kind: "sign_in" }>, texts: Texts, names: Names): Html {
  const said = texts.signIn;
  return html`${mark(page.app, undefined, "open")}<h1>${said.heading(names)}</h1>
<p>${said.lead(isolate(page.owner, longestName))}</p>
<p class="warn">${said.warning}</p>
<form method="post" action="${page.form.action}">${hidden(page.form.fields)}
<button name="action" value="cancel">${said.cancel}</button>
<button name="action" value="continue">${said.proceed}</button>
</form>`;
}

function codeEntry(page: Extract<Page, { kind: "device" }>, texts: Texts, names: Names): Html {
  const said = texts.device;
  const problem = page.problem && html`<p class="warn" role="alert">${said.problems[page.problem]}</p>`;
  return html`${mark(page.app, page.provider, "open")}<h1>${said.heading}</h1>
<p>${said.lead(names)}</p>
${problem ?? undefined}<form method="post" action="${page.form.action}">
<label>${said.label}<input class="code" name="user_code" value="${tame(page.entered, 16)}" autocomplete="one-time-code" autocapitalize="characters" spellcheck="false" maxlength="16" required autofocus></label>
<button>${said.proceed}</button>
</form>`;
}

function scopeList(scopes: readonly string[], texts: Texts): Html | undefined {
  if (scopes.length === 0) return undefined;
  const shown = scopes.slice(0, mostScopes).map((scope) => html`<li>${isolate(scope, longestScope)}</li>`);
  const more = scopes.length - shown.length;
  if (more > 0) shown.push(html`<li>${texts.confirm.more(more)}</li>`);
  return html`<h2>${texts.confirm.asksFor}</h2><ul>${shown}</ul>`;
}

function failure(page: Extract<Page, { kind: "failed" }>, { failed }: Texts): Notice {
  const reason = ownEntry(failed.reasons, page.reason) ?? failed.otherReason;
  const next = page.retry ? failed.again : failed.startOver;
  return { title: failed.title, heading: failed.heading, body: (names) => [reason(names), next(names)] };
}

function retryForm(form: PageForm | null, { failed }: Texts): Html | undefined {
  if (form === null) return undefined;
  return html`<form method="post" action="${form.action}">${hidden(form.fields)}<button name="action" value="retry">${failed.tryAgain}</button></form>`;
}

/** Schemes that run or show something in the browser itself; an app's own scheme (`vscode:`) is a link like another. */
const browserSchemes =
  /^(?:javascript|data|blob|file|filesystem|about|vbscript|view-source|chrome|edge|resource):/;

function linkAddress(to: string): string | undefined {
  const url = URL.canParse(to) ? new URL(to) : undefined;
  return url === undefined || browserSchemes.test(url.href) ? undefined : url.href;
}
