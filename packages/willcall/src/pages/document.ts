import { createHash } from "node:crypto";
import { Html, html } from "./html.ts";
import type { RenderedPage } from "./page.ts";
import { script } from "./script.ts";
import { style } from "./style.ts";

const hash = (inline: string): string => `'sha256-${createHash("sha256").update(inline).digest("base64")}'`;

/** Lets the one stylesheet, the one script and forms to ourselves be used, and nothing else (promise S8). */
const csp = [
  "default-src 'none'",
  `style-src ${hash(style)}`,
  `script-src ${hash(script)}`,
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");

// Not through `html`: both are constants, and their hashes are of these very bytes.
const inlineStyle = new Html(`<style>${style}</style>`);
const inlineScript = new Html(`<script>${script}</script>`);

/** What stands around a page's own content. */
export interface Frame {
  readonly language: string;
  readonly title: string;
  readonly main: Html;
  /** Where the browser goes by itself. */
  readonly onward?: string | undefined;
  /** Whether the window may close itself. */
  readonly closes?: boolean | undefined;
}

/** A whole document, with the policy that lets exactly it run. */
export function document(frame: Frame): RenderedPage {
  const page = html`<!doctype html>
<html lang="${frame.language}"${frame.closes ? html` data-close` : undefined}>
<head>
<meta charset="utf-8">
<title>${frame.title} · Willcall</title>
<meta name="viewport" content="width=device-width">
${frame.onward === undefined ? undefined : html`<meta http-equiv="refresh" content="0;url=${frame.onward}">`}
${inlineStyle}
</head>
<body>
<main>${frame.main}</main>
<footer><small>Willcall</small></footer>
${inlineScript}
</body>
</html>
`;
  return { html: page.markup, csp };
}
