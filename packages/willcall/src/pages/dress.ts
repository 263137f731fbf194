import { createHash } from "node:crypto";
import { Html } from "./html.ts";

/** The style and the script of a kind of page, and the policy that lets exactly them run. */
export interface Dress {
  readonly style: Html;
  readonly script: Html;
  /** For `Content-Security-Policy`. */
  readonly csp: string;
}

const hash = (inline: string): string => `'sha256-${createHash("sha256").update(inline).digest("base64")}'`;

/**
 * Lets this stylesheet, this script and forms to ourselves be used, and nothing else (promise S8).
 *
 * @param more further directives that the script needs
 */
export function dress(style: string, script: string, more: readonly string[] = []): Dress {
  const csp = [
    "default-src 'none'",
    `style-src ${hash(style)}`,
    `script-src ${hash(script)}`,
    ...more,
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join("; ");
  // Not through `html`: both are constants, and their hashes are of these very bytes.
  return { style: new Html(`<style>${style}</style>`), script: new Html(`<script>${script}</script>`), csp };
}
