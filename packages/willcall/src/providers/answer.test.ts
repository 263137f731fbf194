import { describe, expect, it } from "vitest";
import { type AnswerRules, compileAnswer } from "./answer.ts";
import type { Phase } from "./errors.ts";
import type { TokenResult } from "./provider.ts";

const NOW = Date.UTC(2026, 0, 1);

function read(body: unknown, rules: AnswerRules = {}, status = 200, phase: Phase = "exchange"): TokenResult {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return compileAnswer(rules, " ")(status, text, phase, NOW);
}

function tokensOf(body: unknown, rules?: AnswerRules) {
  const result = read(body, rules);
  return result.ok ? result.tokens : result.failure;
}

describe("a token answer", () => {
  it("is kept as it came, beside what it means", () => {
    const body = {
      access_token: "a",
      token_type: "Bearer",
      expires_in: 3600,
      refresh_token: "r",
      scope: "x y",
      id_token: "i",
      more: { deep: [1] },
    };
    expect(read(body)).toEqual({
      ok: true,
      tokens: {
        verbatim: body,
        access_token: "a",
        token_type: "Bearer",
        expiresAt: NOW + 3_600_000,
        refresh_token: "r",
        scope: "x y",
        id_token: "i",
        extra: {},
        refreshTokenPaths: [["refresh_token"]],
      },
    });
  });

  it("may say as little as an access token", () => {
    expect(tokensOf({ access_token: "a" })).toEqual({
      verbatim: { access_token: "a" },
      access_token: "a",
      token_type: "bearer",
      extra: {},
      refreshTokenPaths: [],
    });
  });

  it("is read as JSON under any header, and as a form when it is one", () => {
    expect(tokensOf('  {"access_token":"a"}')).toMatchObject({ access_token: "a" });
    expect(tokensOf("access_token=a&scope=x%20y&token_type=bearer")).toMatchObject({
      access_token: "a",
      scope: "x y",
    });
    expect(tokensOf("<r><access_token>a</access_token></r>", { format: "xml" })).toMatchObject({
      access_token: "a",
    });
  });

  it("may come with status 201", () => {
    expect(read({ access_token: "a" }, {}, 201)).toMatchObject({ ok: true });
  });

  it.each([
    ["60", NOW + 60_000],
    [60.5, NOW + 60_500],
    [0, undefined],
    ["0", undefined],
    [-5, undefined],
    [null, undefined],
    ["soon", undefined],
    [true, undefined],
    [1e300, undefined],
    [[60], undefined],
  ])("with expires_in %j ends at %j", (expires_in, expiresAt) => {
    const tokens = tokensOf({ access_token: "a", expires_in });
    expect("expiresAt" in tokens ? tokens.expiresAt : undefined).toBe(expiresAt);
  });

  it("may have lifetimes in milliseconds, or ends instead of lifetimes", () => {
    const rules: AnswerRules = {
      members: { expires_at: "until", refresh_token_expires_at: "refresh_until" },
    };
    expect(
      tokensOf({ access_token: "a", expires_in: 5000 }, { expires_in_unit: "milliseconds" }),
    ).toMatchObject({
      expiresAt: NOW + 5000,
    });
    for (const until of [NOW / 1000 + 60, String(NOW / 1000 + 60), NOW + 60_000, "2026-01-01T00:01:00Z"]) {
      expect(tokensOf({ access_token: "a", until }, rules)).toMatchObject({ expiresAt: NOW + 60_000 });
    }
    expect(tokensOf({ access_token: "a", refresh_token_expires_in: 60 })).toMatchObject({
      refreshExpiresAt: NOW + 60_000,
    });
  });

  it("may list its scopes, or separate them otherwise", () => {
    expect(tokensOf({ access_token: "a", scope: ["x", "y", 3] })).toMatchObject({ scope: "x y" });
    expect(tokensOf({ access_token: "a", scope: "x, y" }, { scope_separator: "," })).toMatchObject({
      scope: "x y",
    });
  });

  it("may hide everything under another name", () => {
    const body = {
      ok: true,
      authed_user: { token: "a", again: "r" },
      team: { id: "T1" },
      bot: { refresh_token: "r2" },
    };
    const rules: AnswerRules = {
      success: { member: "ok", equals: [true] },
      members: { access_token: ["access_token", "authed_user.token"], refresh_token: "authed_user.again" },
      refresh_tokens: ["bot.refresh_token", "absent.refresh_token"],
      keep: ["team.id", "enterprise.id"],
    };
    expect(tokensOf(body, rules)).toMatchObject({
      access_token: "a",
      refresh_token: "r",
      extra: { "team.id": "T1" },
      refreshTokenPaths: [
        ["authed_user", "again"],
        ["bot", "refresh_token"],
      ],
    });
  });

  it("may be kept whole, but for tokens and what they are told by", () => {
    const body = {
      access_token: "a",
      token_type: "bearer",
      expires_in: 60,
      scope: "x",
      refresh_token: "r",
      id_token: "i",
      user_id: 7,
      "instance.url": "https://a.example",
      nothing: null,
      tenants: [{ id: 1 }],
      clientSecret: "s",
      bot: { bot_access_token: "b" },
    };
    expect(tokensOf(body, { keep: ["*"] })).toHaveProperty("extra", {
      user_id: 7,
      "instance.url": "https://a.example",
      tenants: [{ id: 1 }],
    });
  });

  it("may have no refresh token in many words", () => {
    for (const refresh_token of [null, "", 0, false, {}]) {
      const tokens = tokensOf({ access_token: "a", refresh_token });
      expect(tokens).toMatchObject({ access_token: "a", refreshTokenPaths: [] });
      expect(tokens).not.toHaveProperty("refresh_token");
    }
  });
});

