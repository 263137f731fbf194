/** Markup that is safe to put into a page. Only this module makes it, so text can't be mistaken for it. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

type Piece = Html | string | readonly Html[] | undefined;

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** `text` for element content and for quoted attribute values. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

/** A template whose values are escaped unless they are `Html`; `undefined` leaves nothing. */
export function html(strings: TemplateStringsArray, ...pieces: Piece[]): Html {
  const markup = strings.reduce((sum, string, index) => sum + toMarkup(pieces[index - 1]) + string);
  return new Html(markup);
}

function toMarkup(piece: Piece): string {
  if (piece === undefined) return "";
  if (typeof piece === "string") return escapeHtml(piece);
  if (piece instanceof Html) return piece.markup;
  return piece.map(({ markup }) => markup).join("");
}

/** Controls, invisible formatting (every bidi override among it), private use, lone surrogates; joiners stay. */
const invisible = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu;

/** Enough combining marks for any script; more is a way to draw over the rest of the page. */
const stackedMarks = /(\p{M}{4})\p{M}+/gu;

/**
 * A stranger's `text` as one harmless line of at most `longest` code points: no controls, no bidi characters, no
 * stacked marks, runs of white space as one space. Work is bounded however long the text is.
 */
export function tame(text: string, longest: number): string {
  const line = text
    .slice(0, longest * 8)
    .replace(/\p{White_Space}+/gu, " ")
    .replace(invisible, "")
    .replace(stackedMarks, "$1")
    .trim();
  const characters = Array.from(line);
  if (characters.length <= longest && text.length <= longest * 8) return line;
  return `${characters.slice(0, longest - 1).join("")}…`;
}

/** Tamed text in a `<bdi>`, so that its own direction doesn't reorder what stands around it. */
export function isolate(text: string, longest: number): Html {
  return html`<bdi>${tame(text, longest)}</bdi>`;
}
