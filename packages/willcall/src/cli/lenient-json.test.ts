import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readLenient } from "./lenient-json.ts";

describe("JSON as people write it", () => {
  it("reads all that is JSON, as JSON.parse does", () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(undefined, 2), (text, indent) => {
        const value: unknown = JSON.parse(text);
        expect(readLenient(JSON.stringify(value, null, indent))).toEqual({ ok: true, value });
      }),
    );
  });

  it("reads whatever text, or says where inside it the JSON stops, and never throws", () => {
    const pieces = fc.constantFrom("{", "}", "[", "]", ",", ":", '"', "\\", " ", "a", "1", "/", "*", "\n");
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: pieces })), (text) => {
        const read = readLenient(text);
        const lines = text.split("\n");
        const line = read.ok ? 1 : read.line;
        const column = read.ok ? 1 : read.column;
        expect(column).toBeLessThanOrEqual((lines[line - 1] ?? "").length + 1);
      }),
    );
  });

  it.each([
    ["a comma after the last member", '{"a": [1, 2,], }', { a: [1, 2] }],
    ["comments", '// one\n{"a": /* two */ 1} // three', { a: 1 }],
    ["a byte order mark", '\uFEFF{"a": 1}', { a: 1 }],
    ["comment signs and commas inside texts", '{"a": "//,}", "b": "/*"}', { a: "//,}", b: "/*" }],
  ])("reads %s", (_what, text, value) => {
    expect(readLenient(text)).toEqual({ ok: true, value });
  });

  it.each([
    ["no JSON at all", "hello", 1, 1],
    ["nothing", "", 1, 1],
    ["a cut file", '{\n  "a": 1', 2, 9],
    ["a missing comma", '{\n  "a": 1\n  "b": 2\n}', 3, 3],
    ["a comma alone", "[,]", 1, 2],
    ["two values", "{} {}", 1, 4],
    ["a line break in a text", '{"a": "x\ny"}', 1, 7],
    ["a number that JSON does not have", "[01]", 1, 3],
  ])("says where there is %s", (_what, text, line, column) => {
    expect(readLenient(text)).toEqual({ ok: false, line, column });
  });

  it("keeps a member called __proto__ a member", () => {
    const read = readLenient('{"__proto__": {"a": 1}}');
    expect(JSON.stringify(read.ok && read.value)).toBe('{"__proto__":{"a":1}}');
  });

  it("refuses what is nested too deeply", () => {
    expect(readLenient("[".repeat(100_000)).ok).toBe(false);
  });
});
