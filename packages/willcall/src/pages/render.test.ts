import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Page } from "./page.ts";
import { renderPage } from "./render.ts";

const form = { action: "/notion/launch", fields: { ticket: "t1cket", nonce: "n0nce" } };

/** Every kind of page, with `text` wherever a stranger's words can stand. */
function everyPage(text: string, language: string | null = null): Page[] {
  const facts = { language, app: text, provider: text };
  return [
    {
      ...facts,
      kind: "confirm",
      form: { action: "/launch", fields: { ticket: text } },
      scopes: [text, text],
      startedAt: 0,
      now: 125_000,
      startedBy: text,
      startedNear: text,
      userCode: text,
    },
    { ...facts, kind: "device", form: { action: "/device", fields: {} }, entered: text, problem: "wrong" },
    { ...facts, kind: "sign_in", form: { action: "/session", fields: { code: text } }, owner: text },
    { ...facts, kind: "sign_in_declined" },
    { ...facts, kind: "leaving", to: `https://provider.example/?q=${text}` },
    { ...facts, kind: "returning", to: `https://app.example/?q=${text}` },
    { ...facts, kind: "done" },
    { ...facts, kind: "finished" },
    { ...facts, kind: "cancelled" },
    { ...facts, kind: "denied" },
    { ...facts, kind: "failed", reason: text, retry: { action: "/launch", fields: { ticket: text } } },
    { ...facts, kind: "failed", reason: "provider_down", retry: null },
    { ...facts, kind: "expired" },
    { ...facts, kind: "second_browser" },
    { ...facts, kind: "no_cookie" },
    { ...facts, kind: "error", code: text },
  ];
}

/** A document's tags with their attributes' names: its structure, without any text. */
function structure(page: Page): string[] {
  const tags = renderPage(page).html.match(/<[^>]*>/g) ?? [];
  return tags.map((tag) => tag.replaceAll(/"[^"]*"/g, '""'));
}

const hostile = [
  `<script>alert(1)</script>`,
  `"><img src=x onerror=alert(1)>`,
  `' onmouseover='alert(1)`,
  `javascript:alert(1)`,
  `</title></style></script><!--`,
  `]]>&lt;&#x3c;script&#x3e;`,
  `\u202Eelgoog\u202C`,
  `\0\r\n\t`,
  `\ud800`,
];

describe("S8: nothing from a stranger becomes markup", () => {
  test.each(hostile)("%j in every place", (text) => {
    expect(everyPage(text).map(structure)).toEqual(everyPage("Harmless").map(structure));
  });

  test("any text in every place", () => {
    const harmless = everyPage("Harmless").map(structure);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(everyPage(text).map(structure)).toEqual(harmless);
      }),
      { numRuns: 50 },
    );
  });

  test("100 KB of name, scope and address leave a page of a few kilobytes", () => {
    for (const page of everyPage("x".repeat(100_000))) {
      if (page.kind === "leaving" || page.kind === "returning") continue;
      const shown = renderPage(page).html.replaceAll(/<input[^>]*>/g, "");
      expect(shown.length).toBeLessThan(6_144);
    }
  });

  test("a thousand scopes are counted, not listed", () => {
    const [page] = everyPage("Notion");
    if (page?.kind !== "confirm") throw new Error("the first page is the confirmation");
    const scopes = Array.from({ length: 1_000 }, (_, index) => `scope-${index}`);
    const { html } = renderPage({ ...page, scopes });
    expect(html).toContain("and 988 more");
    expect(html).not.toContain("scope-12<");
  });

  test("bidi characters never reach the page", () => {
    for (const page of everyPage("a\u202eb\u2067c\u200fd")) {
      if (page.kind === "leaving" || page.kind === "returning") continue;
      const shown = renderPage(page).html.replaceAll(/<input[^>]*>/g, "");
      expect(shown).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200e\u200f]/);
    }
  });

  test.each(["javascript:alert(1)", "data:text/html,x", "//evil.example", "not a url"])(
    "leaving never links to %j",
    (to) => {
      const { html } = renderPage({ kind: "leaving", language: null, app: "A", provider: "P", to });
      expect(html).not.toContain("href");
      expect(html).not.toContain("http-equiv");
    },
  );
});

