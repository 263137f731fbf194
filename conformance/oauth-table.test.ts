import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { collectCases } from "./trace.ts";

const docs = join(import.meta.dirname, "..", "docs");
const page = readFileSync(join(docs, "conformance-oauth.md"), "utf8");

/** The rows of the RFCs' tables: section, what it asks, and the tests or the reason. */
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| §") && !line.startsWith("| § | asks"))
  .map((line) => line.slice(2, -2).split(/(?<!\\) \| /));

/** Every test that a row names, with the path of its file. */
const named = rows.flatMap(([, , tests = ""]) =>
  Array.from(tests.matchAll(/\[[^\]]+\]\(([^)]+)\): (.*?)(?=<br>|$)/g), ([, path = "", name = ""]) => ({
    path,
    name,
  })),
);

describe("docs/conformance-oauth.md", () => {
  it("has a test or a reason for every sentence of an RFC", () => {
    const without = rows.filter(
      ([, , answer = ""]) =>
        !/^(?:\[|Not applicable: |The operator's: |Otherwise, on purpose: )/.test(answer),
    );
    expect(without).toEqual([]);
    expect(rows.length).toBeGreaterThan(90);
  });

  it("names no test that is gone", () => {
    const gone = named.filter(({ path, name }) => {
      const file = join(docs, path);
      return !existsSync(file) || !readFileSync(file, "utf8").includes(name);
    });
    expect(gone).toEqual([]);
  });

  it("says what each contract is that the cases name, and has cases for each", () => {
    const contracts = Array.from(page.matchAll(/^\| ([CD]\d+) \|/gm), ([, name]) => name);
    const inCases = collectCases().flatMap(({ claims }) => claims.filter((name) => /^[CD]/.test(name)));
    expect(new Set(inCases)).toEqual(new Set(contracts));
  });
});
