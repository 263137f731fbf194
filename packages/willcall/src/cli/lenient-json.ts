/** What was read, or where a text stops being JSON: line and column count from 1. */
export type Read = { ok: true; value: unknown } | { ok: false; line: number; column: number };

/** Deeper than any configuration nests. */
const DEEPEST = 100;

const space = /(?:[\s\uFEFF]|\/\/[^\n]*|\/\*[^]*?\*\/)*/y;
const scalar = /"(?:[^"\\\p{Cc}]|\\.)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/uy;

/**
 * Reads JSON as people write it: commas after the last member, comments, a byte order mark. An error says where and never
 * what: the text may hold tokens.
 */
export function readLenient(text: string): Read {
  const reader = new Reader(text);
  try {
    return { ok: true, value: reader.document() };
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    const before = text.slice(0, error.at).split("\n");
    return { ok: false, line: before.length, column: (before.at(-1) ?? "").length + 1 };
  }
}

/** The text is no JSON from `at` on. */
class NotJson extends Error {
  readonly at: number;

  constructor(at: number) {
    super("not JSON");
    this.at = at;
  }
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): unknown {
    const value = this.#value(0);
    if (this.#next() !== undefined) throw new NotJson(this.#at);
    return value;
  }

  #value(depth: number): unknown {
    const start = this.#next();
    if (depth > DEEPEST) throw new NotJson(this.#at);
    if (start === "{") return Object.fromEntries(this.#items("}", () => this.#member(depth + 1)));
    if (start === "[") return this.#items("]", () => this.#value(depth + 1));
    return this.#scalar();
  }

  #member(depth: number): [string, unknown] {
    if (this.#next() !== '"') throw new NotJson(this.#at);
    const name = String(this.#scalar());
    if (this.#next() !== ":") throw new NotJson(this.#at);
    this.#at++;
    return [name, this.#value(depth)];
  }

  /** What stands between brackets; a comma may follow the last. */
  #items<T>(end: "}" | "]", item: () => T): T[] {
    this.#at++;
    const items: T[] = [];
    while (this.#next() !== end) {
      items.push(item());
      const after = this.#next();
      if (after === ",") this.#at++;
      else if (after !== end) throw new NotJson(this.#at);
    }
    this.#at++;
    return items;
  }

  #scalar(): unknown {
    const token = this.#match(scalar);
    let value: unknown;
    try {
      value = JSON.parse(token);
    } catch {
      throw new NotJson(this.#at);
    }
    this.#at += token.length;
    return value;
  }

  /** The character that comes next, past space and comments; undefined at the end. */
  #next(): string | undefined {
    this.#at += this.#match(space).length;
    return this.#text[this.#at];
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0] ?? "";
  }
}
