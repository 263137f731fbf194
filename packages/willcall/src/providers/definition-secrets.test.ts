import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileAnswer } from "./answer.ts";
import { definitionSchema } from "./definition.ts";

const plain = {
  authorization_endpoint: "https://a.example/authorize",
  token_endpoint: "https://a.example/token",
};

/** The mistakes of a definition, as "path: message". */
function mistakes(facts: object): string[] {
  const { error } = definitionSchema.safeParse({ ...plain, ...facts });
  return error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];
}

const advice = "name what else is needed, member by member";

describe("what a definition keeps", () => {
  it("may be any member that holds no token", () => {
    expect(mistakes({ token_answer: { keep: ["instance_url", "team.id", "data.user"] } })).toEqual([]);
    expect(mistakes({ token_answer: { root: "body", keep: ["body.userid"] } })).toEqual([]);
    expect(mistakes({ token_answer: { keep: ["refresh_token_expires_in", "refresh"] } })).toEqual([]);
  });

  it.each(["access_token", "refresh_token", "id_token"])("is not the %s itself", (name) => {
    expect(mistakes({ token_answer: { keep: ["scope", name] } })).toEqual([
      `token_answer.keep.1: is a secret: ${advice}`,
    ]);
  });

  it("is nothing that stands above a token", () => {
    expect(mistakes({ token_answer: { root: "body.tokens", keep: ["body"] } })).toEqual([
      `token_answer.keep.0: holds \`body.tokens.access_token\`, which is a secret: ${advice}`,
    ]);
    const members = { access_token: "token", refresh_token: ["authed_user.refresh", "refresh"] };
    expect(mistakes({ token_answer: { members, keep: ["authed_user", "refresh"] } })).toEqual([
      `token_answer.keep.0: holds \`authed_user.refresh\`, which is a secret: ${advice}`,
      `token_answer.keep.1: is a secret: ${advice}`,
    ]);
  });

  it("is no further refresh token of the answer, nor what holds one", () => {
    const refresh_tokens = ["authed_user.renewal"];
    expect(mistakes({ token_answer: { refresh_tokens, keep: ["authed_user"] } })).toEqual([
      `token_answer.keep.0: holds \`authed_user.renewal\`, which is a secret: ${advice}`,
    ]);
    expect(mistakes({ token_answer: { refresh_tokens, keep: ["authed_user.id"] } })).toEqual([]);
  });

  it.each(["authed_user.refresh_token", "client.client_secret"])(
    "is not %s, a secret wherever it stands",
    (path) => {
      expect(mistakes({ token_answer: { keep: [path] } })).toEqual([
        `token_answer.keep.0: is a secret: ${advice}`,
      ]);
    },
  );

  it("is looked at in the answers of refreshes and follow-up calls too", () => {
    const call = { endpoint: "https://a.example/more", authentication: "bearer" };
    expect(
      mistakes({
        refresh: { answer: { keep: ["refresh_token"] } },
        follow_ups: [
          { ...call, name: "second", purpose: "token", answer: { root: "data", keep: ["data"] } },
          { ...call, name: "who", purpose: "lookup", keep: { id: "0.id", more: ["id", "0.refresh_token"] } },
        ],
      }),
    ).toEqual([
      `refresh.answer.keep.0: is a secret: ${advice}`,
      `follow_ups.0.answer.keep.0: holds \`data.access_token\`, which is a secret: ${advice}`,
      `follow_ups.1.keep.more: is a secret: ${advice}`,
    ]);
  });

  it("never lets a refresh token out of an answer that the definition describes (promise S6)", () => {
    const name = fc.constantFrom("a", "b", "user", "refresh_token", "renewal");
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("."));
    fc.assert(
      fc.property(path, path, (refresh, kept) => {
        const rules = { members: { access_token: "token", refresh_token: refresh }, keep: [kept] };
        fc.pre(definitionSchema.safeParse({ ...plain, token_answer: rules }).success);
        const nested = refresh
          .split(".")
          .reduceRight<object | string>((inner, key) => ({ [key]: inner }), "CANARY");
        const answer = JSON.stringify(Object.assign({ token: "t" }, nested));
        const result = compileAnswer(rules, " ")(200, answer, "exchange", 0);
        expect(result.ok && JSON.stringify(result.tokens.extra)).not.toContain("CANARY");
      }),
    );
  });
});
