import type { Mistake } from "./mistakes.ts";
import { shownPath } from "./mistakes.ts";

export type Path = readonly (string | number)[];

/** A JSON object as it was written: nothing is known of it yet. */
export type Tree = { [key: string]: unknown };

/**
 * What the operator wrote, in all places together: the configuration file's tree with variables and flags laid
 * over it. It remembers which variable or flag said what, so that a mistake is reported where it was made.
 */
export class Written {
  readonly tree: Tree;
  readonly #from = new Map<string, string>();

  constructor(tree: Tree) {
    this.tree = tree;
  }

  /** Puts `value` at `path`, making objects on the way; `from` is the name of the variable or flag. */
  put(path: Path, value: unknown, from: string): void {
    const last = path.at(-1);
    if (last === undefined) return;
    let node = this.tree;
    for (const key of path.slice(0, -1)) {
      const next = node[key];
      const object = isTree(next) ? next : {};
      node[key] = object;
      node = object;
    }
    node[last] = value;
    this.#from.set(JSON.stringify(path), from);
  }

  /** What stands at `path`, or undefined. */
  at(path: readonly PropertyKey[]): unknown {
    return path.reduce<unknown>(
      (node, key) => (isNode(node) ? Reflect.get(node, key) : undefined),
      this.tree,
    );
  }

  /** How a person finds `path`: the variable or flag that said it or a part around it, else the path itself. */
  where(path: Path): string {
    for (let length = path.length; length > 0; length--) {
      const from = this.#from.get(JSON.stringify(path.slice(0, length)));
      if (from !== undefined) return from;
    }
    return shownPath(path);
  }

  /** A mistake at `path`. */
  mistake(path: Path, problem: string, remedy: string): Mistake {
    return { path: this.where(path), problem, remedy };
  }
}

/** Whether a value is a plain JSON object. */
export function isTree(value: unknown): value is Tree {
  return isNode(value) && !Array.isArray(value);
}

function isNode(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
