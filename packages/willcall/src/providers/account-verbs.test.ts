import { describe, expect, it } from "vitest";
import type { Definition } from "./definition.ts";
import type { TokenAnswer } from "./provider.ts";
import { endpoints, json, world, providerWith, exchangeInput, context } from "./testing/world.ts";

/** Tokens as an exchange brings them. */
const tokens = async (answer: unknown): Promise<TokenAnswer> => {
  const { client } = world({ [endpoints.token_endpoint]: [json(answer)] });
  const result = await client.exchange(providerWith(endpoints), exchangeInput);
  if (!result.ok) throw new Error(result.failure.reason);
  return result.tokens;
};

describe("the owner of an account", () => {
  it("is read from where the definition says", async () => {
    const claims = Buffer.from('{"sub":"7","email":"a@b.example"}').toString("base64url");
    const given = await tokens({
      access_token: "a",
      id_token: `x.${claims}.y`,
      team: { id: "T1", name: "Team" },
    });
    const { client, calls } = world({
      "https://as.example/me": [json({ user: { id: 7, login: "octocat" } })],
    });
    const identify = (identity: NonNullable<Definition["identity"]>) =>
      client.identify(providerWith({ ...endpoints, identity }), given, context);
    expect(await identify({ from: "id_token", id: "sub", label: ["email", "name"] })).toEqual({
      ok: true,
      identity: { id: "7", label: "a@b.example" },
    });
    expect(await identify({ from: "token_answer", id: "team.id", label: "team.name" })).toEqual({
      ok: true,
      identity: { id: "T1", label: "Team" },
    });
    expect(
      await identify({
        from: "endpoint",
        endpoint: "https://as.example/me",
        id: "user.id",
        label: "user.login",
      }),
    ).toEqual({ ok: true, identity: { id: "7", label: "octocat" } });
    expect(calls[0]).toMatchObject({ method: "GET", headers: { authorization: "Bearer a" } });
  });

  it("is nobody where there is nothing, and a failure where the provider fails", async () => {
    const given = await tokens({ access_token: "a" });
    const { client } = world({ "https://as.example/me": [json({}, 500)] });
    expect(await client.identify(providerWith(endpoints), given, context)).toEqual({
      ok: true,
      identity: {},
    });
    const identity = { from: "endpoint", endpoint: "https://as.example/me", id: "id" } as const;
    expect(await client.identify(providerWith({ ...endpoints, identity }), given, context)).toMatchObject({
      ok: false,
      failure: { reason: "provider_down" },
    });
  });
});

describe("introspection", () => {
  const provider = providerWith({ ...endpoints, introspection_endpoint: "https://as.example/introspect" });

  it.each([
    [json({ active: true }), "active"],
    [json({ active: false }), "inactive"],
    [json({ active: "yes" }), { reason: "bad_answer" }],
    [json({ error: "invalid_client" }, 401), { reason: "misconfigured" }],
  ])("says whether a token is good (%#)", async (answer, outcome) => {
    const { client } = world({ "https://as.example/introspect": [answer] });
    const result = await client.introspect(provider, "t", "access_token", context);
    expect([result]).toMatchObject([outcome]);
  });

  it("is unsupported without an endpoint", async () => {
    const { client } = world({});
    expect(await client.introspect(providerWith(endpoints), "t", "access_token", context)).toBe(
      "unsupported",
    );
  });
});
