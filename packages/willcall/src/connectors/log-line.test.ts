import fc from "fast-check";
import { expect, it } from "vitest";
import { readLine } from "./log-line.ts";

it("reads what cozy-konnector-libs writes", () => {
  const line =
    '{"time":"2030-01-01T00:00:00.000Z","type":"info","namespace":"BaseKonnector","message":"3 bills"}';
  expect(readLine(line)).toEqual({ type: "info", message: "3 bills" });
});

it.each([
  ["warning", "warn"],
  ["ok", "info"],
  ["critical", "critical"],
  ["whatever", "info"],
])("takes %s for %s", (type, expected) => {
  expect(readLine(JSON.stringify({ type, message: "m" }))?.type).toBe(expected);
});

it("shows an object as JSON, and a label before the message", () => {
  expect(readLine('{"type":"error","label":"uncaught exception","message":{"a":1}}')).toEqual({
    type: "error",
    message: 'uncaught exception: {"a":1}',
  });
});

it("takes whatever is not in that format for information", () => {
  for (const text of ["3 bills", '{"a":1}', "{", "7", '["x"]']) {
    expect(readLine(text)).toEqual({ type: "info", message: text });
  }
});

it("drops what the connector itself calls secret, and empty lines", () => {
  for (const text of ['{"type":"secret","message":"hunter2"}', "", "  ", '{"type":"info"}']) {
    expect(readLine(text)).toBeUndefined();
  }
});

const anyCharacter = fc.integer({ min: 0, max: 0x10ffff }).map((point) => String.fromCodePoint(point));

it("lets nothing through that a terminal would obey", () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (text) => {
      const said = readLine(JSON.stringify({ type: "info", message: `x${text}\u001b[2J` }));
      expect(said?.message).not.toMatch(/\p{Cc}|\p{Cf}/u);
    }),
  );
});