describe("S8: the policy allows what is in the page and nothing else", () => {
  const directives = new Map(
    renderPage({ kind: "done", language: null, app: "A", provider: "P" })
      .csp.split("; ")
      .map((directive) => [directive.split(" ")[0], directive.split(" ").slice(1)]),
  );

  test("it has exactly these directives", () => {
    expect([...directives.keys()]).toEqual([
      "default-src",
      "style-src",
      "script-src",
      "form-action",
      "frame-ancestors",
      "base-uri",
    ]);
    expect(directives.get("default-src")).toEqual(["'none'"]);
    expect(directives.get("form-action")).toEqual(["'self'"]);
    expect(directives.get("frame-ancestors")).toEqual(["'none'"]);
    expect(directives.get("base-uri")).toEqual(["'none'"]);
  });

  test.each(everyPage("Notion"))("the hashes are those of the $kind page", (page) => {
    const { html } = renderPage(page);
    for (const [element, directive] of [
      ["style", "style-src"],
      ["script", "script-src"],
    ]) {
      const inline = [...html.matchAll(new RegExp(`<${element}>([^]*?)</${element}>`, "g"))];
      const hashes = inline.map(
        ([, text = ""]) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`,
      );
      expect(hashes).toEqual(directives.get(directive));
    }
  });

  test.each(everyPage("Notion"))("the $kind page loads nothing and has no inline attributes", (page) => {
    const tags = structure(page).join("");
    expect(tags).not.toMatch(/\s(?:on\w+|style|src|srcset|background|data)=/);
    expect(tags).not.toMatch(/<(?:link|img|iframe|object|embed|base)\b/);
  });
});

describe("the confirmation", () => {
  const confirm: Page = {
    kind: "confirm",
    language: "en",
    app: "Airtable Sync",
    provider: "Airtable",
    form,
    scopes: ["data.records:read"],
    startedAt: 1_000_000,
    now: 1_000_000 + 130_000,
    startedBy: "https://plugin.example",
    startedNear: "203.0.113.9",
  };

  test("says who wants what, where, since when and from where", () => {
    const text = renderPage(confirm).html.replaceAll(/<[^>]*>/g, " ");
    for (const fact of [
      "Airtable Sync",
      "data.records:read",
      "2 minutes ago",
      "https://plugin.example",
      "203.0.113.9",
    ]) {
      expect(text).toContain(fact);
    }
  });

  test("posts the fields back with one of two buttons, Cancel first", () => {
    const { html } = renderPage(confirm);
    expect(html.match(/<form /g)).toHaveLength(1);
    expect(html).toContain('<form method="post" action="/notion/launch">');
    expect(html).toContain('<input type="hidden" name="ticket" value="t1cket">');
    expect(html).toContain('<input type="hidden" name="nonce" value="n0nce">');
    expect([...html.matchAll(/<button name="action" value="(\w+)">/g)].map(([, value]) => value)).toEqual([
      "cancel",
      "continue",
    ]);
  });

  test.each([
    [0, "just now"],
    [-60_000, "just now"],
    [Number.NaN, "just now"],
    [42_000, "42 seconds ago"],
    [61_000, "1 minute ago"],
    [540_000, "9 minutes ago"],
  ])("%d ms after the start it says %s", (passed, said) => {
    expect(renderPage({ ...confirm, now: confirm.startedAt + passed }).html).toContain(said);
  });

  test.each([null, "null"])("an origin that is %j reads as an app without an address", (startedBy) => {
    expect(renderPage({ ...confirm, startedBy }).html).toContain("an app without a web address");
  });

  test("shows a user code to compare", () => {
    expect(renderPage({ ...confirm, userCode: "BCDF-GHJK" }).html).toContain("BCDF-GHJK");
  });

  test("reads French where French is preferred", () => {
    const { html } = renderPage({ ...confirm, language: "fr-FR,fr;q=0.9,en;q=0.8" });
    expect(html).toContain('<html lang="fr">');
    expect(html).toContain("il y a 2 minutes");
    expect(html).toContain("Annuler");
  });
});

describe("the page for a device's code", () => {
  const device: Page = {
    kind: "device",
    language: null,
    app: "Fieldnotes",
    provider: "Meadow ID",
    form: { action: "/device", fields: {} },
    entered: "",
    problem: null,
  };

  test("asks for it with a labelled field", () => {
    const { html } = renderPage(device);
    expect(html).toContain('<form method="post" action="/device">');
    expect(html).toMatch(/<label>Code<input [^>]*name="user_code"/);
    expect(html).not.toContain("alert");
  });

  test.each([
    ["wrong", "not known here"],
    ["limited", "Wait ten minutes"],
  ] as const)("says aloud that a code was %s, and keeps what was entered", (problem, said) => {
    const { html } = renderPage({ ...device, problem, entered: "BCDF-GHJK" });
    expect(html).toMatch(new RegExp(`role="alert">[^<]*${said}`));
    expect(html).toContain('value="BCDF-GHJK"');
  });
});

describe("a failure", () => {
  const failed: Page = {
    kind: "failed",
    language: null,
    app: "Airtable Sync",
    provider: "Airtable",
    reason: "provider_timeout",
    retry: form,
  };

  test("says what happened and offers to try again", () => {
    const { html } = renderPage(failed);
    expect(html).toContain("took too long to answer");
    expect(html).toContain('<button name="action" value="retry">Try again</button>');
    expect(html).toContain('name="nonce" value="n0nce"');
  });

  test("sends people back to the app when this page can't help", () => {
    const { html } = renderPage({ ...failed, retry: null });
    expect(html).not.toContain("<form");
    expect(html).toContain("log in again");
  });

  test.each(["something_new", "toString", "__proto__", ""])(
    "has words for the unknown reason %j",
    (reason) => {
      expect(renderPage({ ...failed, reason }).html).toContain("Something went wrong on the way");
    },
  );
});

test.each([
  ["busy", "Wait a minute"],
  ["foreign_form", "Allow cookies"],
  ["unknown_state", "was used before"],
  ["toString", "was used before"],
])("the error %s tells what to do, with its code for whoever helps", (code, said) => {
  const { html } = renderPage({ kind: "error", language: null, app: "A", provider: "P", code });
  expect(html).toContain(said);
  expect(html).toContain(`<bdi>${code}</bdi>`);
});

test("leaving goes on by itself and by a link", () => {
  const to = "https://provider.example/authorize?a=1&b=2";
  const { html } = renderPage({ kind: "leaving", language: null, app: "A", provider: "P", to });
  expect(html).toContain('content="0;url=https://provider.example/authorize?a=1&amp;b=2"');
  expect(html).toContain('href="https://provider.example/authorize?a=1&amp;b=2"');
});

test("only the window of a finished login may close itself", () => {
  const closing = everyPage("Notion").filter((page) => renderPage(page).html.includes(" data-close>"));
  expect(closing.map(({ kind }) => kind)).toEqual(["done"]);
});

test.each(["", "\u202e", "  "])("the empty name %j is replaced by words", (name) => {
  expect(renderPage({ kind: "finished", language: null, app: name, provider: name }).html).toContain(
    "the app",
  );
});

test.each(everyPage("Notion"))("the $kind page has one heading, a landmark and a language", (page) => {
  const { html } = renderPage(page);
  expect(html).toContain('<html lang="en"');
  expect(html.match(/<h1>/g)).toHaveLength(1);
  expect(html.match(/<main>/g)).toHaveLength(1);
});
