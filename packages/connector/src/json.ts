/** A JSON object of which nothing is known yet. */
export type Tree = { [key: string]: unknown };

/** Whether a value is a plain JSON object. */
export function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object that a text holds, or undefined. */
export function readTree(text: string): Tree | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isTree(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const commentsAside = /("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[^]*?\*\//g;
const lastCommas = /("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g;
const keepStrings = (_all: string, string?: string): string => string ?? "";

/** The same for a file as people write it: Cozy's own sample has a comma after the last member. */
export function readLenientTree(text: string): Tree | undefined {
  return readTree(
    text
      .replace(/^\uFEFF/, "")
      .replace(commentsAside, keepStrings)
      .replace(lastCommas, keepStrings),
  );
}

/** A member that is an object; else an empty one. */
export function treeIn(tree: Tree, name: string): Tree {
  const value = tree[name];
  return isTree(value) ? value : {};
}

/** A member that is a string. */
export function textIn(tree: Tree, name: string): string | undefined {
  const value = tree[name];
  return typeof value === "string" ? value : undefined;
}
