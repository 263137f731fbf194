import type { OriginRule } from "./origins.ts";
import { isSecure } from "./urls.ts";

/** Where Framer serves plugins from. */
export const FRAMER_PARENT = "plugins.framercdn.com";

/** What is wrong with one entry of `origins`. */
export interface OriginProblem {
  readonly index: number;
  readonly problem: string;
  readonly remedy: string;
}

/**
 * Compiles an app's `origins`, each already within the schema's pattern: `framer:<id>`, `framer:<id>@<parent>`,
 * an exact origin, or `null`. Later comparison is byte by byte (contract A12), so an origin that no browser
 * would ever send is a mistake here.
 */
export function compileOrigins(written: readonly string[]): { rule: OriginRule; problems: OriginProblem[] } {
  const exact = new Set<string>();
  const framer: OriginRule["framer"][number][] = [];
  const problems: OriginProblem[] = [];
  for (const [index, entry] of written.entries()) {
    const plugin = /^framer:([a-z0-9]+)(?:@(.+))?$/.exec(entry);
    if (plugin !== null) {
      framer.push({ id: plugin[1] ?? "", parent: plugin[2] ?? FRAMER_PARENT });
    } else if (entry !== "null") {
      const problem = originProblem(entry);
      if (problem === undefined) exact.add(entry);
      else problems.push({ index, ...problem });
    }
  }
  return { rule: { exact, framer, opaque: written.includes("null") }, problems };
}

function originProblem(entry: string): Omit<OriginProblem, "index"> | undefined {
  if (!/^https?:/.test(entry)) return undefined;
  const url = URL.parse(entry);
  if (url === null) return { problem: "is a malformed URL", remedy: "Write scheme, host and port only." };
  if (!isSecure(url)) {
    return {
      problem: "is an http origin",
      remedy: "Use https; http is for localhost only, where nobody can listen in.",
    };
  }
  if (url.origin === entry) return undefined;
  return {
    problem: "is not how a browser writes an origin",
    remedy: "Write it in lower case, without a default port, and with nothing after the host and port.",
  };
}
