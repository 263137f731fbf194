import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PAGE, claims, collectCases, lineOf } from "./trace.ts";

const page = readFileSync(PAGE, "utf8");
const cases = collectCases();

describe("docs/conformance.md", () => {
  it.each([...claims.keys()])("has cases for %s", (claim) => {
    const [, section = ""] = page.split(`### ${claim}: `);
    expect(section.split("\n### ")[0]).toContain("](../conformance/");
  });

  it("names no case that is gone", () => {
    const named = page.split("\n").filter((line) => line.startsWith("| ["));
    const existing = new Set(cases.map(lineOf));
    expect(named.filter((line) => !existing.has(line))).toEqual([]);
  });
});
