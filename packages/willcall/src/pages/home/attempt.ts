import type { AttemptState } from "../../accounts/attempt.ts";
import { type Html, html } from "../html.ts";
import type { Texts } from "../texts/texts.ts";
import type { ShownAttempt } from "./page.ts";
import { named, press } from "./shown.ts";

/** States that a window of its own may still change. */
const open: ReadonlySet<AttemptState> = new Set(["waiting", "finishing", "retry"]);
const good: ReadonlySet<AttemptState> = new Set([...open, "connected", "reconnected"]);

/** Whether an attempt may still go on by itself. */
export const goesOn = ({ state }: ShownAttempt): boolean => open.has(state);

/** How an attempt stands, what to do, and a way to open its window again. */
export function banner(attempt: ShownAttempt, nonce: string, texts: Texts): Html {
  const { attempt: said } = texts.home;
  const text = said[attempt.state];
  const provider = named(attempt.provider);
  const why = attempt.reason === null ? undefined : html`<p>${reason(attempt.reason, provider, texts)}</p>`;
  return html`<div class="${good.has(attempt.state) ? "banner" : "banner bad"}"><h2>${text.heading(provider)}</h2>${why}<p>${text.body(provider)}</p><div class="acts">${actions(attempt, nonce, texts)}</div></div>`;
}

function actions({ state, url, ticket }: ShownAttempt, nonce: string, texts: Texts): Html {
  const { attempt: said, newWindow } = texts.home;
  if (state === "finishing") return html``;
  if (state !== "waiting" && state !== "retry") {
    return html`<a class="quiet" id="attempt-close" href="/home">${said.close}</a>`;
  }
  const fields = { ticket, nonce };
  const cancel = press({
    action: "/home/cancel",
    fields,
    text: said.cancel,
    look: "plain",
    id: "attempt-cancel",
  });
  return html`<a class="go" id="attempt-open" href="${url}" target="_blank" rel="noopener" data-window>${said.open} <span class="hide">${newWindow}</span></a>${cancel}`;
}

/** The words of the login's own pages: this one speaks of the same failure. */
function reason(code: string, provider: Html, { failed }: Texts): Html {
  const known: Readonly<Record<string, typeof failed.otherReason>> = failed.reasons;
  const text = (Object.hasOwn(known, code) ? known[code] : undefined) ?? failed.otherReason;
  return text({ app: html``, provider });
}
