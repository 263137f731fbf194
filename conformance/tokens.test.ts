import { describe, expect, it } from "vitest";
import { members } from "./support/http.ts";
import { type Launched, type Stage, raise } from "./support/stage.ts";

/** A stage whose provider answers an exchange with these members, besides or instead of the usual ones. */
const answering = (tokens: Record<string, unknown>, registration = {}): Promise<Stage> =>
  raise({ provider: { tokens }, registration });

/** A login up to the provider's door, with the parameters it was sent there with. */
async function asked(stage: Stage): Promise<Launched & { parameters: Record<string, string> }> {
  const launched = await stage.launch();
  const { searchParams } = new URL(launched.authorizationUrl);
  return { ...launched, parameters: Object.fromEntries(searchParams) };
}

describe("the token object", () => {
  it("A6, S10: is the provider's own, member by member, but for expires_in and the refresh token", async () => {
    const tokens = {
      access_token: "CiQx.y~z",
      token_type: "bearer",
      expires_in: 1800,
      id_token: "a.b.c",
      scope: "crm.read  crm.write",
      hub_id: 62515,
      nested: { list: [1, { deep: null }], "": false },
      "emoji 🙂": "\u2028</script>",
    };
    await using stage = await answering(tokens);
    const got = await stage.logIn();
    const { refresh_token, expires_in, ...rest } = got;
    const { expires_in: _, ...sent } = tokens;
    expect(rest).toEqual(sent);
    expect(expires_in).toBeGreaterThan(1795);
    expect(expires_in).toBeLessThanOrEqual(1800);
    expect(refresh_token).toMatch(/^wcr1\.[A-Za-z0-9_-]+$/);
    expect(Object.keys(got)).toEqual([
      "access_token",
      "token_type",
      "expires_in",
      "refresh_token",
      "scope",
      "id_token",
      "hub_id",
      "nested",
      "emoji 🙂",
    ]);
  });

  it("A6: comes as application/json, not to be stored", async () => {
    await using stage = await raise();
    const { finish, readKey } = await stage.launch();
    await finish();
    const { headers } = await stage.app.poll(readKey);
    expect(headers).toMatchObject({ "content-type": "application/json", "cache-control": "no-store" });
  });

  it("A6: keeps token_type in the case that the provider wrote", async () => {
    for (const token_type of ["bearer", "Bearer", "BEARER"]) {
      await using stage = await answering({ token_type });
      expect(await stage.logIn()).toMatchObject({ token_type });
    }
  });

  it("A6: makes a numeric string in expires_in a number", async () => {
    await using stage = await answering({ expires_in: "3600" });
    expect((await stage.logIn())["expires_in"]).toBeTypeOf("number");
  });

  it("A6: says in expires_in what remains when the app picks up", async () => {
    await using stage = await answering({ expires_in: 3600 });
    const { finish, readKey } = await stage.launch();
    await finish();
    stage.broker.advance?.(100_000);
    const { expires_in } = members(await stage.app.poll(readKey));
    expect(expires_in).toBeGreaterThanOrEqual(3490);
    expect(expires_in).toBeLessThanOrEqual(3500);
  });

  it("A6: replaces every refresh token that the definition names, at any depth", async () => {
    const registration = { token_answer: { refresh_tokens: ["authed_user.refresh_token"] } };
    const authed_user = { id: "U1", refresh_token: "PROVIDERS-OWN", access_token: "user-access" };
    await using stage = await answering({ authed_user }, registration);
    const got = await stage.logIn();
    expect(got["authed_user"]).toMatchObject({ id: "U1", access_token: "user-access" });
    expect(JSON.stringify(got)).not.toContain("PROVIDERS-OWN");
    expect(JSON.stringify(got["authed_user"])).toContain('"refresh_token":"wcr1.');
  });

  it("A6: has no refresh token where the provider gave none", async () => {
    await using stage = await answering({ refresh_token: undefined });
    expect(await stage.logIn()).not.toHaveProperty("refresh_token");
  });

  it("A6: holds the provider's own refresh token where the operator says refresh: raw", async () => {
    await using stage = await raise({ app: { refresh: "raw" } });
    expect(await stage.logIn()).toMatchObject({ refresh_token: expect.stringMatching(/^refresh-/) });
  });

  it("A15: has no expires_in where the provider gave none", async () => {
    await using stage = await answering({ expires_in: undefined });
    expect(await stage.logIn()).not.toHaveProperty("expires_in");
  });

  it("A15: keeps an expires_in that means nothing as it came", async () => {
    for (const expires_in of [null, 0, -5, "soon"]) {
      await using stage = await answering({ expires_in });
      expect(await stage.logIn()).toMatchObject({ expires_in });
    }
  });
});

describe("the authorization request", () => {
  it("A16: has no Google-only parameter for a provider that is not Google", async () => {
    await using stage = await raise();
    const { parameters } = await asked(stage);
    expect(Object.keys(parameters).sort()).toEqual([
      "client_id",
      "code_challenge",
      "code_challenge_method",
      "redirect_uri",
      "response_type",
      "scope",
      "state",
    ]);
  });

  it("A16: has what the definition says, where it says so", async () => {
    await using stage = await raise({
      registration: { authorization: { parameters: { access_type: "offline", prompt: "consent" } } },
    });
    const { parameters } = await asked(stage);
    expect(parameters).toMatchObject({ access_type: "offline", prompt: "consent" });
  });

  it("S4: carries a PKCE challenge and a short state, and never the client secret", async () => {
    await using stage = await raise();
    const { parameters, authorizationUrl } = await asked(stage);
    expect(parameters["code_challenge"]).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(parameters["code_challenge_method"]).toBe("S256");
    expect(parameters["state"]).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(authorizationUrl).not.toContain("top-secret");
  });

  it("S4: the secret, the code and the verifier go out in a POST body alone", async () => {
    await using stage = await raise();
    await stage.logIn();
    const [request] = stage.provider.tokenRequests;
    expect(request).toMatchObject({ method: "POST", url: "/token", headers: { accept: "application/json" } });
    expect(request?.form.get("client_secret")).toBe("top-secret");
    expect(request?.form.get("code_verifier")).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });
});
