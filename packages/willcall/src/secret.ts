const inspect = Symbol.for("nodejs.util.inspect.custom");

/**
 * A value that must not be printed. It shows as `[secret]` to `String`, `JSON.stringify`, template strings and
 * `util.inspect`; `reveal()` is the one way to the value, so that a search for it finds every use (promise S4).
 */
export class Secret<T = string> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself, for the one line that sends or compares it. */
  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  [inspect](): string {
    return "[secret]";
  }
}
