import { describe, expect, it } from "vitest";
import { App } from "./support/app.ts";
import { type Stage, departed, raise } from "./support/stage.ts";
import { UserAgent } from "./support/user-agent.ts";

const direct = (confirm: "auto" | "never"): Promise<Stage> => raise({ app: { launch: "direct", confirm } });

/** Begins, and opens the provider's own URL in a browser that has no cookie of ours. */
async function begun({ app, provider }: Stage, browser = new UserAgent()) {
  const { url, readKey } = await app.begin();
  return {
    readKey,
    ...departed(provider, browser, { location: url, onward: undefined, status: 200, text: "" }),
  };
}

describe("launch: direct", () => {
  it("A2, A3: begin answers with the provider's own URL, and nothing stands between callback and exchange", async () => {
    await using stage = await direct("never");
    const { authorizationUrl, finish, readKey } = await begun(stage);
    expect(authorizationUrl).toContain(`${stage.provider.origin}/authorize?`);
    expect((await finish()).heading).toBe("You are logged in");
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("S5: without confirm: never the callback is confirmed before the exchange", async () => {
    await using stage = await direct("auto");
    const { finish, readKey, browser } = await begun(stage);
    const page = await finish();
    expect(page.forms).toHaveLength(1);
    expect(stage.provider.tokenRequests).toEqual([]);
    expect((await browser.press(page, "continue")).heading).toBe("You are logged in");
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("S3, A8: Cancel there ends it: nothing is sent, and the app learns it", async () => {
    await using stage = await direct("auto");
    const { finish, readKey, browser } = await begun(stage);
    const page = await finish();
    await browser.press(page, "cancel");
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 410 });
    await browser.press(page, "continue");
    expect(stage.provider.tokenRequests).toEqual([]);
  });

  it("S3: twenty callbacks in parallel make one exchange", async () => {
    await using stage = await direct("never");
    const { callback, readKey } = await begun(stage);
    const url = callback();
    await Promise.all(Array.from({ length: 20 }, () => new UserAgent().open(url)));
    expect(stage.provider.tokenRequests).toHaveLength(1);
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("S3: Continue pressed twenty times makes one exchange", async () => {
    await using stage = await direct("auto");
    const { finish, browser } = await begun(stage);
    const page = await finish();
    await Promise.all(Array.from({ length: 20 }, () => browser.press(page, "continue")));
    expect(stage.provider.tokenRequests).toHaveLength(1);
  });

  it("A8: every failure there is final, as no browser carries the login", async () => {
    await using stage = await direct("never");
    stage.provider.script((response) => response.writeHead(503).end());
    const { finish, readKey } = await begun(stage);
    expect((await finish()).forms).toEqual([]);
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 410 });
  });

  it("A3, S3: a callback after 600 seconds is refused", async () => {
    await using stage = await direct("never");
    const { finish, readKey } = await begun(stage);
    stage.broker.advance?.(600_000);
    expect(await finish()).toMatchObject({ status: 400 });
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 410 });
    expect(stage.provider.tokenRequests).toEqual([]);
  });

  it("A5: another app's key, and this key at another app, are unknown", async () => {
    await using stage = await raise({
      configuration: () => ({
        apps: {
          "": { provider: "meadow", launch: "direct", confirm: "never", origins: ["framer:abc123"] },
          notes: { provider: "meadow", origins: ["framer:abc123"] },
        },
      }),
    });
    const { finish, readKey } = await begun(stage);
    await finish();
    expect(await new App(`${stage.broker.base}/notes`).poll(readKey)).toMatchObject({ status: 404 });
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });
});
