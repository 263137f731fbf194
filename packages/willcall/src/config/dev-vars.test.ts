import { parseEnv } from "node:util";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDevVars } from "./dev-vars.ts";

function valuesOf(text: string): Record<string, string> {
  return Object.fromEntries(parseDevVars(text).values);
}

describe("a line", () => {
  test.each([
    ["a plain assignment", "A=1", { A: "1" }],
    ["spaces around name and value", "  A =  1  ", { A: "1" }],
    ["a colon", "A: 1", { A: "1" }],
    ["export", "export A=1", { A: "1" }],
    ["nothing after the sign", "A=", { A: "" }],
    ["an equals sign in the value", "A=b=c==", { A: "b=c==" }],
    ["a comment after the value", "A=1 # one", { A: "1" }],
    ["a comment alone", "# A=1", {}],
    ["empty quotes", 'A = ""', { A: "" }],
    ["single quotes", "A='b c # d'", { A: "b c # d" }],
    ["back quotes", "A=`b\"c'd`", { A: "b\"c'd" }],
    ["spaces kept in quotes", 'A="  b  "', { A: "  b  " }],
    ["a comment after quotes", 'A="b" # c', { A: "b" }],
    ["an escaped line break in double quotes", 'A="b\\nc"', { A: "b\nc" }],
    ["no escapes in single quotes", "A='b\\nc'", { A: "b\\nc" }],
    ["several lines in quotes", 'A="b\nc"\nD=1', { A: "b\nc", D: "1" }],
    ["a quote inside a plain value", "A=it's", { A: "it's" }],
    ["Windows line ends", "A=1\r\nB=2\r\n", { A: "1", B: "2" }],
    ["a byte order mark", "\uFEFFA=1", { A: "1" }],
    ["a name that comes twice", "A=1\nA=2", { A: "2" }],
    [
      "a name like a prototype's",
      "__proto__=1\nconstructor=2",
      Object.fromEntries([
        ["__proto__", "1"],
        ["constructor", "2"],
      ]),
    ],
  ])("with %s", (_, text, values) => {
    expect(valuesOf(text)).toEqual(values);
  });
});

describe("a line that is probably not meant so", () => {
  test.each([
    ["is no assignment", "A=1\nhello there", { line: 2, kind: "not_an_assignment" }],
    ["opens a quote for good", 'A="b\nB=2', { line: 1, kind: "unclosed_quote" }],
    ["goes on after its quote", 'A="b"c', { line: 1, kind: "text_after_quote" }],
    ["has a # in a value without quotes", "\n\nA=b#c", { line: 3, kind: "hash_in_value" }],
    ["comes after a value of several lines", 'A="\n\n"\nhello', { line: 4, kind: "not_an_assignment" }],
  ])("is reported with its number when it %s", (_, text, oddity) => {
    expect(parseDevVars(text).oddities).toEqual([oddity]);
  });

  test("does not take the next lines with it", () => {
    expect(valuesOf('A="b\nB=2\n')).toEqual({ B: "2" });
  });
});

/** Text of at most `maxLength` characters out of `characters`. */
function textOf(characters: string, maxLength: number): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...Array.from(characters)), maxLength });
}

const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/);
const printable = textOf("abc XYZ019=:#'`\"-_./+\\é€\n", 40);

test("whatever was written in single quotes comes back", () => {
  const value = printable.filter((text) => !text.includes("'") && !text.endsWith("\\"));
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key }), (entries) => {
      const text = entries.map(([key, content]) => `${key}='${content}'`).join("\n");
      expect([...parseDevVars(text).values]).toEqual(entries);
      expect(parseDevVars(text).oddities).toEqual([]);
    }),
  );
});

test("plain values are read as Node reads them", () => {
  // Node takes the line after a value of nothing but spaces for that value.
  const plain = textOf("abcXYZ019=:-_./+ ", 30).filter((text) => text === "" || text.trim() !== "");
  fc.assert(
    fc.property(fc.array(fc.tuple(name, plain)), (entries) => {
      const text = entries.map(([key, content]) => `${key}=${content}`).join("\n");
      expect(valuesOf(text)).toEqual({ ...parseEnv(text) });
    }),
  );
});

test("no text makes it fail, loop or lose count of lines", () => {
  fc.assert(
    fc.property(textOf("A=:#'\"`\\ \n\r\texport", 80), (text) => {
      const lines = text.replace(/\r\n?/g, "\n").split("\n").length;
      for (const { line } of parseDevVars(text).oddities) {
        expect(line).toBeGreaterThan(0);
        expect(line).toBeLessThanOrEqual(lines);
      }
    }),
  );
});
