import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readParameters } from "./client-request.ts";

describe("the parameters of a client's request", () => {
  it("are those that are there once, and not empty", () => {
    const { values, repeated } = readParameters(new URLSearchParams("a=1&b=&c=2&c=3&d=&d=4"));
    expect(Object.fromEntries(values)).toEqual({ a: "1" });
    expect([...repeated]).toEqual(["c", "d"]);
  });

  it("are all named in one way or the other, whatever was sent", () => {
    const pair = fc.tuple(fc.constantFrom("a", "b", "__proto__", ""), fc.constantFrom("", "1", "2"));
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 6 }), (pairs) => {
        const given = new URLSearchParams(pairs);
        const { values, repeated } = readParameters(given);
        for (const name of given.keys()) {
          const all = given.getAll(name);
          expect(repeated.has(name)).toBe(all.length > 1);
          expect(values.get(name)).toBe(all.length === 1 && all[0] !== "" ? all[0] : undefined);
        }
      }),
    );
  });
});
