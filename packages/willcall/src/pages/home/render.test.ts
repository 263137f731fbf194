import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Home, HomePage, Offer, ShownAccount, ShownAttempt, ShownConnector } from "./page.ts";
import { renderHome } from "./render.ts";

const MINUTE = 60_000;
const NOW = 100 * 24 * 60 * MINUTE;

const connector = (text: string, change: Partial<ShownConnector> = {}): ShownConnector => ({
  name: text,
  path: "/home/accounts/a/runs/photos",
  run: { outcome: "succeeded", startedAt: NOW - 3 * MINUTE, endedAt: NOW - 2 * MINUTE },
  ...change,
});

const account = (text: string, change: Partial<ShownAccount> = {}): ShownAccount => ({
  path: "/home/accounts/a",
  provider: text,
  label: text,
  status: "error",
  reason: text,
  scopes: [text],
  createdAt: NOW - 60 * MINUTE,
  usedAt: NOW - 5 * MINUTE,
  connectors: [connector(text)],
  ...change,
});

const offer = (text: string, change: Partial<Offer> = {}): Offer => ({
  title: text,
  uses: text,
  fields: { connector: text },
  inputs: [{ name: "shop", title: text, example: text, byDefault: text }],
  problem: text,
  ...change,
});

const attempt = (text: string, change: Partial<ShownAttempt> = {}): ShownAttempt => ({
  state: "retry",
  provider: text,
  reason: text,
  url: `https://login.example/accounts/login?ticket=${text}`,
  ticket: text,
  ...change,
});

/** The home page with `text` wherever a stranger's words can stand. */
const home = (text: string, change: Partial<Home> = {}): HomePage => ({
  kind: "home",
  language: "en",
  app: text,
  owner: text,
  nonce: "n0nce",
  now: NOW,
  attempt: attempt(text),
  accounts: [account(text)],
  more: "/home?after=a",
  connectors: [offer(text)],
  providers: [offer(text, { uses: null })],
  notice: text,
  ...change,
});

/** A page without anything but what `change` says. */
const bare = (change: Partial<Home> = {}): HomePage =>
  home("Meadow", {
    owner: null,
    attempt: null,
    accounts: [],
    more: null,
    connectors: [],
    providers: [],
    notice: null,
    ...change,
  });

function everyPage(text: string): HomePage[] {
  return [
    home(text),
    {
      kind: "disconnect",
      language: "en",
      app: text,
      form: { action: "/home/accounts/a/disconnect", fields: { nonce: text } },
      account: account(text),
    },
    {
      kind: "run",
      language: "en",
      app: text,
      owner: text,
      nonce: "n0nce",
      now: NOW,
      connector: connector(text),
      account: account(text),
      lines: [{ at: NOW, type: "warn", message: text }],
      lastError: text,
    },
  ];
}

const htmlOf = (page: HomePage): string => renderHome(page).html;
const textOf = (page: HomePage): string =>
  htmlOf(page)
    .replaceAll(/<(style|script)>[^]*?<\/\1>/g, "")
    .replaceAll(/<[^>]*>/g, "");

/** A document's tags with their attributes' names: its structure, without any text. */
const structure = (page: HomePage): string[] =>
  (htmlOf(page).match(/<[^>]*>/g) ?? []).map((tag) => tag.replaceAll(/"[^"]*"/g, '""'));

/** What one account reads. */
const accountText = (change: Partial<ShownAccount>): string =>
  textOf(bare({ accounts: [account("Meadow", { connectors: [], ...change })] }));

/** What a failed attempt reads. */
const failureText = (reason: string): string =>
  textOf(bare({ attempt: attempt("Meadow", { state: "failed", reason }) }));

/** A run's page. */
function runPage(change: object): HomePage {
  const [, , page] = everyPage("Photos");
  if (page?.kind !== "run") throw new Error("the third page is the run");
  return { ...page, lastError: null, ...change };
}

describe("S8: nothing from a stranger becomes markup", () => {
  test.each([
    `<script>alert(1)</script>`,
    `"><img src=x onerror=alert(1)>`,
    `' onmouseover='alert(1)`,
    `</title></style></script><!--`,
    `\u202Eelgoog\u202C`,
    `\0\r\n\t`,
    `__proto__`,
    `toString`,
  ])("%j in every place", (text) => {
    expect(everyPage(text).map(structure)).toEqual(everyPage("Harmless").map(structure));
  });

  test("any text in every place", () => {
    const harmless = everyPage("Harmless").map(structure);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        // A word of the connector's that begins so is one of its contract: it adds a button.
        fc.pre(!text.startsWith("USER_ACTION_NEEDED"));
        expect(everyPage(text).map(structure)).toEqual(harmless);
      }),
      { numRuns: 30 },
    );
  });

  test("a hundred scopes are counted, not listed", () => {
    const scopes = Array.from({ length: 100 }, (_, index) => `scope-${index}`);
    const text = textOf(bare({ accounts: [account("Meadow", { scopes })] }));
    expect(text).toContain("100 permissions");
    expect(text).toContain("and 80 more");
    expect(text).not.toContain("scope-20");
  });
});

