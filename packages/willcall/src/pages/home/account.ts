import { ago } from "../ago.ts";
import { type Html, html, isolate, tame } from "../html.ts";
import { face } from "../mark.ts";
import type { HomeTexts } from "../texts/home-texts.ts";
import type { Texts } from "../texts/texts.ts";
import type { ShownAccount, ShownConnector, ShownRun } from "./page.ts";
import { LONGEST_NAME, named, plainLabel, press } from "./shown.ts";

const MOST_SCOPES = 20;
const LONGEST_SCOPE = 100;

/** One account: what it is, how it is, and what can be done with it. */
export function accountCard(account: ShownAccount, nonce: string, now: number, texts: Texts): Html {
  const { path, provider } = account;
  const said = texts.home.account;
  const label = plainLabel(account, texts);
  const which = `${label}, ${tame(provider, LONGEST_NAME)}`;
  const isWell = account.status === "connected";
  const since = (at: number): string => ago(now - at, texts.language, texts.home.justNow);
  const used = account.usedAt === null ? said.unused : said.used(since(account.usedAt));
  const id = path.replace(/[^\w-]/g, "-");
  const reconnect = press({
    action: `${path}/reconnect`,
    fields: { nonce },
    text: said.reconnect,
    aloud: `${said.reconnect}: ${which}`,
    look: account.status === "needs_reconnect" ? "strong" : "quiet",
    id: `reconnect${id}`,
    window: true,
  });
  return html`<li class="card account">
<div class="who">${face(provider)}<div><h2>${named(label)}</h2><p class="soft">${named(provider)}</p></div><span class="${isWell ? "status" : "status bad"}">${said.status[account.status]}</span></div>
${isWell ? undefined : html`<p class="warn">${trouble(account, texts.home)}</p>`}
<p class="facts">${used} · ${said.connected(since(account.createdAt))}</p>
${scopeList(account.scopes, `access${id}`, texts.home)}
${account.connectors.length === 0 ? undefined : html`<ul class="runs">${account.connectors.map((one) => connectorRow(one, which, nonce, now, texts))}</ul>`}
<div class="acts">${reconnect}<a class="plain" id="disconnect${id}" href="${path}/disconnect" aria-label="${said.disconnect}: ${which}">${said.disconnect}</a></div>
</li>`;
}

function trouble({ status, reason, provider }: ShownAccount, { account: said }: HomeTexts): Html {
  const known: Readonly<Record<string, (provider: Html) => Html>> = said.troubles;
  const text = reason !== null && Object.hasOwn(known, reason) ? known[reason] : undefined;
  if (text !== undefined) return text(named(provider));
  return html`${status === "error" ? said.otherTrouble.error : said.otherTrouble.needs_reconnect}`;
}

function scopeList(scopes: readonly string[], id: string, { account: said }: HomeTexts): Html | undefined {
  if (scopes.length === 0) return undefined;
  const shown = scopes.slice(0, MOST_SCOPES).map((scope) => html`<li>${isolate(scope, LONGEST_SCOPE)}</li>`);
  const more = scopes.length - shown.length;
  if (more > 0) shown.push(html`<li>${said.moreScopes(more)}</li>`);
  return html`<details id="${id}"><summary>${said.scopes(scopes.length)}</summary><ul>${shown}</ul></details>`;
}

function connectorRow(
  connector: ShownConnector,
  which: string,
  nonce: string,
  now: number,
  texts: Texts,
): Html {
  const { run: said } = texts.home;
  const { name, path, run } = connector;
  const plainName = tame(name, LONGEST_NAME);
  const log =
    run && html` · <a href="${path}" aria-label="${said.log}: ${plainName}, ${which}">${said.log}</a>`;
  const start = press({
    action: path,
    fields: { nonce },
    text: said.start,
    aloud: `${said.start}: ${plainName}, ${which}`,
    look: "quiet",
  });
  return html`<li><div><strong>${named(name)}</strong><p class="soft">${runStatus(run, now, texts)}${log ?? undefined}</p></div>${run?.outcome === "running" ? undefined : start}</li>`;
}

/** How a run stands, and since when. */
export function runStatus(run: ShownRun | null, now: number, texts: Texts): Html {
  const { run: said, justNow } = texts.home;
  if (run === null) return html`<span class="status idle">${said.status.never}</span>`;
  const since = (at: number): string => ago(now - at, texts.language, justNow);
  const when = run.endedAt === null ? said.started(since(run.startedAt)) : said.ended(since(run.endedAt));
  const look = { running: " busy", succeeded: "", failed: " bad", timed_out: " bad", stopped: " idle" };
  return html`<span class="status${look[run.outcome]}">${said.status[run.outcome]}</span> ${when}`;
}
