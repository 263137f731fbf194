import { type Html, html, tame } from "./html.ts";

/** What the picture at the top of a page says. */
export type Sign = "open" | "done" | "stop";

const signs: Readonly<Record<Sign, Html>> = {
  open: html``,
  done: html`<g class="sign"><circle cx="80" cy="24" r="12"/><path d="m75 24 4 4 7-8"/></g>`,
  stop: html`<g class="sign stop"><circle cx="80" cy="24" r="12"/><path d="m76 20 8 8m0-8-8 8"/></g>`,
};

/**
 * App and provider as two tiles with a way between them; decoration, so hidden from screen readers. Where no
 * provider is concerned, the app stands alone, or its way ends at the sign.
 */
export function mark(app: string, provider: string | undefined, sign: Sign): Html {
  const picture = html`<svg class="mark" viewBox="0 0 160 48" aria-hidden="true">`;
  if (provider === undefined) {
    const way = sign === "open" ? undefined : html`<path class="way" d="M58 24h22"/>`;
    return html`${picture}${way}${tile(1, app)}${signs[sign]}</svg>`;
  }
  return html`${picture}<path class="way" d="M58 24h44"/>${tile(1, app)}${tile(113, provider)}${signs[sign]}</svg>`;
}

function tile(x: number, name: string): Html {
  const [initial = "•"] = Array.from(tame(name, 20).toUpperCase());
  return html`<rect class="tile" x="${String(x)}" y="1" width="46" height="46" rx="13"/><text x="${String(x + 23)}" y="31">${initial}</text>`;
}

/** One name as a tile; decoration, too. */
export function face(name: string): Html {
  return html`<svg class="face" viewBox="0 0 48 48" aria-hidden="true">${tile(1, name)}</svg>`;
}
