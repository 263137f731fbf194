import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeUserCode, readUserCode, spellUserCode } from "./user-code.ts";

const spelling = /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/;

describe("a user code", () => {
  it("is eight letters without vowels, spelt in two groups", () => {
    for (let round = 0; round < 100; round++)
      expect(spellUserCode(makeUserCode(randomBytes))).toMatch(spelling);
  });

  it("favours no letter: bytes beyond the largest multiple of twenty are passed over", () => {
    const bytes = [255, 240, 0, 20, 239, 19, 254, 1, 2, 3, 4];
    const code = makeUserCode((length) => Uint8Array.from({ length }, (_, at) => bytes[at] ?? 255));
    expect(code).toBe("BBZZCDFG");
  });

  it("is read as it was meant, whatever case and punctuation stand in it", () => {
    const noise = fc.stringMatching(/^[ .\-–_0-9]{0,3}$/);
    const seed = fc.uint8Array({ minLength: 16, maxLength: 16, max: 239 });
    fc.assert(
      fc.property(
        seed,
        fc.array(noise, { minLength: 8, maxLength: 8 }),
        fc.boolean(),
        (bytes, between, lower) => {
          const code = makeUserCode(() => bytes);
          const typed = Array.from(code, (letter, at) => `${between[at] ?? ""}${letter}`).join("");
          expect(readUserCode(lower ? typed.toLowerCase() : typed)).toBe(code);
        },
      ),
    );
  });

  it("is nothing else, and reading never throws", () => {
    for (const text of [
      "",
      "BCDF",
      "BCDFGHJKL",
      "AEIOUAEI",
      "BCDF-GHJA",
      " ".repeat(65),
      "BCDFGHJK".repeat(9),
    ])
      expect(readUserCode(text)).toBeUndefined();
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const code = readUserCode(text);
        expect(code === undefined || spelling.test(spellUserCode(code))).toBe(true);
      }),
    );
  });
});
