import { describe, expect, it } from "vitest";
import { members } from "./support/http.ts";
import { type Stage, type StageOptions, raise } from "./support/stage.ts";
import { eventNames } from "./support/target.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const handleOf = (tokens: Record<string, unknown>): string => String(tokens["refresh_token"]);
const refreshesOf = ({ provider }: Stage) =>
  provider.tokenRequests.filter(({ form }) => form.get("grant_type") === "refresh_token");

/** A stage whose provider rotates with reuse detection, and the handle of a login on it. */
async function rotating(options: StageOptions = {}): Promise<{ stage: Stage; handle: string }> {
  const stage = await raise({ provider: { rotates: true }, ...options });
  return { stage, handle: handleOf(await stage.logIn()) };
}

describe("refreshing at once", () => {
  it("A9, S11: ten at once against a provider that rotates make one call and get ten equal answers", async () => {
    const { stage: held, handle } = await rotating();
    await using stage = held;
    const answers = await Promise.all(Array.from({ length: 10 }, () => stage.app.refresh(handle)));
    expect(refreshesOf(stage)).toHaveLength(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    const [answer] = answers;
    const next = handleOf(members(answer ?? { text: "" }));
    expect(await stage.app.refresh(next)).toMatchObject({ status: 200 });
  });

  it("S11: whoever lost the answer gets it again, without another call", async () => {
    const { stage: held, handle } = await rotating();
    await using stage = held;
    const first = members(await stage.app.refresh(handle));
    stage.broker.advance?.(100_000);
    const again = members(await stage.app.refresh(handle));
    expect(again).toMatchObject({
      access_token: first["access_token"],
      refresh_token: first["refresh_token"],
    });
    expect(again["expires_in"]).toBeLessThanOrEqual(3500);
    expect(refreshesOf(stage)).toHaveLength(1);
  });

  it("S6: an older handle after its successor was used ends the grant, upstream too", async () => {
    const { stage: held, handle } = await rotating();
    await using stage = held;
    const second = handleOf(members(await stage.app.refresh(handle)));
    const third = handleOf(members(await stage.app.refresh(second)));
    expect(await stage.app.refresh(handle)).toMatchObject({ status: 401 });
    expect(await stage.app.refresh(third)).toMatchObject({ status: 401 });
    expect(stage.provider.revocations).toHaveLength(1);
    expect(eventNames(stage.broker)).toContain("grant.reuse");
  });

  it("A9: over thirty refreshes a minute a grant is told to wait, in text", async () => {
    const { stage: held, handle } = await rotating();
    await using stage = held;
    let answer = await stage.app.refresh(handle);
    for (let count = 0; answer.status === 200 && count < 40; count++)
      answer = await stage.app.refresh(handleOf(members(answer)));
    expect(answer).toMatchObject({ status: 503, headers: { "retry-after": "60" } });
  });

  it("S7: a handle that nobody used for 400 days is dead", async () => {
    const { stage: held, handle } = await rotating();
    await using stage = held;
    stage.broker.advance?.(401 * DAY);
    expect(await stage.app.refresh(handle)).toMatchObject({ status: 401 });
    expect(refreshesOf(stage)).toEqual([]);
  });
});

describe("raw refresh tokens", () => {
  it("A10, S6: are accepted until the day named, answered with a handle, and logged with the day", async () => {
    const until = new Date(Date.now() + 10 * DAY).toISOString();
    await using stage = await raise({ app: { refreshRawUntil: until }, provider: { rotates: true } });
    const { finish } = await stage.launch();
    await finish();
    // What the provider gave before the move to Willcall: here, the token of another client of the same app.
    const raw = await rawToken(stage);
    const first = await stage.app.refresh(raw);
    expect(members(first)).toMatchObject({ refresh_token: expect.stringMatching(/^wcr1\./) });
    const line = stage.broker.logs.find((one) => one.includes("refresh.raw_token"));
    expect(line).toContain(until.slice(0, 10));
    expect(line).not.toContain(raw);
    stage.broker.advance?.(11 * DAY);
    const other = await rawToken(stage);
    expect(await stage.app.refresh(other)).toMatchObject({ status: 401 });
    expect(await stage.app.refresh(handleOf(members(first)))).toMatchObject({ status: 200 });
  });

  it("A10: with refresh: raw, the same token may be shown for ever, and each answer is fresh", async () => {
    await using stage = await raise({ app: { refresh: "raw" } });
    const token = handleOf(await stage.logIn());
    expect(token).toMatch(/^refresh-/);
    const answers = new Set<unknown>();
    for (const _ of [1, 2, 3]) {
      const answer = members(await stage.app.refresh(token));
      expect(answer).toMatchObject({ refresh_token: token });
      expect(answer["expires_in"]).toBeGreaterThan(3590);
      answers.add(answer["access_token"]);
      stage.broker.advance?.(2 * HOUR);
    }
    expect(answers.size).toBe(3);
  });

  it("A10: with refresh: raw, a token that rotates goes on from one to the next", async () => {
    await using stage = await raise({ app: { refresh: "raw" }, provider: { rotates: true } });
    let token = handleOf(await stage.logIn());
    for (const _ of [1, 2, 3]) {
      token = handleOf(members(await stage.app.refresh(token)));
      stage.broker.advance?.(2 * HOUR);
    }
    expect(new Set(refreshesOf(stage).map(({ form }) => form.get("refresh_token"))).size).toBe(3);
  });
});

describe("the RFC-shaped endpoints", () => {
  it("B: POST /token refreshes a handle, as RFC 6749 has it", async () => {
    const { stage: held, handle } = await rotating();
    await using stage = held;
    const fields = { grant_type: "refresh_token", refresh_token: handle };
    const answer = await stage.app.form("/token", fields);
    expect(answer).toMatchObject({ status: 200, headers: { "cache-control": "no-store" } });
    expect(members(answer)).toMatchObject({
      access_token: expect.any(String),
      refresh_token: expect.stringMatching(/^wcr1\./),
      scope: "read",
    });
  });

  it.each([
    ["no grant type", {}, 400, "invalid_request"],
    ["a grant type of nobody", { grant_type: "password" }, 400, "unsupported_grant_type"],
    ["a grant type of Object", { grant_type: "constructor" }, 400, "unsupported_grant_type"],
    ["no refresh token", { grant_type: "refresh_token" }, 400, "invalid_request"],
    ["an unknown one", { grant_type: "refresh_token", refresh_token: "x" }, 400, "invalid_grant"],
  ])("B: POST /token with %s is an RFC 6749 error", async (_, fields, status, error) => {
    await using stage = await raise();
    const answer = await stage.app.form("/token", fields);
    expect(answer.status).toBe(status);
    expect(members(answer)).toMatchObject({ error, error_description: expect.any(String) });
    expect(stage.provider.tokenRequests).toEqual([]);
  });

  it("B: POST /token says 503 and Retry-After while the provider is down", async () => {
    const { stage: held, handle } = await rotating();
    await using stage = held;
    stage.provider.script((response) => response.writeHead(500).end());
    const answer = await stage.app.form("/token", { grant_type: "refresh_token", refresh_token: handle });
    expect(answer).toMatchObject({ status: 503, headers: { "retry-after": expect.any(String) } });
    expect(members(answer)).toMatchObject({ error: "temporarily_unavailable" });
  });

  it("B: POST /revoke ends the grant here and at the provider, and is 200 for what is unknown", async () => {
    const { stage: held, handle } = await rotating();
    await using stage = held;
    expect(await stage.app.form("/revoke", { token: "nobody's" })).toMatchObject({ status: 200 });
    expect(await stage.app.form("/revoke", { token: handle })).toMatchObject({ status: 200 });
    expect(stage.provider.revocations).toHaveLength(1);
    expect(await stage.app.refresh(handle)).toMatchObject({ status: 401 });
    expect(refreshesOf(stage)).toEqual([]);
  });

  it("B, S6: a handle that was replaced revokes its whole grant", async () => {
    const { stage: held, handle } = await rotating();
    await using stage = held;
    const next = handleOf(members(await stage.app.refresh(handle)));
    await stage.app.form("/revoke", { token: handle });
    expect(await stage.app.refresh(next)).toMatchObject({ status: 401 });
  });
});

/** A refresh token as the provider itself hands it out, as a client from before Willcall holds it. */
async function rawToken({ provider }: Stage): Promise<string> {
  const code = provider.authorize(`${provider.origin}/authorize?redirect_uri=https://old.example/`);
  const answer = await fetch(`${provider.origin}/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code,
      redirect_uri: "https://old.example/",
      client_secret: "top-secret",
    }),
  });
  return handleOf(members({ text: await answer.text() }));
}
