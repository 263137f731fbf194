import { type Html, html } from "./html.ts";

/** The hidden fields of a form. Values go as they are: they are ours, come back, and are checked then. */
export function hidden(fields: Readonly<Record<string, string>>): Html[] {
  return Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
}
