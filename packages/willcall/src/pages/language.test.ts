import * as fc from "fast-check";
import { expect, test } from "vitest";
import { textsFor } from "./language.ts";

test.each([
  [null, "en"],
  ["", "en"],
  ["fr", "fr"],
  ["fr-CA,en;q=0.8", "fr"],
  ["en-GB, fr;q=0.9", "en"],
  ["de, fr;q=0.3, en;q=0.2", "fr"],
  ["FR;Q=1.0", "fr"],
  ["de, ja", "en"],
  ["fr;q=0", "en"],
  ["fr;q=banana", "en"],
  ["french", "en"],
  ["*", "en"],
])("Accept-Language %j reads %s", (header, language) => {
  expect(textsFor(header).language).toBe(language);
});

test("any header finds a language", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 2000 }), (header) => {
      expect(["en", "fr"]).toContain(textsFor(header).language);
    }),
  );
});