describe("a bad answer", () => {
  it.each([
    "",
    "<html>fine</html>",
    "null",
    "[]",
    '"x"',
    "42",
    "true",
    "{",
    '{"access_token":"a"',
    "{}",
    '{"access_token":1}',
    '{"access_token":""}',
    '{"access_token":null}',
    '{"access_token":["a"]}',
    '{"access_token":"a\\nb"}',
    '{"__proto__":{"access_token":"a"}}',
    '{"access_token":{"toString":"a"}}',
    "[".repeat(60_000),
  ])("is one: %j", (body) => {
    expect(read(body)).toEqual({
      ok: false,
      failure: { error: "server_error", reason: "bad_answer", retryable: false, status: 200 },
    });
  });

  it.each([
    [{ error: "invalid_grant" }, {}, "code_rejected"],
    [{ error: "invalid_client", access_token: "a" }, {}, "misconfigured"],
    [
      { ok: false, error: "invalid_code" },
      { success: { member: "ok", equals: [true] }, errors: { invalid_code: "invalid_grant" } },
      "code_rejected",
    ],
    [{ errcode: 40029 }, { error: "errcode", errors: { 40029: "invalid_grant" } }, "code_rejected"],
    [
      { status: 503, body: {} },
      { success: { member: "status", equals: [0] }, error: "status", errors: { 503: "invalid_grant" } },
      "code_rejected",
    ],
    [{ error: { code: 190 } }, { error: "error.code", errors: { 190: "invalid_grant" } }, "code_rejected"],
    [{ error: { code: 7 } }, {}, "bad_answer"],
    [{ error: true }, {}, "bad_answer"],
    ["error=bad_verification_code", { errors: { bad_verification_code: "invalid_grant" } }, "code_rejected"],
  ] satisfies [unknown, AnswerRules, string][])("may come in a 200: %j", (body, rules, reason) => {
    expect(read(body, rules)).toMatchObject({ ok: false, failure: { reason } });
  });

  it("is told by the first member whose word is known, where a definition names several", () => {
    const rules = {
      success: { member: "status", equals: [0] },
      error: ["error", "status"],
      errors: { "invalid code": "invalid_grant", 601: "slow_down" },
    } satisfies AnswerRules;
    const reasonOf = (body: unknown) => read(body, rules);
    expect(reasonOf({ status: 503, error: "invalid code" })).toMatchObject({
      failure: { reason: "code_rejected" },
    });
    expect(reasonOf({ status: 601, error: "words of its own" })).toMatchObject({
      failure: { reason: "rate_limited" },
    });
    expect(reasonOf({ status: 503, error: "words of its own" })).toMatchObject({
      failure: { reason: "bad_answer" },
    });
  });

  it("is no error where an error member says that there is none", () => {
    for (const error of [null, "", 0, false])
      expect(read({ access_token: "a", error })).toMatchObject({ ok: true });
    expect(read({ access_token: "a", errcode: 0 }, { error: "errcode" })).toMatchObject({ ok: true });
  });

  it.each([
    [400, "invalid_grant", "exchange", "invalid_grant", "code_rejected", true],
    [400, "invalid_grant", "refresh", "invalid_grant", "dead_token", false],
    [401, "invalid_token", "refresh", "invalid_grant", "dead_token", false],
    [401, "invalid_client", "exchange", "invalid_client", "misconfigured", false],
    [400, "invalid_scope", "exchange", "invalid_scope", "misconfigured", false],
    [400, "invalid_request", "exchange", "server_error", "misconfigured", false],
    [403, "", "refresh", "invalid_client", "misconfigured", false],
    [404, "", "exchange", "server_error", "misconfigured", false],
    [418, "", "exchange", "server_error", "bad_answer", false],
    [429, "invalid_grant", "refresh", "temporarily_unavailable", "rate_limited", true],
    [500, "invalid_grant", "refresh", "temporarily_unavailable", "provider_down", true],
    [503, "", "exchange", "temporarily_unavailable", "provider_down", true],
    [204, "", "exchange", "server_error", "bad_answer", false],
    [999, "", "exchange", "temporarily_unavailable", "provider_down", true],
  ] as const)(
    "with status %i and %j in a %s comes to %s",
    (status, word, phase, error, reason, retryable) => {
      const result = read({ error: word, error_description: "words" }, {}, status, phase);
      expect(result).toEqual({ ok: false, failure: { error, reason, retryable, status } });
    },
  );

  it("is never repeated in a provider's words", () => {
    const body = { error: "<script>alert(1)</script>", error_description: "CANARY", access_token: "CANARY" };
    expect(JSON.stringify(read(body, {}, 400))).not.toMatch(/script|CANARY/);
  });
});
