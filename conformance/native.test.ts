import { describe, expect, it } from "vitest";
import { App, PLUGIN } from "./support/app.ts";
import { members, send } from "./support/http.ts";
import { NativeApp } from "./support/native-app.ts";
import { type Launched, type Stage, departed, isAt, raise } from "./support/stage.ts";
import { UserAgent } from "./support/user-agent.ts";

/** Opens a native app's login in a browser, from the app's own page, up to the provider's door. */
async function launch(
  { provider }: Stage,
  app: NativeApp,
  more: Record<string, string> = {},
): Promise<Omit<Launched, "readKey">> {
  const browser = new UserAgent();
  const page = await browser.open(app.loginUrl(more), { referer: `${PLUGIN}/`, until: isAt(provider) });
  return departed(provider, browser, page);
}

describe("the native dialect", () => {
  it("B: a login begins in the click, and ends in a box that the app opens, again and again", async () => {
    await using stage = await raise();
    const app = new NativeApp(stage.broker.base);
    const { finish } = await launch(stage, app);
    expect(members(await app.read())).toMatchObject({ error: "authorization_pending" });
    await finish();
    for (const _ of [1, 2]) {
      const { tokens } = await app.open(await app.read());
      expect(tokens).toMatchObject({
        access_token: expect.stringMatching(/^access-/),
        token_type: "bearer",
        expires_in: expect.any(Number),
        refresh_token: expect.stringMatching(/^wcr1\./),
        provider: "meadow",
      });
    }
  });

  it("B: the seal is bound to app, provider, origin and expiry", async () => {
    await using stage = await raise();
    const app = new NativeApp(stage.broker.base);
    await (await launch(stage, app)).finish();
    const { aad } = await app.open(await app.read());
    expect(aad).toEqual(["", "meadow", PLUGIN, expect.any(Number)]);
  });

  it("B: a waiting app gets its box as soon as it is there", async () => {
    await using stage = await raise();
    const app = new NativeApp(stage.broker.base);
    const waiting = app.read(25);
    const { finish } = await launch(stage, app);
    await finish();
    expect((await app.open(await waiting)).tokens).toHaveProperty("access_token");
  });

  it("B, S9: waiting at a settled mailbox of another dialect keeps nobody else from being answered", async () => {
    await using stage = await raise();
    const { browser, callback, state } = await stage.launch();
    await browser.open(callback({ error: "access_denied", state }));
    const mailbox = Buffer.from(state, "base64url").subarray(0, 16).toString("base64url");
    const waiting = send(`${stage.broker.base}/pickup/${mailbox}?wait=1`);
    expect((await send(`${stage.broker.base}/healthz`)).status).toBe(200);
    expect(members(await waiting)).toMatchObject({ error: "authorization_pending" });
  });

  it.each([
    ["a provider that it has not", { provider: "elsewhere" }],
    ["more scope than it may", { scope: "everything" }],
    ["an input that nobody defined", { shop: "evil.example" }],
  ])("B: an app whose launch asks for %s learns that it failed", async (_, asked) => {
    await using stage = await raise();
    const app = new NativeApp(stage.broker.base);
    const waiting = app.read(25);
    expect(await new UserAgent().open(app.loginUrl(asked))).toMatchObject({ status: 400 });
    expect(members(await waiting)).toMatchObject({ error: "server_error" });
  });

  it("B: outcomes are typed, with the RFC's codes", async () => {
    await using stage = await raise();
    const [denied, cancelled, failed, expired] = [1, 2, 3, 4].map(() => new NativeApp(stage.broker.base));
    if (!denied || !cancelled || !failed || !expired) throw new TypeError("four apps");
    const one = await launch(stage, denied);
    await one.browser.open(one.callback({ error: "access_denied", state: one.state }));
    const browser = new UserAgent();
    await browser.press(await browser.open(cancelled.loginUrl()), "cancel");
    await launch(stage, expired);
    stage.provider.script((response) => response.writeHead(200).end("null"));
    await (await launch(stage, failed)).finish();
    stage.broker.advance?.(600_000);
    const errors = [];
    for (const app of [denied, cancelled, failed, expired]) {
      const answer = await app.read();
      expect(answer.status).toBe(400);
      errors.push(members(answer)["error"]);
    }
    expect(errors).toEqual(["access_denied", "access_denied", "server_error", "expired_token"]);
  });

  it("B, S7: a box may be read for 600 seconds, and no longer", async () => {
    await using stage = await raise();
    const app = new NativeApp(stage.broker.base);
    await (await launch(stage, app)).finish();
    stage.broker.advance?.(599_000);
    expect(await app.read()).toMatchObject({ status: 200 });
    stage.broker.advance?.(1_000);
    expect(members(await app.read())).toMatchObject({ error: "expired_token" });
  });

  it("B: an abandoned login exchanges nothing, and needs the secret", async () => {
    await using stage = await raise();
    const app = new NativeApp(stage.broker.base);
    const { finish } = await launch(stage, app);
    expect(await app.abandon(Buffer.alloc(16))).toMatchObject({ status: 404 });
    expect(members(await app.read())).toMatchObject({ error: "authorization_pending" });
    expect(await app.abandon()).toMatchObject({ status: 204 });
    expect(await finish()).toMatchObject({ status: 400 });
    expect(stage.provider.tokenRequests).toEqual([]);
    expect(members(await app.read())).toMatchObject({ error: "access_denied" });
  });

  it("B: scope may be narrowed, never widened", async () => {
    await using stage = await raise({ app: { scope: ["read", "write"] } });
    const narrowed = await launch(stage, new NativeApp(stage.broker.base), { scope: "read" });
    expect(new URL(narrowed.authorizationUrl).searchParams.get("scope")).toBe("read");
    const url = new NativeApp(stage.broker.base).loginUrl({ scope: "read admin" });
    expect(await new UserAgent().open(url)).toMatchObject({ status: 400 });
  });

  it("B, S6: its handle is bound to the origin in the launch URL", async () => {
    await using stage = await raise();
    const app = new NativeApp(stage.broker.base);
    await (await launch(stage, app)).finish();
    const { tokens } = await app.open(await app.read());
    const form = { grant_type: "refresh_token", refresh_token: String(tokens["refresh_token"]) };
    expect(await new App(stage.broker.base, null).form("/token", form)).toMatchObject({ status: 400 });
    expect(await new App(stage.broker.base).form("/token", form)).toMatchObject({ status: 200 });
  });
});

