/** What a `.dev.vars` file says. */
export interface DevVars {
  readonly values: ReadonlyMap<string, string>;
  /** Lines that say nothing, or perhaps not what was meant: number (from 1) and what is odd about it. */
  readonly oddities: readonly DevVarsOddity[];
}

export interface DevVarsOddity {
  readonly line: number;
  readonly kind: "not_an_assignment" | "unclosed_quote" | "text_after_quote" | "hash_in_value";
}

const assignment = /^[ \t]*(?:export[ \t]+)?([\w.-]+)(?:[ \t]*=|:[ \t])[ \t]*/;

/**
 * Reads the dotenv format as Wrangler does: `NAME=value`, `NAME: value`, `export NAME=value`, comments from `#`,
 * values in single, double or back quotes over as many lines as they need; `\n` and `\r` are escapes in double
 * quotes only. A name that comes twice has its last value. Where dotenv would silently skip a line or take an
 * unclosed quote as part of the value, the line is an oddity instead.
 */
export function parseDevVars(text: string): DevVars {
  const values = new Map<string, string>();
  const oddities: DevVarsOddity[] = [];
  let rest = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  let line = 1;
  while (rest !== "") {
    const end = rest.indexOf("\n");
    const first = end === -1 ? rest : rest.slice(0, end);
    const match = assignment.exec(first);
    let used = first.length;
    if (match !== null) {
      const [head, name = ""] = match;
      const value = readValue(rest.slice(head.length));
      if (value.kind === "value") values.set(name, value.value);
      if (value.oddity !== undefined) oddities.push({ line, kind: value.oddity });
      used = head.length + value.length;
    } else if (!/^[ \t]*(?:#|$)/.test(first)) {
      oddities.push({ line, kind: "not_an_assignment" });
    }
    line += rest.slice(0, used + 1).split("\n").length - 1;
    rest = rest.slice(used + 1);
  }
  return { values, oddities };
}

type Read = { length: number; oddity?: DevVarsOddity["kind"] } & (
  | { kind: "value"; value: string }
  | { kind: "none" }
);

/** Reads what follows `NAME=`, up to but without the line's end. */
function readValue(rest: string): Read {
  const end = rest.indexOf("\n");
  const line = end === -1 ? rest : rest.slice(0, end);
  const quote = rest[0];
  if (quote !== '"' && quote !== "'" && quote !== "`") {
    const hash = line.indexOf("#");
    const value = (hash === -1 ? line : line.slice(0, hash)).trim();
    const read = { kind: "value" as const, value, length: line.length };
    return hash > 0 && /\S/.test(line[hash - 1] ?? "") ? { ...read, oddity: "hash_in_value" } : read;
  }
  const close = closingQuote(rest, quote);
  if (close === -1) return { kind: "none", oddity: "unclosed_quote", length: line.length };
  const after = /^[^\n]*/.exec(rest.slice(close + 1))?.[0] ?? "";
  const length = close + 1 + after.length;
  if (!/^[ \t]*(?:#|$)/.test(after)) return { kind: "none", oddity: "text_after_quote", length };
  const inner = rest.slice(1, close);
  const value = quote === '"' ? inner.replaceAll("\\n", "\n").replaceAll("\\r", "\r") : inner;
  return { kind: "value", value, length };
}

/** The index of the quote that closes the one at 0, or -1; a backslash before a quote keeps it inside. */
function closingQuote(text: string, quote: string): number {
  let close = text.indexOf(quote, 1);
  while (close !== -1 && text[close - 1] === "\\") close = text.indexOf(quote, close + 1);
  return close;
}
