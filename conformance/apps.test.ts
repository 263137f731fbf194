import { describe, expect, it } from "vitest";
import { App, PLUGIN } from "./support/app.ts";
import { members, send } from "./support/http.ts";
import { raise, registered, type Stage } from "./support/stage.ts";

/** The root app, the app `notes`, and the app `both`, which has two providers. */
const severalApps = (): Promise<Stage> =>
  raise({
    configuration: (provider) => ({
      providers: { meadow: registered(provider), moor: { ...registered(provider), title: "Moor" } },
      apps: {
        "": { provider: "meadow", origins: ["framer:abc123"] },
        notes: { provider: "meadow", origins: ["framer:abc123"] },
        both: { providers: { meadow: {}, moor: { scope: ["write"] } }, origins: ["framer:abc123"] },
      },
    }),
  });

const under = (stage: Stage, name: string): App => new App(`${stage.broker.base}/${name}`);

describe("an app under its own path", () => {
  it("A1, A2, A6: has every route of the read-key dialect there", async () => {
    await using stage = await severalApps();
    const notes = under(stage, "notes");
    expect(await send(notes.base)).toMatchObject({ status: 200 });
    const { finish, readKey, authorizationUrl } = await stage.launch(notes);
    expect(new URL(authorizationUrl).searchParams.get("redirect_uri")).toBe(`${notes.base}/redirect`);
    await finish();
    expect(members(await notes.poll(readKey))).toMatchObject({ token_type: "bearer" });
  });

  it("A5: a read key of one app is unknown to another, and consumes nothing there", async () => {
    await using stage = await severalApps();
    const { finish, readKey } = await stage.launch();
    await finish();
    expect(await under(stage, "notes").poll(readKey)).toMatchObject({ status: 404, text: "" });
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("S3: a callback on another app's redirect path is refused before anything is sent", async () => {
    await using stage = await severalApps();
    const { callback, browser, finish } = await stage.launch();
    const elsewhere = callback().replace("/redirect?", "/notes/redirect?");
    expect(await browser.open(elsewhere)).toMatchObject({ status: 400 });
    expect(stage.provider.tokenRequests).toEqual([]);
    expect(await finish()).toMatchObject({ status: 200 });
  });

  it("S3: a ticket of one app opens no login of another", async () => {
    await using stage = await severalApps();
    const { url } = await stage.app.begin();
    const { browser } = await stage.launch();
    const page = await browser.open(url.replace("/login?", "/notes/login?"), { referer: `${PLUGIN}/` });
    expect(page).toMatchObject({ status: 400, location: undefined });
  });
});

describe("an app with two providers", () => {
  it("A2: says which, or is told so in text", async () => {
    await using stage = await severalApps();
    const both = under(stage, "both");
    const answer = await send(`${both.base}/authorize`, { method: "POST" });
    expect(answer).toMatchObject({ status: 400, text: expect.stringContaining("meadow, moor") });
    const { authorizationUrl } = await stage.launch(both, undefined, "?provider=moor");
    const { searchParams } = new URL(authorizationUrl);
    expect(searchParams.get("redirect_uri")).toBe(`${both.base}/moor/redirect`);
    expect(searchParams.get("scope")).toBe("write");
  });

  it("S3: a callback on the other provider's redirect path is refused before anything is sent", async () => {
    await using stage = await severalApps();
    const { callback, browser } = await stage.launch(under(stage, "both"), undefined, "?provider=moor");
    const page = await browser.open(callback().replace("/moor/", "/meadow/"));
    expect(page).toMatchObject({ status: 400 });
    expect(stage.provider.tokenRequests).toEqual([]);
  });

  it.each(["?provider=nobody", "?provider=__proto__", "?provider=moor&shop=x", "?provider="])(
    "A2: begin with %s is 400 in text",
    async (query) => {
      await using stage = await severalApps();
      const { base } = under(stage, "both");
      const answer = await send(`${base}/authorize${query}`, { method: "POST" });
      expect(answer).toMatchObject({ status: 400 });
      expect(answer.headers["content-type"]).toContain("text/plain");
    },
  );
});
