import { type Html, html, isolate, tame } from "../html.ts";
import { hidden } from "../hidden.ts";
import type { Texts } from "../texts/texts.ts";
import type { ShownAccount } from "./page.ts";

/** Code points of a name or label, at most: people recognise longer ones by their beginning. */
export const LONGEST_NAME = 64;

/** A name in a text. */
export const named = (name: string): Html => isolate(name, LONGEST_NAME);

/** What an account is called, as plain text: for attributes, which take no elements. */
export function plainLabel({ label }: Pick<ShownAccount, "label">, texts: Texts): string {
  return tame(label ?? "", LONGEST_NAME) || texts.home.account.unnamed;
}

/** A form of one button, whose fields prove that it is ours. */
export interface Press {
  /** Where it posts to. */
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly text: string;
  /** What a screen reader says instead, where the text alone does not tell which; begins with the text. */
  readonly aloud?: string;
  readonly look: "strong" | "quiet" | "plain";
  /** Stays the same while parts of the page are replaced, so that the focus can. */
  readonly id?: string;
  /** Whether a login window opens with it. */
  readonly window?: boolean;
}

/** A form of one button. */
export function press({ action, fields, text, aloud, look, id, window }: Press): Html {
  const attributes = html`${id === undefined ? undefined : html` id="${id}"`}${look === "strong" ? undefined : html` class="${look}"`}${aloud === undefined ? undefined : html` aria-label="${aloud}"`}`;
  return html`<form method="post" action="${action}"${window ? html` data-window` : undefined}>${hidden(fields)}<button${attributes}>${text}</button></form>`;
}