describe("S8: the policy allows what is in the page and nothing else", () => {
  test.each(everyPage("Meadow"))("the $kind page runs its own style and script", (page) => {
    const { html, csp } = renderHome(page);
    for (const element of ["style", "script"]) {
      const [[, inline = ""] = [], ...more] = html.matchAll(
        new RegExp(`<${element}>([^]*?)</${element}>`, "g"),
      );
      const hash = createHash("sha256").update(inline).digest("base64");
      expect(csp).toContain(`${element}-src 'sha256-${hash}'`);
      expect(more).toEqual([]);
    }
    for (const part of ["default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'"])
      expect(csp).toContain(part);
  });

  test.each(everyPage("Meadow"))("the $kind page loads nothing and has no inline attributes", (page) => {
    const tags = structure(page).join("");
    expect(tags).not.toMatch(/\s(?:on\w+|style|src|srcset|background|data)=/);
    expect(tags).not.toMatch(/<(?:link|img|iframe|object|embed|base)\b/);
  });

  test.each(everyPage("Meadow"))(
    "every form of the $kind page is posted to ourselves, with a proof",
    (page) => {
      const forms = Array.from(htmlOf(page).matchAll(/<form[\s\S]*?<\/form>/g), ([form]) => form);
      expect(forms.length).toBeGreaterThan(0);
      for (const form of forms) {
        expect(form).toMatch(/^<form[^>]* method="post" action="\/home\/[\w/-]+"/);
        expect(form).toContain('<input type="hidden" name="nonce"');
      }
    },
  );
});

describe("an attempt", () => {
  test.each([
    ["waiting", true],
    ["retry", true],
    ["finishing", false],
    ["connected", false],
    ["denied", false],
  ] as const)("that is %s offers its window: %s", (state, offered) => {
    const html = htmlOf(bare({ attempt: attempt("Meadow", { state, reason: null }) }));
    expect(html.includes('target="_blank" rel="noopener" data-window')).toBe(offered);
  });

  test.each([
    ["waiting", true],
    ["finishing", true],
    ["retry", true],
    ["connected", false],
    ["reconnected", false],
    ["denied", false],
    ["cancelled", false],
    ["failed", false],
    ["expired", false],
  ] as const)("that is %s is followed: %s, also without scripts", (state, followed) => {
    const html = htmlOf(bare({ attempt: attempt("Meadow", { state, reason: null }) }));
    expect(html.includes(`data-live="${state}"`)).toBe(followed);
    expect(html.includes('<noscript><meta http-equiv="refresh" content="5"></noscript>')).toBe(followed);
  });

  test("says why it failed, in the words of the login's own page", () => {
    expect(failureText("other_identity")).toContain("as somebody else than before");
    expect(failureText("something_new")).toContain("Something went wrong on the way");
  });

  test("is said aloud where it changes", () => {
    expect(htmlOf(bare({ attempt: attempt("Meadow") }))).toContain(
      '<div id="attempt" data-part role="status"',
    );
  });
});

