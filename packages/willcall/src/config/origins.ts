import type { Mode } from "./config.ts";

/** Who may call an app's API from a browser, compiled once from configuration. */
export interface OriginRule {
  /** Exact origins, byte for byte. */
  readonly exact: ReadonlySet<string>;
  /** Framer plugins: `https://<id>.<parent>` and `https://<id>-<version>.<parent>`. */
  readonly framer: readonly { readonly id: string; readonly parent: string }[];
  /** `Origin: null` (Figma, sandboxed frames). */
  readonly opaque: boolean;
}

/** Framer's version label: what follows `<id>-` in a published plugin's host name. */
const versionLabel = /^[A-Za-z0-9]{1,32}$/;

const localhost = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::[1-9][0-9]{0,4})?$/;

/**
 * Whether an `Origin` header's value may use the app (contract A12). Byte comparison: no URL parsing, so no
 * normalisation can widen it.
 */
export function originAllowed(rule: OriginRule, origin: string, mode: Mode): boolean {
  if (origin.length > 255) return false;
  if (rule.exact.has(origin)) return true;
  if (origin === "null") return rule.opaque;
  if (mode === "development" && localhost.test(origin)) return true;
  return rule.framer.some(({ id, parent }) => {
    const start = `https://${id}`;
    const end = `.${parent}`;
    if (!origin.startsWith(start) || !origin.endsWith(end)) return false;
    if (origin.length < start.length + end.length) return false;
    const between = origin.slice(start.length, origin.length - end.length);
    return between === "" || (between.startsWith("-") && versionLabel.test(between.slice(1)));
  });
}
