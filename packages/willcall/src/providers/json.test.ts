import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memberAt, parseFlatXml, parseForm, parseJson } from "./json.ts";

describe("a provider's JSON", () => {
  it("is what it says", () => {
    const values = fc.jsonValue({ depthSize: "small" }).map((value) => JSON.stringify(value));
    fc.assert(
      fc.property(
        values.filter((text) => !text.includes("__proto__")),
        (text) => {
          expect(JSON.stringify(parseJson(text))).toBe(text);
        },
      ),
    );
  });

  it("is read in bounded time however deep it is", () => {
    expect(parseJson("[".repeat(65_000) + "]".repeat(65_000))).toBeUndefined();
    expect(parseJson('{"a":'.repeat(10_000) + "1" + "}".repeat(10_000))).toBeUndefined();
    expect(parseJson("[".repeat(32) + "]".repeat(32))).toBeDefined();
  });

  it("brings no prototype", () => {
    const value = parseJson('{"__proto__":{"access_token":"x"},"a":{"__proto__":[]},"b":[{"__proto__":1}]}');
    expect(value).toEqual({ a: {}, b: [{}] });
    expect(JSON.stringify(value)).not.toContain("__proto__");
  });

  it("has no numbers that cannot be written again", () => {
    expect(parseJson('{"expires_in":1e309,"list":[-1e309]}')).toEqual({ expires_in: null, list: [null] });
  });

  it("means the last of two members with one name", () => {
    expect(parseJson('{"a":1,"a":2}')).toEqual({ a: 2 });
  });

  it.each(["", "{", '{"a":1', "<html>", "undefined", "{'a':1}", "NaN"])("is not %j", (text) => {
    expect(parseJson(text)).toBeUndefined();
  });
});

describe("a member's path", () => {
  const root = { data: [{ token: "x" }], "a.b": 1 };

  it("goes through objects and lists", () => {
    expect(memberAt(root, ["data", "0", "token"])).toBe("x");
    expect(memberAt(root, ["data", "1", "token"])).toBeUndefined();
  });

  it.each([
    ["constructor"],
    ["data", "length"],
    ["toString"],
    ["data", "0", "token", "length"],
    ["__proto__", "x"],
  ])("finds nothing inherited (%j)", (...path) => expect(memberAt(root, path)).toBeUndefined());
});

describe("other bodies", () => {
  it("are read when they are forms", () => {
    expect(parseForm("access_token=a%20b&scope=x+y&__proto__=z")).toEqual({
      access_token: "a b",
      scope: "x y",
    });
  });

  it("are read when they are flat XML", () => {
    const xml =
      '<?xml version="1.0"?><answer><access_token>a&amp;b</access_token><expires_in> 60 </expires_in></answer>';
    expect(parseFlatXml(xml)).toEqual({ access_token: "a&b", expires_in: "60" });
  });

  it("take bounded time whatever they hold", () => {
    expect(parseFlatXml("<".repeat(65_536))).toEqual({});
    expect(parseFlatXml("<a>".repeat(20_000))).toEqual({});
  });
});
