import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scopeOf } from "./cozy-start.ts";

const open = { scope: [] };
const limited = { scope: ["read", "write"] };
const asked = (scope: string): URLSearchParams => new URLSearchParams({ scope });

/** A scope token (RFC 6749 §3.3) without the plus, which separates two in a manifest. */
const token = fc
  .string({ minLength: 1, maxLength: 20 })
  .filter((text) =>
    /^[\x21\x23-\x2a\x2c-\x5a\x5d-\x7a\x7c-\x7e][\x21\x23-\x2a\x2c-\x5b\x5d-\x7e]*$/.test(text),
  )
  .filter((text) => !/^(?:false|null|undefined)$/.test(text));

describe("a scope in a start's query", () => {
  it("is read as its manifest means it, with spaces or pluses", () => {
    fc.assert(
      fc.property(fc.array(token, { minLength: 1, maxLength: 5 }), fc.boolean(), (tokens, plus) => {
        expect(scopeOf(asked(tokens.join(plus ? "+" : " ")), open)).toEqual(tokens);
      }),
    );
  });

  it.each(["", " ", "+", "false", "null", "undefined"])("is none when it is %j", (text) => {
    expect(scopeOf(asked(text), open)).toBeNull();
    expect(scopeOf(asked(text), limited)).toBeNull();
  });

  it("is none when it is not there", () => {
    expect(scopeOf(new URLSearchParams(), open)).toBeNull();
  });

  it.each(['["read"]', "[object Object]", '{"read":true}', 'a"b', "a\\b", "é", "a\u0000"])(
    "is refused when it is %j",
    (text) => {
      expect(scopeOf(asked(text), open)).toBeUndefined();
    },
  );

  it("is refused when it is there twice", () => {
    expect(scopeOf(new URLSearchParams("scope=read&scope=write"), open)).toBeUndefined();
  });

  it("is at most what the operator configured", () => {
    expect(scopeOf(asked("read"), limited)).toEqual(["read"]);
    expect(scopeOf(asked("write read"), limited)).toEqual(["read", "write"]);
    expect(scopeOf(asked("read admin"), limited)).toBeUndefined();
    expect(scopeOf(asked("read"), { scope: { verbatim: "read,write" } })).toEqual(["read"]);
  });
});
