import type { Mistake } from "./mistakes.ts";
import { shownKey } from "./mistakes.ts";
import type { Tree } from "./written.ts";
import { isTree } from "./written.ts";

/** The configuration file's name, looked for in the working directory. */
export const CONFIG_FILE = "willcall.config.json";

/**
 * Parses the configuration file's text. A mistake names the line where the engine tells it; the engine's own
 * message is not shown, because it quotes the text around it (promise S4).
 */
export function parseConfigFile(path: string, text: string): { tree: Tree; mistakes: Mistake[] } {
  const mistakes: Mistake[] = [];
  const forbid = (key: string, value: unknown) => {
    if (key !== "__proto__") return value;
    mistakes.push({ path: `${path}: ${shownKey(key)}`, problem: "is not a known key", remedy: "Remove it." });
    return undefined;
  };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.replace(/^\uFEFF/, ""), forbid);
  } catch (error) {
    const [, line] = /\(line (\d+) column \d+\)/.exec(error instanceof Error ? error.message : "") ?? [];
    const where = line === undefined ? path : `${path}, line ${line}`;
    const remedy = "Look for a missing or trailing comma, a quote that is not closed, or a comment.";
    return { tree: {}, mistakes: [{ path: where, problem: "is not JSON", remedy }] };
  }
  if (isTree(parsed)) return { tree: parsed, mistakes };
  return {
    tree: {},
    mistakes: [{ path, problem: "is not a JSON object", remedy: "Begin it with { and end it with }." }],
  };
}
