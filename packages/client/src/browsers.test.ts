import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "esbuild";
import { describe, expect, test } from "vitest";

/** The browsers of November 2021, five years before this release: Electron 16 is Chromium 96. */
const oldest = { chrome: 96, firefox: 94, safari: 15.1 };
type Versions = typeof oldest;

/** In every one of them for long: what the language and the platform had by 2017. */
const ancient = { chrome: 61, firefox: 60, safari: 11 } satisfies Versions;
/** Used where it is there, and done without where it is not. */
const optional = "optional";

/** Every global that the browser's entries use, and since when browsers have it (MDN's compatibility data). */
const inventory: Record<string, Versions | typeof optional> = {
  AbortController: { chrome: 66, firefox: 57, safari: 12.1 },
  Blob: { chrome: 76, firefox: 69, safari: 14 },
  CustomEvent: ancient,
  Date: ancient,
  Error: ancient,
  HTMLElement: ancient,
  Infinity: ancient,
  JSON: ancient,
  Map: ancient,
  Math: ancient,
  Number: ancient,
  Object: ancient,
  Promise: ancient,
  Request: ancient,
  Set: ancient,
  String: ancient,
  TextDecoder: ancient,
  TextEncoder: ancient,
  URL: ancient,
  URLSearchParams: ancient,
  Uint8Array: ancient,
  addEventListener: ancient,
  atob: ancient,
  btoa: ancient,
  clearTimeout: ancient,
  crypto: ancient,
  customElements: { chrome: 54, firefox: 63, safari: 10.1 },
  document: ancient,
  encodeURIComponent: ancient,
  fetch: ancient,
  globalThis: { chrome: 71, firefox: 65, safari: 12.1 },
  localStorage: ancient,
  location: ancient,
  navigator: ancient,
  parent: ancient,
  performance: ancient,
  queueMicrotask: { chrome: 71, firefox: 69, safari: 12.1 },
  removeEventListener: ancient,
  sessionStorage: ancient,
  setTimeout: ancient,
  undefined: ancient,
  window: ancient,
};

/** Members of the platform's objects that are younger than the objects. (The language's are checked by `lib` in tsconfig.build.json.) */
const members: Record<string, Versions | typeof optional> = {
  "crypto.subtle": optional,
  "navigator.locks": optional,
  "subtle.generateKey": ancient,
  "subtle.exportKey": ancient,
  "subtle.deriveBits": { chrome: 61, firefox: 60, safari: 11 },
  "Array.flatMap": { chrome: 69, firefox: 62, safari: 12 },
  "Promise.finally": { chrome: 63, firefox: 58, safari: 11.1 },
  "RequestInit.keepalive": optional,
  "import()": { chrome: 63, firefox: 67, safari: 11.1 },
  "private fields": { chrome: 74, firefox: 90, safari: 14.1 },
  "logical assignment": { chrome: 85, firefox: 79, safari: 14 },
};

/** All sources but the tests and what runs on Node. */
const files = ["", "storage"].flatMap((folder) =>
  readdirSync(join(import.meta.dirname, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.|^(node|device|file)\.ts/.test(entry.name))
    .map((entry) => join(folder, entry.name)),
);

/** The code without types, comments and texts: what is left are names. */
const code = files
  .map((file) => {
    const source = readFileSync(join(import.meta.dirname, file), "utf8");
    return transformSync(source, {
      loader: file.endsWith("x") ? "tsx" : "ts",
      jsx: "automatic",
      minifyWhitespace: true,
      target: "es2022",
    }).code;
  })
  .join("\n")
  .replaceAll(/`(?:[^`\\$]|\\.|\$(?!\{))*`|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '""');

/** Names of the platform that appear as names of their own, not as members or keys. */
function globalsIn(text: string): Set<string> {
  const compiler = `@typescript/typescript-${process.platform}-${process.arch}`;
  const folder = join(import.meta.dirname, "../../../node_modules", compiler, "lib");
  const library = ["lib.dom.d.ts", "lib.es5.d.ts", "lib.es2015.collection.d.ts", "lib.es2015.promise.d.ts"]
    .map((file) => readFileSync(join(folder, file), "utf8"))
    .join("\n");
  const known = new Set(
    [...library.matchAll(/^declare (?:var|function) (\w+)/gm)].map(([, name]) => name ?? ""),
  );
  known.add("globalThis").add("undefined").add("Infinity");
  const own = new Set([...text.matchAll(/(?:const|let|function|class)\s+(\w+)/g)].map(([, name]) => name));
  const used = [...text.matchAll(/(?<![.\w$#])(\w+)(?![\w$]*:)/g)].map(([, name]) => name ?? "");
  return new Set(used.filter((name) => known.has(name) && !own.has(name)));
}

/** Globals whose names the client uses for values of its own. */
const homonyms = new Set(["open", "close", "status", "name", "key", "event", "self", "stop", "length"]);

const isOldEnough = (versions: Versions | typeof optional) =>
  versions === optional ||
  (versions.chrome <= oldest.chrome &&
    versions.firefox <= oldest.firefox &&
    versions.safari <= oldest.safari);

describe("what the client asks of a browser", () => {
  test("is in this inventory, global by global", () => {
    const used = [...globalsIn(code)].filter((name) => !homonyms.has(name));
    expect(used.filter((name) => !(name in inventory))).toEqual([]);
  });

  test("was in the browsers of five years ago, or is optional", () => {
    const all = Object.entries({ ...inventory, ...members });
    expect(all.filter(([, versions]) => !isOldEnough(versions))).toEqual([]);
  });

  test.each([
    "AbortSignal.any",
    "AbortSignal.timeout",
    "structuredClone",
    "randomUUID",
    "throwIfAborted",
    "withResolvers",
  ])("is not %s", (name) => {
    expect(code).not.toContain(name);
  });
});
