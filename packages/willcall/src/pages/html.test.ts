import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeHtml, html, isolate, tame } from "./html.ts";

describe("html", () => {
  test("escapes every value that isn't markup", () => {
    expect(html`<p title="${`"'&`}">${"<script>"}</p>`.markup).toBe(
      '<p title="&quot;&#39;&amp;">&lt;script&gt;</p>',
    );
  });

  test("takes markup and lists of it as they are", () => {
    expect(html`<ul>${[html`<li>a</li>`, html`<li>b</li>`]}</ul>${undefined}`.markup).toBe(
      "<ul><li>a</li><li>b</li></ul>",
    );
  });

  test("leaves nothing that could open a tag, an entity or end an attribute", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(escapeHtml(text).replaceAll(/&(?:amp|lt|gt|quot|#39);/g, "")).not.toMatch(/[&<>"']/);
      }),
    );
  });
});

describe("tame", () => {
  test("keeps an ordinary name in any script", () => {
    for (const name of ["Airtable Sync", "Größe & Söhne", "نوشته‌ها", "ユーザー", "👩‍💻 Tools", "עברית"]) {
      expect(tame(name, 48)).toBe(name);
    }
  });

  test("removes bidi overrides, zero-width characters and controls", () => {
    expect(tame("a\u202eb\u2066c\u200bd\u0000e\u061cf\ufeffg\u001b", 48)).toBe("abcdefg");
  });

  test("makes one line of several", () => {
    expect(tame(" one\r\ntwo\u2028three\t ", 48)).toBe("one two three");
  });

  test("cuts stacked combining marks", () => {
    expect(tame(`Z${"\u0301".repeat(200)}`, 48).length).toBeLessThan(10);
  });

  test("cuts 100 KB with an ellipsis, without splitting a character", () => {
    expect(tame("💥".repeat(50_000), 10)).toBe(`${"💥".repeat(9)}…`);
  });

  test("gives at most the length asked for, well-formed and without controls", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 500 }),
        fc.integer({ min: 1, max: 60 }),
        (text, longest) => {
          const once = tame(text, longest);
          expect(Array.from(once).length).toBeLessThanOrEqual(longest);
          expect(once).not.toMatch(/[\p{Cc}\p{Co}\p{Cs}\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/u);
          expect(once.isWellFormed()).toBe(true);
        },
      ),
    );
  });
});

test("a stranger's text stands alone in its own direction", () => {
  expect(isolate("<עברית>", 48).markup).toBe("<bdi>&lt;עברית&gt;</bdi>");
});
