import { type Html, html, isolate } from "../html.ts";
import type { Texts } from "../texts/texts.ts";
import { runStatus } from "./account.ts";
import type { RunView, ShownLine } from "./page.ts";
import { named, plainLabel, press } from "./shown.ts";

/** Code points of one line of a log, at most. */
const LONGEST_LINE = 500;
/** How a connector's own error begins when only the account's owner can help, as Cozy spells it. */
const NEEDS_OWNER = "USER_ACTION_NEEDED";

/** A connector's last run with an account: how it stands, and what it said. */
export function runMain(view: RunView, texts: Texts): Html {
  const { connector, account, lines, lastError, nonce, now } = view;
  const said = texts.home.run;
  const isRunning = connector.run?.outcome === "running";
  const live = isRunning ? html` data-live="running"` : undefined;
  const needsOwner = lastError?.startsWith(NEEDS_OWNER) ?? false;
  const error =
    lastError === null
      ? undefined
      : html`<p class="warn">${needsOwner ? html`${said.needsOwner} ` : undefined}${said.error}: <code>${isolate(lastError, LONGEST_LINE)}</code></p>`;
  const fields = { nonce };
  const start = press({
    action: connector.path,
    fields,
    text: said.start,
    look: needsOwner ? "quiet" : "strong",
    id: "run-start",
  });
  const reconnect = press({
    action: `${account.path}/reconnect`,
    fields,
    text: texts.home.account.reconnect,
    look: "strong",
    id: "run-reconnect",
    window: true,
  });
  const items = lines.map((line) => lineItem(line, texts));
  const log = items.length === 0 ? html`<li class="is-debug">${said.empty}</li>` : html`${items}`;
  return html`<p class="back"><a href="/home">${texts.home.back}</a></p>
<h1>${named(connector.name)}</h1>
<p class="soft">${named(plainLabel(account, texts))}, ${named(account.provider)}</p>
<div id="run" data-part role="status"${live}><p class="soft">${runStatus(connector.run, now, texts)}</p>${error}</div>
<div id="start" data-part class="acts">${needsOwner && !isRunning ? reconnect : undefined}${isRunning ? undefined : start}</div>
<h2 id="lines-name">${said.lines(named(connector.name))}</h2>
<ol class="lines" id="lines" data-part tabindex="0" aria-labelledby="lines-name">${log}</ol>`;
}

function lineItem({ at, type, message }: ShownLine, texts: Texts): Html {
  const { levels } = texts.home.run;
  const level = type === "debug" || type === "info" ? undefined : html`<b>${levels[type]}:</b> `;
  const iso = new Date(at).toISOString();
  return html`<li class="is-${type}"><time datetime="${iso}">${iso.slice(11, 19)}</time><span>${level}${isolate(message, LONGEST_LINE)}</span></li>`;
}
