import { type Frame, document } from "../document.ts";
import { dress } from "../dress.ts";
import { hidden } from "../hidden.ts";
import { type Html, html } from "../html.ts";
import { textsFor } from "../language.ts";
import { face } from "../mark.ts";
import type { RenderedPage } from "../page.ts";
import type { Texts } from "../texts/texts.ts";
import { accountCard } from "./account.ts";
import { banner, goesOn } from "./attempt.ts";
import { noticeBox } from "./notice.ts";
import { offerList } from "./offers.ts";
import type { Home, HomePage, Visitor } from "./page.ts";
import { runMain } from "./run.ts";
import { script } from "./script.ts";
import { named, plainLabel, press } from "./shown.ts";
import { style } from "./style.ts";

/** Seconds between two looks of a browser without scripts at what goes on by itself. */
const RELOAD = 5;

/** The script asks the page's own address how things stand. */
const dressed = dress(style, script, ["connect-src 'self'"]);

/** Any page of somebody who is signed in, with its Content-Security-Policy (promise S8). Never throws. */
export function renderHome(page: HomePage): RenderedPage {
  return document(frame(page, textsFor(page.language)), dressed);
}

function frame(page: HomePage, texts: Texts): Frame {
  const { language } = texts;
  const { home: said } = texts;
  switch (page.kind) {
    case "home": {
      const reloads = page.attempt && goesOn(page.attempt) ? RELOAD : undefined;
      const header = bar(page.app, page, texts);
      return { language, title: said.title, header, main: homeMain(page, texts), reloads };
    }
    case "run": {
      const reloads = page.connector.run?.outcome === "running" ? RELOAD : undefined;
      const header = bar(page.app, page, texts);
      return { language, title: said.run.title, header, main: runMain(page, texts), reloads };
    }
    case "disconnect":
      return { language, title: said.disconnect.title, main: disconnectMain(page, texts) };
  }
}

/** Whose page this is, and the way out. */
function bar(app: string, { owner, nonce }: Visitor, texts: Texts): Html {
  const { signedInAs, signOut } = texts.home;
  const who = owner === null ? undefined : html`<span>${signedInAs} <b>${named(owner)}</b></span>`;
  return html`<header><strong>${named(app)}</strong><form method="post" action="/home/sign-out">${hidden({ nonce })}${who}<button class="plain">${signOut}</button></form></header>`;
}

function homeMain(home: Home, texts: Texts): Html {
  const { home: said } = texts;
  const { attempt, accounts, connectors, providers, nonce, now } = home;
  const live = attempt && goesOn(attempt) ? html` data-live="${attempt.state}"` : undefined;
  const more =
    home.more === null ? undefined : html`<p><a class="quiet" href="${home.more}">${said.more}</a></p>`;
  return html`<h1>${said.heading}</h1>
<div id="attempt" data-part role="status"${live}>${attempt ? banner(attempt, nonce, texts) : undefined}</div>
${home.notice === null ? undefined : noticeBox(home.notice, said)}
<div id="accounts" data-part>${
    accounts.length === 0
      ? html`<p class="empty">${said.none}</p>`
      : html`<ul class="cards">${accounts.map((account) => accountCard(account, nonce, now, texts))}</ul>${more}`
  }</div>
${section(said.connectors.heading, "connector", home, connectors, texts)}
${section(said.connect.heading, "provider", home, providers, texts)}`;
}

function section(
  heading: string,
  kind: string,
  { nonce }: Visitor,
  offers: Home["providers"],
  texts: Texts,
): Html | undefined {
  if (offers.length === 0) return undefined;
  return html`<section><h2>${heading}</h2>${offerList(kind, offers, nonce, texts)}</section>`;
}

function disconnectMain(page: Extract<HomePage, { kind: "disconnect" }>, texts: Texts): Html {
  const { disconnect: said } = texts.home;
  const { account, form } = page;
  const provider = named(account.provider);
  return html`<div class="card sheet">${face(account.provider)}<h1>${said.heading(provider)}</h1>
<p>${said.lead(named(plainLabel(account, texts)), provider)}</p>
<p>${said.consequences(named(page.app), provider)}</p>
<div class="acts"><a class="quiet" href="/home">${said.cancel}</a>${press({ ...form, text: said.proceed, look: "strong" })}</div></div>`;
}
