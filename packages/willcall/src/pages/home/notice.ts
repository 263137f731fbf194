import { type Html, html } from "../html.ts";
import type { HomeTexts, ToldDeed, ToldProblem } from "../texts/home-texts.ts";

/** Why something was not begun; the code may come from an address, so an unknown one says nothing. */
export function problemText(code: string, { problems }: HomeTexts): string | undefined {
  return isProblem(code) ? problems[code] : undefined;

  function isProblem(text: string): text is ToldProblem {
    return Object.hasOwn(problems, text);
  }
}

/** What has just been done, or why it was not; an unknown code says nothing. */
export function noticeBox(code: string, said: HomeTexts): Html | undefined {
  const problem = problemText(code, said);
  if (problem !== undefined) return html`<p class="warn" role="alert">${problem}</p>`;
  if (!isDeed(code)) return undefined;
  const { heading, body } = said.deeds[code];
  return html`<div class="banner" role="status"><h2>${heading}</h2><p>${body}</p><div class="acts"><a class="quiet" href="/home">${said.attempt.close}</a></div></div>`;

  function isDeed(text: string): text is ToldDeed {
    return Object.hasOwn(said.deeds, text);
  }
}