describe("a native launch", () => {
  it("S5: without the app's Referer, or without an origin, asks first", async () => {
    await using stage = await raise();
    const url = new NativeApp(stage.broker.base).loginUrl();
    for (const navigation of [{}, { referer: "https://evil.com/" }])
      expect((await new UserAgent().open(url, navigation)).forms).toHaveLength(1);
    const anonymous = new NativeApp(stage.broker.base, null).loginUrl();
    expect((await new UserAgent().open(anonymous, { referer: `${PLUGIN}/` })).forms).toHaveLength(1);
  });

  it("S5: with a key that was launched in another browser ends that login", async () => {
    await using stage = await raise();
    const app = new NativeApp(stage.broker.base);
    const { finish } = await launch(stage, app);
    const page = await new UserAgent().open(app.loginUrl(), { referer: `${PLUGIN}/` });
    expect(page.heading).toBe("This login was ended to protect you");
    await finish();
    expect(stage.provider.tokenRequests).toEqual([]);
  });

  it.each([
    ["a foreign origin", { origin: "https://evil.com" }],
    ["a provider of nobody", { provider: "nobody" }],
    ["a parameter that nobody knows", { prompt: "none" }],
    ["a redirect_uri", { redirect_uri: "https://evil.com/" }],
    ["a key that is no point", { key: Buffer.alloc(65, 4).toString("base64url") }],
    ["a compressed key", { key: Buffer.alloc(33, 2).toString("base64url") }],
    ["a key of nothing", { key: "" }],
    ["a proof that is no hash", { abandon: "AAAA" }],
  ])("B: with %s is refused on a page", async (_, more) => {
    await using stage = await raise();
    const url = new NativeApp(stage.broker.base).loginUrl(more);
    const page = await new UserAgent().open(url, { referer: `${PLUGIN}/` });
    expect(page).toMatchObject({ status: 400, location: undefined });
    expect(page.headers["content-type"]).toContain("text/html");
  });

  it("B: with a parameter twice is refused", async () => {
    await using stage = await raise();
    const url = `${new NativeApp(stage.broker.base).loginUrl()}&origin=${PLUGIN}`;
    expect(await new UserAgent().open(url, { referer: `${PLUGIN}/` })).toMatchObject({ status: 400 });
  });
});

describe("a mailbox", () => {
  it("B: may be asked for with one trailing slash", async () => {
    await using stage = await raise();
    const { mailbox } = new NativeApp(stage.broker.base);
    const answer = await send(`${stage.broker.base}/pickup/${mailbox}/`);
    expect(members(answer)).toMatchObject({ error: "authorization_pending" });
  });

  it.each(["x", "A".repeat(21), `${"A".repeat(21)}B`, "%00", "A".repeat(23)])(
    "B: that cannot be one (%s) is 404",
    async (id) => {
      await using stage = await raise();
      expect(await send(`${stage.broker.base}/pickup/${id}`)).toMatchObject({ status: 404 });
    },
  );

  it("B, S2: of another dialect is unknown here, and keeps its tokens", async () => {
    await using stage = await raise();
    const { finish, browser, readKey } = await stage.launch();
    const { name } = browser.oldestCookie(stage.broker.base);
    await finish();
    const answer = await send(`${stage.broker.base}/pickup/${name.slice(3)}`);
    expect(members(answer)).toMatchObject({ error: "authorization_pending" });
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("B, S2: of another app is unknown here", async () => {
    await using stage = await raise({
      configuration: () => ({
        apps: {
          "": { provider: "meadow", origins: ["framer:abc123"] },
          notes: { provider: "meadow", origins: ["framer:abc123"] },
        },
      }),
    });
    const app = new NativeApp(stage.broker.base);
    await (await launch(stage, app)).finish();
    const elsewhere = await send(`${stage.broker.base}/notes/pickup/${app.mailbox}`);
    expect(members(elsewhere)).toMatchObject({ error: "authorization_pending" });
  });
});
