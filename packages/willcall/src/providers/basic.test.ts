import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodedBasic, formEncode, rawBasic } from "./basic.ts";

const decoded = (header: string): string => Buffer.from(header.slice("Basic ".length), "base64").toString();

describe("Basic authentication", () => {
  it("form-encodes id and secret as RFC 6749 says", () => {
    expect(decoded(encodedBasic("a:b", "s%/ +é"))).toBe("a%3Ab:s%25%2F+%2B%C3%A9");
  });

  it("sends them raw where a provider wants that", () => {
    expect(decoded(rawBasic("a:b", "s%/ +é"))).toBe("a:b:s%/ +é");
  });
});

/** Any text, with every kind of character that an encoding could trip over. */
const text = fc.string({
  unit: fc.constantFrom(...Array.from("aZ9 +%&=:~*!'()-._/?#"), "\0", "\n", "é", "€", "😀"),
});

describe("form encoding", () => {
  it("is that of the URL standard, but for tilde and star where both readings agree", () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(new URLSearchParams(`v=${formEncode(value)}`).get("v")).toBe(value);
      }),
    );
  });
});
