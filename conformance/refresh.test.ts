import { describe, expect, it } from "vitest";
import { App } from "./support/app.ts";
import { type Answer, isJson, members, send } from "./support/http.ts";
import { type Stage, raise } from "./support/stage.ts";

/** The refresh token of a login or an answer. */
const handleOf = (tokens: Record<string, unknown>): string => String(tokens["refresh_token"]);

const refreshesOf = ({ provider }: Stage) =>
  provider.tokenRequests.filter(({ form }) => form.get("grant_type") === "refresh_token");

/** A refusal as published clients need it: never JSON, which they would store. */
function expectRefusal({ status, text }: Answer): void {
  expect(status).toBeGreaterThanOrEqual(400);
  expect(isJson(text)).toBe(false);
}

describe("refreshing with a handle", () => {
  it("A9: answers 200 with a token object and a handle", async () => {
    await using stage = await raise({ provider: { rotates: true } });
    const { access_token, refresh_token } = await stage.logIn();
    const answer = await stage.app.refresh(String(refresh_token));
    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toContain("application/json");
    expect(members(answer)).toMatchObject({
      access_token: expect.stringMatching(/^access-/),
      refresh_token: expect.stringMatching(/^wcr1\./),
      token_type: "bearer",
      expires_in: expect.any(Number),
    });
    expect(members(answer)["access_token"]).not.toBe(access_token);
  });

  it("A9: carries the refresh token over where the provider omits it", async () => {
    await using stage = await raise();
    const first = handleOf(await stage.logIn());
    stage.provider.script((response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ access_token: "fresh", token_type: "bearer", expires_in: 60 }));
    });
    const second = handleOf(members(await stage.app.refresh(first)));
    stage.provider.script(undefined);
    expect(await stage.app.refresh(second)).toMatchObject({ status: 200 });
  });

  it("A9: goes on from handle to handle, against a provider that rotates", async () => {
    await using stage = await raise({ provider: { rotates: true } });
    let handle = handleOf(await stage.logIn());
    for (const _ of [1, 2, 3, 4]) handle = handleOf(members(await stage.app.refresh(handle)));
    expect(new Set(refreshesOf(stage).map(({ form }) => form.get("refresh_token"))).size).toBe(4);
  });

  it("A11: reads a code by percent-decoding alone", async () => {
    await using stage = await raise({ app: { refresh: "raw" } });
    const headers = { origin: "https://abc123.plugins.framercdn.com" };
    await send(`${stage.broker.base}/refresh?code=1//0a+b%2Bc%20d%26e%3D`, { method: "POST", headers });
    expect(refreshesOf(stage)[0]?.form.get("refresh_token")).toBe("1//0a+b+c d&e=");
  });

  it("A11, S4: a code that holds other parameters adds none to the token request", async () => {
    await using stage = await raise({ app: { refresh: "raw" } });
    const code = "x%26grant_type%3Dauthorization_code%26client_id%3Dother";
    await send(`${stage.broker.base}/refresh?code=${code}`, { method: "POST" });
    const [request] = refreshesOf(stage);
    expect(request?.form.getAll("grant_type")).toEqual(["refresh_token"]);
    expect(request?.form.get("refresh_token")).toBe("x&grant_type=authorization_code&client_id=other");
  });
});

describe("refreshing what is none", () => {
  it("A10: a missing, empty or literally undefined code is 400 in text", async () => {
    await using stage = await raise();
    for (const query of ["", "?code", "?code=", "?code=undefined", "?code=a&code=b", "?code=%ff"]) {
      const answer = await send(`${stage.broker.base}/refresh${query}`, { method: "POST" });
      expect(answer.status).toBe(400);
      expect(isJson(answer.text)).toBe(false);
    }
  });

  it.each([
    ["a provider's own refresh token", "refresh-of-the-provider"],
    ["a truncated handle", "wcr1.AAAA"],
    ["a handle of nothing", "wcr1."],
    ["7 KB of handle", `wcr1.${"A".repeat(7000)}`],
    ["7 KB of something", "x".repeat(7000)],
  ])("A10, S6: %s is refused in text, and nothing is sent", async (_, token) => {
    await using stage = await raise();
    expectRefusal(await stage.app.refresh(token));
    expect(stage.provider.tokenRequests).toEqual([]);
  });

  it("S6: 10 KB are refused before they are read", async () => {
    await using stage = await raise();
    expect(await stage.app.refresh(`wcr1.${"A".repeat(10_000)}`)).toMatchObject({ status: 414 });
  });

  it("S6: a handle with any one character changed is refused, and nothing is sent", async () => {
    await using stage = await raise();
    const handle = handleOf(await stage.logIn());
    for (let at = 5; at < handle.length; at += 7) {
      const other = handle[at] === "A" ? "B" : "A";
      expectRefusal(await stage.app.refresh(handle.slice(0, at) + other + handle.slice(at + 1)));
    }
    expect(refreshesOf(stage)).toEqual([]);
  });

  it("S6: another app's handle is refused, and stays good for its own", async () => {
    await using stage = await raise({
      configuration: () => ({
        apps: {
          "": { provider: "meadow", origins: ["framer:abc123"] },
          notes: { provider: "meadow", origins: ["framer:abc123"] },
        },
      }),
    });
    const handle = handleOf(await stage.logIn());
    expectRefusal(await new App(`${stage.broker.base}/notes`).refresh(handle));
    expect(await stage.app.refresh(handle)).toMatchObject({ status: 200 });
  });

  it("S6: a handle shown by another origin, or by none, is refused, and stays good for its own", async () => {
    await using stage = await raise();
    const handle = handleOf(await stage.logIn());
    const version = new App(stage.broker.base, "https://abc123-v2.plugins.framercdn.com");
    expectRefusal(await version.refresh(handle));
    const code = encodeURIComponent(handle);
    expectRefusal(await send(`${stage.broker.base}/refresh?code=${code}`, { method: "POST" }));
    expect(await stage.app.refresh(handle)).toMatchObject({ status: 200 });
  });

  it("A10: a dead refresh token at the provider is refused in text", async () => {
    await using stage = await raise();
    const handle = handleOf(await stage.logIn());
    stage.provider.script((response) => response.writeHead(400).end('{"error":"invalid_grant"}'));
    const answer = await stage.app.refresh(handle);
    expect(answer).toMatchObject({ status: 401 });
    expectRefusal(answer);
  });

  it.each([500, 502, 503, 429])("S9: a provider that answers %i costs no grant", async (status) => {
    await using stage = await raise();
    const handle = handleOf(await stage.logIn());
    stage.provider.script((response) => response.writeHead(status).end('{"error":"invalid_grant"}'));
    const answer = await stage.app.refresh(handle);
    expect(answer).toMatchObject({ status: 503, headers: { "retry-after": expect.any(String) } });
    expectRefusal(answer);
    stage.provider.script(undefined);
    expect(await stage.app.refresh(handle)).toMatchObject({ status: 200 });
  });
});
