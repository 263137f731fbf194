import { type Html, html, isolate, tame } from "../html.ts";
import { hidden } from "../hidden.ts";
import { face } from "../mark.ts";
import type { HomeTexts } from "../texts/home-texts.ts";
import type { Texts } from "../texts/texts.ts";
import { problemText } from "./notice.ts";
import type { Offer, ShownInput } from "./page.ts";
import { LONGEST_NAME, named } from "./shown.ts";

/** A list of what can be connected. `kind` keeps the fields of two lists apart. */
export function offerList(kind: string, offers: readonly Offer[], nonce: string, texts: Texts): Html {
  const cards = offers.map((offer, index) => card(offer, `${kind}-${String(index)}`, nonce, texts));
  return html`<ul class="cards offers">${cards}</ul>`;
}

function card(offer: Offer, id: string, nonce: string, texts: Texts): Html {
  const { connect: said, connectors } = texts.home;
  const { title, uses, inputs } = offer;
  const button = html`<button class="quiet" aria-label="${said.button}: ${tame(title, LONGEST_NAME)}">${said.button}</button>`;
  const about = uses === null ? undefined : html`<p class="soft">${connectors.uses(named(uses))}</p>`;
  const who = html`<div class="who">${face(title)}<div><h3>${named(title)}</h3>${about}</div>${inputs.length === 0 ? button : undefined}</div>`;
  const problem = offer.problem === null ? undefined : problemText(offer.problem, texts.home);
  const fields =
    inputs.length === 0
      ? problem && html`<p class="warn" role="alert">${problem}</p>`
      : html`<div class="fields">${inputs.map((input) => field(input, `${id}-${input.name}`, problem, texts.home))}</div>${button}`;
  return html`<li><form class="card" method="post" action="/home/connect" data-window>${hidden({ ...offer.fields, nonce })}${who}${fields}</form></li>`;
}

function field(
  input: ShownInput,
  id: string,
  problem: string | undefined,
  { connect: said }: HomeTexts,
): Html {
  const { name, title, example, byDefault } = input;
  const wrong = problem && html`<strong role="alert">${problem}</strong> `;
  const invalid = problem === undefined ? undefined : html` aria-invalid="true"`;
  return html`<label>${named(title)}<input name="input.${name}" value="${byDefault ?? ""}" aria-describedby="${id}" autocapitalize="none" spellcheck="false" autocomplete="off" maxlength="255"${byDefault === null ? html` required` : undefined}${invalid}><small id="${id}">${wrong}${said.example(isolate(example, 100))}</small></label>`;
}