describe("an account", () => {
  test("says what it is, how it is, and since when", () => {
    const text = accountText({
      label: "ada@example.com",
      status: "connected",
      reason: null,
      scopes: ["read"],
    });
    for (const fact of [
      "ada@example.com",
      "Meadow",
      "Connected",
      "Last used 5 minutes ago",
      "Added 1 hour ago",
      "read",
    ])
      expect(text).toContain(fact);
  });

  test("says that it was not used yet, and that nobody named it", () => {
    expect(accountText({ usedAt: null })).toContain("Not used yet");
    expect(accountText({ label: null })).toContain("Unnamed account");
    expect(accountText({ label: "\u202e" })).toContain("Unnamed account");
  });

  test.each([
    ["needs_reconnect", "dead_token", "Meadow ended this access"],
    ["needs_reconnect", "something_new", "Only you can bring this account back"],
    ["error", "provider_down", "Meadow cannot be reached right now"],
    ["error", "misconfigured", "Only whoever runs this server can repair that"],
    ["error", "toString", "It is tried again by itself"],
    ["error", null, "It is tried again by itself"],
  ] as const)("that is %s for %s says what to do", (status, reason, said) => {
    expect(accountText({ status, reason })).toContain(said);
  });

  test("names itself in each of its buttons, so that they can be told apart by ear", () => {
    const html = htmlOf(bare({ accounts: [account("Meadow", { label: "ada" })] }));
    for (const name of ["Reconnect: ada, Meadow", "Disconnect: ada, Meadow", "Run now: Meadow, ada, Meadow"])
      expect(html).toContain(`aria-label="${name}"`);
  });

  test("cannot have a connector started that runs", () => {
    const running = connector("Photos", { run: { outcome: "running", startedAt: NOW, endedAt: null } });
    const text = accountText({ connectors: [running] });
    expect(text).toContain("Running");
    expect(text).not.toContain("Run now");
  });
});

describe("what can be connected", () => {
  test("asks for what a provider needs to know, and says what was wrong with it", () => {
    const html = htmlOf(bare({ providers: [offer("Shop", { problem: "bad_input" })] }));
    expect(html).toMatch(/<label><bdi>Shop<\/bdi><input name="input.shop"/);
    expect(html).toContain('aria-invalid="true"');
    expect(html).toMatch(/role="alert">That does not look right/);
  });

  test("says which provider a connector uses", () => {
    expect(textOf(bare({ connectors: [offer("Photos", { uses: "Google" })] }))).toContain("Uses Google");
  });
});

test.each([
  ["disconnected", "its access has ended at the provider, too"],
  ["forgotten", "remove it in your settings at the provider"],
  ["restarting", "Try again in a moment"],
])("the notice %s is said aloud", (notice, said) => {
  const html = htmlOf(bare({ notice }));
  expect(html).toContain(said);
  expect(html).toMatch(/class="(?:banner|warn)" role="(?:status|alert)"/);
});

test("one person alone is not told who they are", () => {
  expect(textOf(bare({ owner: "ada" }))).toContain("Signed in as ada");
  expect(textOf(bare({ owner: null }))).not.toContain("Signed in");
});

test("reads French where French is preferred", () => {
  const html = htmlOf({ ...home("Meadow", { notice: null }), language: "fr-FR,en;q=0.5" });
  expect(html).toContain('<html lang="fr">');
  expect(html).toContain("Vos comptes");
  expect(html).toContain("il y a 5 minutes");
});

describe("a run", () => {
  test("shows what the connector said, and when", () => {
    const at = Date.UTC(2030, 0, 1, 12, 34, 56);
    const html = htmlOf(runPage({ lines: [{ at, type: "error", message: "HTTP 500" }] }));
    expect(html).toContain('<time datetime="2030-01-01T12:34:56.000Z">12:34:56</time>');
    expect(html).toContain("<b>Error:</b> <bdi>HTTP 500</bdi>");
  });

  test("is followed while it goes on, and cannot be started twice", () => {
    const html = htmlOf(
      runPage({
        connector: connector("Photos", { run: { outcome: "running", startedAt: NOW, endedAt: null } }),
      }),
    );
    expect(html).toContain('data-live="running"');
    expect(html).not.toContain("Run now");
  });

  test("says that only the person can help, and how", () => {
    const html = htmlOf(runPage({ lastError: "USER_ACTION_NEEDED.OAUTH_OUTDATED" }));
    expect(html).toContain("It needs you");
    expect(html).toContain('action="/home/accounts/a/reconnect"');
  });
});

test.each(everyPage("Meadow"))("the $kind page has one heading, a landmark and a language", (page) => {
  const html = htmlOf(page);
  expect(html).toContain('<html lang="en">');
  expect(html.match(/<h1>/g)).toHaveLength(1);
  expect(html.match(/<main>/g)).toHaveLength(1);
});
