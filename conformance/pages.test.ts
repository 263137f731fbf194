import { describe, expect, it } from "vitest";
import { type Page, UserAgent } from "./support/user-agent.ts";
import { type Stage, raise } from "./support/stage.ts";

const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)> javascript:alert(1) \u202Egnp.exe`;

/** Every kind of page that a login can end on, by what leads there. */
const ways: Readonly<Record<string, (stage: Stage) => Promise<Page>>> = {
  confirm: async ({ app }) => new UserAgent().open((await app.begin()).url),
  leaving: async ({ app }) => {
    const browser = new UserAgent();
    return browser.press(await browser.open((await app.begin()).url), "continue");
  },
  cancelled: async ({ app }) => {
    const browser = new UserAgent();
    return browser.press(await browser.open((await app.begin()).url), "cancel");
  },
  done: async ({ launch }) => (await launch()).finish(),
  denied: async ({ launch }) => {
    const { browser, callback, state } = await launch();
    return browser.open(callback({ error: "access_denied", state, error_description: evil }));
  },
  failed: async ({ launch, provider }) => {
    provider.script((response) => response.writeHead(400).end(JSON.stringify({ error: evil })));
    return (await launch()).finish();
  },
  "failed, with Try again": async ({ launch, provider }) => {
    provider.script((response) => response.writeHead(503).end(evil));
    return (await launch()).finish();
  },
  finished: async ({ launch }) => {
    const { browser, callback } = await launch();
    const url = callback();
    await browser.open(url);
    return browser.open(url);
  },
  expired: async ({ launch, broker }) => {
    const { finish } = await launch();
    broker.advance?.(600_000);
    return finish();
  },
  "another browser": async ({ launch }) => new UserAgent().open((await launch()).callback()),
  "an unknown ticket": async ({ broker }) =>
    new UserAgent().open(`${broker.base}/login?ticket=${encodeURIComponent(evil)}`),
  "an unknown state": async ({ broker }) =>
    new UserAgent().open(
      `${broker.base}/redirect?code=${encodeURIComponent(evil)}&state=${encodeURIComponent(evil)}`,
    ),
  "a foreign form": async ({ broker }) =>
    new UserAgent().open(`${broker.base}/login`, { form: { ticket: evil, nonce: evil, action: evil } }),
};

describe.each(Object.entries(ways))("the page %s", (_, reach) => {
  it("S8: is a page whose policy lets nothing from elsewhere in, and nobody frame it", async () => {
    await using stage = await raise();
    const { headers } = await reach(stage);
    expect(headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(headers["x-frame-options"]).toBe("DENY");
    const policy = headers["content-security-policy"] ?? "";
    for (const part of [
      "default-src 'none'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'self'",
    ])
      expect(policy).toContain(part);
    expect(policy).not.toContain("unsafe");
    expect(policy).not.toMatch(/https?:/);
  });

  it("S8: loads nothing from anywhere", async () => {
    await using stage = await raise();
    const { text } = await reach(stage);
    expect(text).not.toMatch(/<(?:link|img|iframe|object|embed|video|audio|base)\b/);
    expect(text).not.toMatch(/<script[^>]+src/);
    expect(text).not.toMatch(/@import|url\(/);
  });

  it("S8, S9: shows nothing of a request or of a provider unescaped", async () => {
    await using stage = await raise();
    const { text } = await reach(stage);
    expect(text).not.toContain("alert(1)");
    expect(text).not.toContain("onerror");
    expect(text).not.toContain("\u202E");
  });

  it("S4: holds neither code, state nor secret, and leaves them out of the address bar", async () => {
    await using stage = await raise();
    const { text } = await reach(stage);
    expect(text).not.toMatch(/\b(?:code|access|refresh)-[A-Za-z0-9_-]{12}/);
    expect(text).not.toContain("top-secret");
    expect(text).toContain("history.replaceState");
  });

  it("A3, A4: says what happened in a heading, and has a language", async () => {
    await using stage = await raise();
    const { heading, text } = await reach(stage);
    expect(heading.length).toBeGreaterThan(5);
    expect(text).toMatch(/<html lang="en"/);
  });
});

describe("names", () => {
  it("S8: with markup in them are shown as text", async () => {
    const title = `<b>"Evil" & 'Co'</b><script>`;
    await using stage = await raise({ app: { title }, registration: { title: `M</title><script>` } });
    const page = await new UserAgent().open((await stage.app.begin()).url);
    expect(page.text).not.toContain("<b>");
    expect(page.text.match(/<script/g)).toHaveLength(1);
  });

  it("S8: an error_description of 7 KB is not shown, and one over the limit changes nothing", async () => {
    await using stage = await raise();
    const { callback, browser, state } = await stage.launch();
    const url = `${callback({ error: "access_denied", state })}&error_description=`;
    expect((await browser.open(url + "x".repeat(10_000))).status).toBe(414);
    const page = await browser.open(url + "x".repeat(7_000));
    expect(page.heading).toBe("No access was given");
    expect(page.text).not.toContain("xxxxx");
  });
});
