import type { Dress } from "./dress.ts";
import { type Html, html } from "./html.ts";
import type { RenderedPage } from "./page.ts";

/** What stands around a page's own content. */
export interface Frame {
  readonly language: string;
  readonly title: string;
  readonly main: Html;
  /** Stands above the content. */
  readonly header?: Html | undefined;
  /** Where the browser goes by itself. */
  readonly onward?: string | undefined;
  /** Whether the window may close itself. */
  readonly closes?: boolean | undefined;
  /** Seconds after which a browser without scripts loads the page again. */
  readonly reloads?: number | undefined;
}

/** A whole document, with the policy that lets exactly it run. */
export function document(frame: Frame, { style, script, csp }: Dress): RenderedPage {
  const { onward, reloads } = frame;
  const page = html`<!doctype html>
<html lang="${frame.language}"${frame.closes ? html` data-close` : undefined}>
<head>
<meta charset="utf-8">
<title>${frame.title} · Willcall</title>
<meta name="viewport" content="width=device-width">
${onward === undefined ? undefined : html`<meta http-equiv="refresh" content="0;url=${onward}">`}
${reloads === undefined ? undefined : html`<noscript><meta http-equiv="refresh" content="${String(reloads)}"></noscript>`}
${style}
</head>
<body>
${frame.header}
<main>${frame.main}</main>
<footer><small>Willcall</small></footer>
${script}
</body>
</html>
`;
  return { html: page.markup, csp };
}
