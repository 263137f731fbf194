import { describe, expect, it } from "vitest";
import { PLUGIN } from "./support/app.ts";
import { holding } from "./support/holding.ts";
import { type Answer, members, send } from "./support/http.ts";
import { CALLBACK, DEVICE_GRANT, type Fields, OAuthApp } from "./support/oauth-app.ts";
import { type Stage, type StageOptions, raise, registered } from "./support/stage.ts";
import { dial } from "./support/raw.ts";
import { eventNames } from "./support/target.ts";
import { UserAgent } from "./support/user-agent.ts";

const ELSEWHERE = "https://fieldnotes.example/callback?from=willcall";
const SCHEME = "vscode://fieldnotes.notes/callback";
const redirectUris = [
  "http://127.0.0.1/callback",
  "http://[::1]/callback",
  ELSEWHERE,
  SCHEME,
  "obsidian://fieldnotes",
  "http://localhost/callback/local",
];

/** A stage whose root app, and a second app `other`, speak the code dialect. */
const raiseWithCodes = ({ app, ...options }: StageOptions = {}): Promise<Stage> =>
  raise({
    app: { redirectUris, scope: ["read", "write"], ...app },
    configuration: (provider) => ({
      providers: { meadow: { ...registered(provider), ...options.registration } },
      apps: {
        "": {
          title: "Fieldnotes",
          provider: "meadow",
          scope: ["read", "write"],
          origins: ["framer:abc123"],
          redirectUris,
          ...app,
        },
        other: { title: "Other", provider: "meadow", scope: ["read"], redirectUris },
      },
    }),
    ...options,
  });

const appOf = ({ broker }: Stage, redirectUri = CALLBACK): OAuthApp =>
  new OAuthApp(broker.base, { redirectUri });
const otherOf = ({ broker }: Stage): OAuthApp => new OAuthApp(`${broker.base}/other`, { clientId: "other" });

/** Expects an RFC 6749 §5.2 error, not to be cached. */
function expectError(answer: Answer, error: string, status = 400): void {
  expect(answer).toMatchObject({
    status,
    headers: { "cache-control": "no-store", "content-type": "application/json" },
  });
  expect(members(answer)).toMatchObject({ error, error_description: expect.any(String) });
}

describe("a login by redirect", () => {
  it("S11, D: a reload while the code is exchanged waits for it, and goes back to the app as well", async () => {
    await using stage = await raiseWithCodes();
    const app = appOf(stage);
    const { callback, finish } = await app.depart(stage);
    const { script, asked, release } = holding();
    stage.provider.script(script);
    const url = callback();
    const first = finish(url);
    await asked;
    const second = finish(url);
    release();
    expect((await second).get("code")).toBe((await first).get("code"));
    expect((await second).get("state")).toBe("the app's state");
    expect(stage.provider.tokenRequests).toHaveLength(1);
  });

  it("D1: goes to the provider and comes back with code, state and iss", async () => {
    await using stage = await raiseWithCodes();
    const app = appOf(stage);
    const { finish, authorizationUrl } = await app.depart(stage);
    expect(Object.fromEntries(new URL(authorizationUrl).searchParams)).toMatchObject({
      response_type: "code",
      client_id: "client",
      redirect_uri: `${stage.broker.base}/redirect`,
      scope: "read write",
      code_challenge_method: "S256",
    });
    const back = await finish();
    expect(Object.fromEntries(back)).toEqual({
      code: expect.stringMatching(/^[\w-]{52}$/),
      state: "the app's state",
      iss: stage.broker.base,
    });
  });

  it("D6: a code becomes tokens, spelt as the RFC says, that nobody may cache", async () => {
    await using stage = await raiseWithCodes();
    const app = appOf(stage);
    const answer = await app.redeem(await app.code(stage));
    expect(answer).toMatchObject({
      status: 200,
      headers: { "content-type": "application/json", "cache-control": "no-store", pragma: "no-cache" },
    });
    expect(members(answer)).toEqual({
      access_token: expect.stringMatching(/^access-/),
      token_type: "bearer",
      expires_in: expect.any(Number),
      refresh_token: expect.stringMatching(/^wcr1\./),
      scope: "read",
      provider: "meadow",
    });
  });

  it("D6: says which scope was given where the provider does not", async () => {
    await using stage = await raiseWithCodes({ provider: { tokens: { scope: undefined } } });
    expect(await appOf(stage).logIn(stage, { scope: "write offline_access" })).toMatchObject({
      scope: "write",
    });
  });

  it("D6: the provider's ID token has a name of its own, for it is not from this issuer to this client", async () => {
    await using stage = await raiseWithCodes({ provider: { tokens: { id_token: "e30.e30.AA" } } });
    const tokens = await appOf(stage).logIn(stage);
    expect(tokens).toMatchObject({ provider_id_token: "e30.e30.AA" });
    expect(tokens).not.toHaveProperty("id_token");
  });

  it("D1: without a state none comes back", async () => {
    await using stage = await raiseWithCodes();
    const { finish } = await appOf(stage).depart(stage, { state: undefined });
    expect([...(await finish()).keys()].sort()).toEqual(["code", "iss"]);
  });

  it("D5: a loopback redirect may have any port, a registered query is kept, a scheme of the app's own is fine", async () => {
    await using stage = await raiseWithCodes();
    for (const redirectUri of [
      "http://127.0.0.1:1024/callback",
      "http://[::1]:65535/callback",
      "http://localhost:3000/callback/local",
      ELSEWHERE,
      SCHEME,
    ]) {
      const app = appOf(stage, redirectUri);
      const browser = new UserAgent();
      const { callback } = await app.depart(stage, {}, browser);
      const page = await browser.open(callback(), { until: (url) => !url.startsWith(stage.broker.base) });
      expect(page.status).toBe(303);
      expect(page.location?.startsWith(redirectUri)).toBe(true);
      const code = new URL(page.location ?? "").searchParams.get("code") ?? "";
      expect(await app.redeem(code)).toMatchObject({ status: 200 });
    }
  });

  it("D11: scope, within what the app may ask for; offline_access is understood", async () => {
    await using stage = await raiseWithCodes();
    const asked = async (scope: string): Promise<string | null> => {
      const { authorizationUrl } = await appOf(stage).depart(stage, { scope });
      return new URL(authorizationUrl).searchParams.get("scope");
    };
    expect(await asked("read")).toBe("read");
    expect(await asked("read offline_access")).toBe("read");
    expect(await asked("offline_access")).toBe("read write");
    expect(await asked("")).toBe("read write");
  });

  it("D1: parameters that nobody here knows are ignored", async () => {
    await using stage = await raiseWithCodes();
    const unknown = { nonce: "n", prompt: "consent", display: "popup", response_mode: "query" };
    expect(await appOf(stage).code(stage, unknown)).not.toBe("");
  });

  it("S5: the login is finished in the browser that launched it", async () => {
    await using stage = await raiseWithCodes();
    const { callback } = await appOf(stage).depart(stage);
    const page = await new UserAgent().open(callback());
    expect(page).toMatchObject({ status: 400, location: undefined });
    expect(stage.provider.tokenRequests).toEqual([]);
  });

  it("S3: a foreign state is refused, and nothing is sent", async () => {
    await using stage = await raiseWithCodes();
    const { callback, browser, finish } = await appOf(stage).depart(stage);
    const page = await browser.open(callback({ code: "x", state: "A".repeat(43) }));
    expect(page).toMatchObject({ status: 400, location: undefined });
    expect(stage.provider.tokenRequests).toEqual([]);
    expect((await finish()).get("code")).toMatch(/./);
  });

  it("S5: in a frame, or fetched ahead, it asks first and sends nobody on", async () => {
    await using stage = await raiseWithCodes();
    for (const headers of [{ "sec-fetch-dest": "iframe" }, { "sec-purpose": "prefetch" }]) {
      const page = await new UserAgent().open(appOf(stage).authorizeUrl(), { headers });
      expect(page).toMatchObject({
        status: 200,
        location: undefined,
        headers: { "x-frame-options": "DENY" },
      });
      expect(page.forms[0]?.buttons.map(({ value }) => value)).toEqual(["cancel", "continue"]);
    }
  });

  it("S5: with confirm: always it asks every time; Cancel goes back as access_denied", async () => {
    await using stage = await raiseWithCodes({ app: { confirm: "always" } });
    const browser = new UserAgent();
    const page = await browser.open(appOf(stage).authorizeUrl());
    expect(page.heading).toContain("Meadow");
    const { onward = "" } = await browser.press(page, "cancel");
    expect(Object.fromEntries(new URL(onward).searchParams)).toEqual({
      error: "access_denied",
      state: "the app's state",
      iss: stage.broker.base,
    });
  });
});

describe("an authorization request that is wrong", () => {
  it.each<[string, Fields]>([
    ["no client_id", { client_id: undefined }],
    ["another app's client_id", { client_id: "other" }],
    ["no redirect_uri", { redirect_uri: undefined }],
    ["another path", { redirect_uri: "http://127.0.0.1:49152/callback/more" }],
    ["another query", { redirect_uri: `${CALLBACK}?x=1` }],
    ["a fragment", { redirect_uri: `${CALLBACK}#x` }],
    ["localhost for 127.0.0.1", { redirect_uri: "http://localhost:49152/callback" }],
    ["https for http", { redirect_uri: "https://127.0.0.1:49152/callback" }],
    ["another host behind a user", { redirect_uri: "http://127.0.0.1:1@evil.example/callback" }],
    ["another host by its end", { redirect_uri: "http://127.0.0.1.evil.example/callback" }],
    ["a port on https", { redirect_uri: "https://fieldnotes.example:8443/callback?from=willcall" }],
    ["another case", { redirect_uri: "HTTP://127.0.0.1:49152/callback" }],
    ["a path that leads out and back", { redirect_uri: "http://127.0.0.1:49152/x/../callback" }],
    ["a script", { redirect_uri: "javascript:alert(1)" }],
    ["another scheme of the same app", { redirect_uri: "vscode-insiders://fieldnotes.notes/callback" }],
  ])("D2: %s is an error page, never a redirect", async (_, fields) => {
    await using stage = await raiseWithCodes();
    const page = await appOf(stage).authorize(fields);
    expect(page).toMatchObject({ status: 400, location: undefined, onward: undefined });
    expect(page.headers["content-type"]).toContain("text/html");
    expect(page.text).not.toContain("evil.example");
  });

  it("D2: two client_ids, or two redirect URIs, are an error page", async () => {
    await using stage = await raiseWithCodes();
    for (const more of ["client_id=root", `redirect_uri=${encodeURIComponent(CALLBACK)}`]) {
      const page = await new UserAgent().open(`${appOf(stage).authorizeUrl()}&${more}`);
      expect(page).toMatchObject({ status: 400, location: undefined });
    }
  });

  it.each<[string, Fields, string]>([
    ["no response_type", { response_type: undefined }, "invalid_request"],
    ["an empty response_type", { response_type: "" }, "invalid_request"],
    ["response_type=token", { response_type: "token" }, "unsupported_response_type"],
    ["response_type=code id_token", { response_type: "code id_token" }, "unsupported_response_type"],
    ["response_mode=fragment", { response_mode: "fragment" }, "invalid_request"],
    ["no challenge", { code_challenge: undefined, code_challenge_method: undefined }, "invalid_request"],
    ["no challenge method, which is plain", { code_challenge_method: undefined }, "invalid_request"],
    ["a plain challenge", { code_challenge_method: "plain" }, "invalid_request"],
    ["a challenge that is no SHA-256", { code_challenge: "a".repeat(42) }, "invalid_request"],
    ["a scope beyond the app's", { scope: "read admin" }, "invalid_scope"],
    ["a provider that is not the app's", { provider: "elsewhere" }, "invalid_request"],
  ])("D3, D4: %s goes back to the client", async (_, fields, error) => {
    await using stage = await raiseWithCodes();
    const { location, status } = await appOf(stage).authorize(fields);
    expect(status).toBe(303);
    expect(location?.startsWith(`${CALLBACK}?`)).toBe(true);
    expect(Object.fromEntries(new URL(location ?? "").searchParams)).toEqual({
      error,
      error_description: expect.any(String),
      state: "the app's state",
      iss: stage.broker.base,
    });
    expect(stage.provider.visits).toEqual([]);
  });

  it("D3: a parameter that is there twice goes back; a doubtful state does not", async () => {
    await using stage = await raiseWithCodes();
    for (const [more, state] of [
      ["scope=read&scope=read", "the app's state"],
      ["state=another", null],
      ["code_challenge=another", "the app's state"],
    ] as const) {
      const page = await new UserAgent().open(`${appOf(stage).authorizeUrl()}&${more}`, {
        until: () => true,
      });
      const { searchParams } = new URL(page.location ?? "");
      expect(searchParams.get("error")).toBe("invalid_request");
      expect(searchParams.get("state")).toBe(state);
    }
  });

  it.each([
    ["more than 512 characters", "s".repeat(513)],
    ["characters that fill a cookie", "\u0001".repeat(512)],
  ])("D3: a state of %s goes back as it came", async (_, state) => {
    await using stage = await raiseWithCodes();
    const { searchParams } = new URL((await appOf(stage).authorize({ state })).location ?? "");
    expect(searchParams.get("error")).toBe("invalid_request");
    expect(searchParams.get("state")).toBe(state);
  });

  it("D1: a state of some 500 characters, whatever they are, comes back as it came", async () => {
    await using stage = await raiseWithCodes();
    const state = `"<>\r\n%00 +&=é`.padEnd(509, "x");
    const { finish } = await appOf(stage).depart(stage, { state });
    expect((await finish()).get("state")).toBe(state);
  });

  it("D3: what the provider answers goes back in the RFC's words, and never its text", async () => {
    await using stage = await raiseWithCodes();
    for (const [said, error] of [
      ["access_denied", "access_denied"],
      ["invalid_scope", "invalid_scope"],
      ["temporarily_unavailable", "temporarily_unavailable"],
      ["made_up", "server_error"],
    ] as const) {
      const { callback, state, finish } = await appOf(stage).depart(stage);
      const back = await finish(callback({ error: said, error_description: "<b>its text</b>", state }));
      expect(Object.fromEntries(back)).toEqual({ error, state: "the app's state", iss: stage.broker.base });
    }
    expect(stage.provider.tokenRequests).toEqual([]);
  });

  it("D3: a provider that fails in the exchange goes back as an error", async () => {
    await using stage = await raiseWithCodes();
    stage.provider.script((response) => response.writeHead(503).end());
    const { finish } = await appOf(stage).depart(stage);
    const back = await finish();
    expect(["server_error", "temporarily_unavailable"]).toContain(back.get("error"));
    expect(back.get("state")).toBe("the app's state");
  });

  it("D3: a provider that cannot even be asked goes back as an error", async () => {
    await using stage = await raiseWithCodes({
      registration: { authorization_endpoint: undefined, issuer: "http://127.0.0.1:1" },
    });
    const { location } = await appOf(stage).authorize();
    expect(location?.startsWith(CALLBACK)).toBe(true);
    expect(["server_error", "temporarily_unavailable"]).toContain(
      new URL(location ?? "").searchParams.get("error"),
    );
  });

  it("D3: more begins than an address may have go back as temporarily_unavailable", async () => {
    await using stage = await raise({
      configuration: (provider) => ({
        trustedProxies: ["127.0.0.1"],
        beginsPerMinute: 1,
        providers: { meadow: registered(provider) },
        apps: { "": { provider: "meadow", redirectUris } },
      }),
    });
    const headers = { "x-forwarded-for": "198.51.100.7" };
    const errors: (string | null)[] = [];
    for (let count = 0; count < 2; count++) {
      const navigation = { headers, until: () => true };
      const { location = "" } = await new UserAgent().open(appOf(stage).authorizeUrl(), navigation);
      errors.push(new URL(location).searchParams.get("error"));
    }
    expect(errors).toEqual([null, "temporarily_unavailable"]);
  });

  it("D1: other methods than GET are refused with Allow", async () => {
    await using stage = await raiseWithCodes();
    for (const method of ["POST", "PUT", "DELETE", "HEAD"]) {
      const answer = await send(appOf(stage).authorizeUrl(), { method });
      expect(answer).toMatchObject({ status: 405, headers: { allow: "GET" } });
    }
  });

  it("D12: no other origin's script may read the authorization endpoint", async () => {
    await using stage = await raiseWithCodes();
    const answer = await send(appOf(stage).authorizeUrl(), { headers: { origin: PLUGIN } });
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
  });
});

describe("a code", () => {
  it("D7: is good once; a second use is refused, and ends the grant of the first", async () => {
    await using stage = await raiseWithCodes();
    const app = appOf(stage);
    const code = await app.code(stage);
    const { refresh_token } = members(await app.redeem(code));
    expectError(await app.redeem(code), "invalid_grant");
    expectError(await app.refresh(refresh_token), "invalid_grant");
    expect(stage.provider.tokenRequests).toHaveLength(1);
  });

  it("D7: of twenty that use it at once, one gets the tokens, and they are worth nothing after", async () => {
    await using stage = await raiseWithCodes();
    const app = appOf(stage);
    const code = await app.code(stage);
    const answers = await Promise.all(Array.from({ length: 20 }, () => app.redeem(code)));
    const [won, ...more] = answers.filter(({ status }) => status === 200);
    expect(more).toEqual([]);
    for (const answer of answers) if (answer !== won) expectError(answer, "invalid_grant");
    expectError(await app.refresh(won && members(won)["refresh_token"]), "invalid_grant");
  });

  it("D7: is good for a minute", async () => {
    await using stage = await raiseWithCodes();
    const app = appOf(stage);
    const [early, late] = [await app.code(stage), await app.code(stage)];
    stage.broker.advance?.(50_000);
    expect(await app.redeem(early)).toMatchObject({ status: 200 });
    stage.broker.advance?.(10_000);
    expectError(await app.redeem(late), "invalid_grant");
  });

  it("D8: with a wrong verifier it is burnt, for somebody else holds it", async () => {
    await using stage = await raiseWithCodes();
    const app = appOf(stage);
    const code = await app.code(stage);
    expectError(await app.redeem(code, { code_verifier: "v".repeat(43) }), "invalid_grant");
    expectError(await app.redeem(code), "invalid_grant");
    expect(eventNames(stage.broker)).toContain("pickup.refused");
  });

  it("D8: a plain comparison of the verifier is not made", async () => {
    await using stage = await raiseWithCodes();
    const app = appOf(stage);
    const verifier = "v".repeat(43);
    const code = await app.code(stage, { code_challenge: verifier });
    expectError(await app.redeem(code, { code_verifier: verifier }), "invalid_grant");
    expect(eventNames(stage.broker)).toContain("pickup.refused");
  });

  it.each<[string, Fields, string]>([
    ["no verifier", { code_verifier: undefined }, "invalid_request"],
    ["no redirect URI", { redirect_uri: undefined }, "invalid_request"],
    ["no client_id", { client_id: undefined }, "invalid_request"],
    ["no code", { code: "" }, "invalid_request"],
    ["no grant_type", { grant_type: undefined }, "invalid_request"],
    ["an unknown grant_type", { grant_type: "password" }, "unsupported_grant_type"],
    ["another redirect URI of the app", { redirect_uri: SCHEME }, "invalid_grant"],
    ["another port", { redirect_uri: "http://127.0.0.1:49153/callback" }, "invalid_grant"],
    ["another client_id", { client_id: "other" }, "invalid_client"],
    ["a client secret", { client_secret: "guess" }, "invalid_client"],
    ["a changed code", { code: "A".repeat(52) }, "invalid_grant"],
    ["a code of 10 KB", { code: "A".repeat(10_000) }, "invalid_grant"],
  ])("D8, D9: %s is refused, and the honest client loses nothing", async (_, fields, error) => {
    await using stage = await raiseWithCodes();
    const app = appOf(stage);
    const code = await app.code(stage);
    expectError(await app.redeem(code, fields), error);
    expect(await app.redeem(code)).toMatchObject({ status: 200 });
  });

  it("D8: another app cannot use it, under its own client_id or this one's", async () => {
    await using stage = await raiseWithCodes();
    const app = appOf(stage);
    const code = await app.code(stage);
    const { verifier } = app;
    expectError(await otherOf(stage).redeem(code, { code_verifier: verifier }), "invalid_grant");
    expectError(
      await otherOf(stage).redeem(code, { code_verifier: verifier, client_id: "root" }),
      "invalid_client",
    );
    expect(await app.redeem(code)).toMatchObject({ status: 200 });
  });

  it("S2: keys of one dialect shown to another are unknown there and consume nothing", async () => {
    await using stage = await raiseWithCodes();
    const app = appOf(stage);
    const code = await app.code(stage);
    const { device_code } = members(await app.beginDevice());
    const { readKey, finish } = await stage.launch();
    await finish();
    expectError(await app.redeem(String(device_code)), "invalid_grant");
    expectError(await app.redeem(readKey), "invalid_grant");
    expectError(await app.pollDevice(code), "invalid_grant");
    expectError(await app.pollDevice(readKey), "invalid_grant");
    expect(await stage.app.poll(code)).toMatchObject({ status: 404 });
    expect(await stage.app.poll(String(device_code))).toMatchObject({ status: 404 });
    expect(await app.redeem(code)).toMatchObject({ status: 200 });
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
    expectError(await app.pollDevice(device_code), "authorization_pending");
  });

  it("S11: tokens whose connection dies before a byte of them leaves go back, and that is recorded", async () => {
    await using stage = await raiseWithCodes();
    const app = appOf(stage);
    const { readKey } = await stage.launch();
    const code = await app.code(stage);
    const body = new URLSearchParams({
      grant_type: "authorization_code",
      client_id: "root",
      redirect_uri: CALLBACK,
      code_verifier: app.verifier,
      code,
    }).toString();
    await using wire = await dial(stage.broker.base);
    // Pipelined behind an answer that is still to come, this one cannot leave.
    wire.write(`POST /poll?readKey=${readKey}&wait=25 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`);
    wire.write(
      `POST /token HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await expect.poll(() => stage.provider.tokenRequests.length).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    wire.socket.destroy();
    await expect.poll(() => eventNames(stage.broker)).toContain("pickup.put_back");
    const { refresh_token } = members(await app.redeem(code));
    expect(await app.refresh(refresh_token)).toMatchObject({ status: 200 });
  });

  it("S4: is in no log, and neither are verifier, state and tokens", async () => {
    await using stage = await raiseWithCodes({ provider: { mark: "CANARY" } });
    const app = appOf(stage);
    const code = await app.code(stage, { state: "CANARYstate" });
    await app.redeem(code);
    await app.redeem(code);
    const logs = stage.broker.logs.join("\n");
    for (const secret of [code, app.verifier, "CANARY"]) expect(logs).not.toContain(secret);
  });
});

describe("the token endpoint", () => {
  it("D9: a Basic header gets 401 with the scheme, and consumes nothing", async () => {
    await using stage = await raiseWithCodes();
    const app = appOf(stage);
    const code = await app.code(stage);
    const fields = {
      grant_type: "authorization_code",
      client_id: "root",
      redirect_uri: CALLBACK,
      code_verifier: app.verifier,
      code,
    };
    const authorization = `Basic ${Buffer.from("root:").toString("base64")}`;
    const answer = await app.post("/token", fields, { authorization });
    expectError(answer, "invalid_client", 401);
    expect(answer.headers["www-authenticate"]).toMatch(/^Basic realm=/);
    expect(await app.redeem(code)).toMatchObject({ status: 200 });
  });

  it("D9: JSON, multipart and duplicate parameters are refused, and consume nothing", async () => {
    await using stage = await raiseWithCodes();
    const app = appOf(stage);
    const code = await app.code(stage);
    const url = `${app.base}/token`;
    const form = new URLSearchParams({ grant_type: "authorization_code", client_id: "root", code });
    const json = JSON.stringify(Object.fromEntries(form));
    const post = (body: string, type: string): Promise<Answer> =>
      send(url, { method: "POST", body, headers: { "content-type": type } });
    expectError(await post(json, "application/json"), "invalid_request");
    expectError(await post("--x--", "multipart/form-data; boundary=x"), "invalid_request");
    expectError(await post(`${form}&code=${code}`, "application/x-www-form-urlencoded"), "invalid_request");
    expectError(
      await post(`${form}&${"x".repeat(20_000)}`, "application/x-www-form-urlencoded"),
      "invalid_request",
      413,
    );
    expect(await app.redeem(code)).toMatchObject({ status: 200 });
  });

  it("D9: a form with a charset is a form, and empty parameters are absent", async () => {
    await using stage = await raiseWithCodes();
    const app = appOf(stage);
    const body = `grant_type=${DEVICE_GRANT}&client_id=root&client_secret=&device_code=`;
    const headers = { "content-type": "application/x-www-form-urlencoded; charset=UTF-8" };
    const answer = await send(`${app.base}/token`, { method: "POST", headers, body });
    expectError(answer, "invalid_request");
    expect(members(answer)["error_description"]).toContain("device_code");
  });

  it("D9: other methods than POST are refused, and consume nothing", async () => {
    await using stage = await raiseWithCodes();
    for (const path of ["/token", "/revoke", "/device_authorization"])
      for (const method of ["GET", "HEAD", "PUT", "DELETE"])
        expect(await send(`${stage.broker.base}${path}`, { method })).toMatchObject({
          status: 405,
          headers: { allow: "POST, OPTIONS" },
        });
  });

  it("D12: a browser app of an allowed origin may call it; any other gets 403 before any work", async () => {
    await using stage = await raiseWithCodes();
    const app = new OAuthApp(stage.broker.base, { origin: PLUGIN });
    const code = await app.code(stage);
    const preflight = await send(`${app.base}/token`, { method: "OPTIONS", headers: { origin: PLUGIN } });
    expect(preflight).toMatchObject({ status: 204, headers: { "access-control-allow-origin": PLUGIN } });
    const { verifier } = app;
    const foreign = await app.post(
      "/token",
      { code, code_verifier: verifier },
      { origin: "https://evil.example" },
    );
    expect(foreign.status).toBe(403);
    const answer = await app.redeem(code);
    expect(answer).toMatchObject({
      status: 200,
      headers: { "access-control-allow-origin": PLUGIN, vary: "Origin" },
    });
  });
});

describe("the handle that a code login gives", () => {
  it("D10: refreshes, and each refresh gives the next one", async () => {
    await using stage = await raiseWithCodes({ provider: { rotates: true } });
    const app = appOf(stage);
    const first = await app.logIn(stage);
    const second = members(await app.refresh(first["refresh_token"], { scope: "read offline_access" }));
    expect(second["access_token"]).not.toBe(first["access_token"]);
    expect(second["refresh_token"]).not.toBe(first["refresh_token"]);
    const third = await app.refresh(second["refresh_token"]);
    expect(third).toMatchObject({
      status: 200,
      headers: { "cache-control": "no-store", pragma: "no-cache" },
    });
  });

  it("D10: used again after its successor was used, it ends the grant", async () => {
    await using stage = await raiseWithCodes({ provider: { rotates: true } });
    const app = appOf(stage);
    const { refresh_token: first } = await app.logIn(stage);
    const { refresh_token: second } = members(await app.refresh(first));
    const { refresh_token: third } = members(await app.refresh(second));
    expectError(await app.refresh(first), "invalid_grant");
    expectError(await app.refresh(third), "invalid_grant");
    expect(stage.provider.revocations).toHaveLength(1);
  });

  it("S6, D10: is unknown to another app and to another origin, and stays good for its own", async () => {
    await using stage = await raiseWithCodes();
    const app = appOf(stage);
    const { refresh_token } = await app.logIn(stage);
    expectError(await otherOf(stage).refresh(refresh_token), "invalid_grant");
    expectError(
      await new OAuthApp(stage.broker.base, { origin: PLUGIN }).refresh(refresh_token),
      "invalid_grant",
    );
    expectError(await app.refresh(refresh_token, { client_id: "other" }), "invalid_client");
    expectError(await app.refresh(refresh_token, { scope: "read admin" }), "invalid_scope");
    expectError(await app.refresh(""), "invalid_request");
    expect(await app.refresh(refresh_token)).toMatchObject({ status: 200 });
  });

  it("D13: is revoked at Willcall and at the provider", async () => {
    await using stage = await raiseWithCodes();
    const app = appOf(stage);
    const { refresh_token } = await app.logIn(stage);
    const token = String(refresh_token);
    const answer = await app.post("/revoke", { client_id: "root", token, token_type_hint: "refresh_token" });
    expect(answer).toMatchObject({ status: 200, headers: { "cache-control": "no-store" } });
    expect(stage.provider.revocations).toHaveLength(1);
    expectError(await app.refresh(refresh_token), "invalid_grant");
  });

  it("D13: revoking what is unknown answers 200, and what is another app's stays good", async () => {
    await using stage = await raiseWithCodes();
    const app = appOf(stage);
    const { refresh_token } = await app.logIn(stage);
    for (const token of ["made up", "wcr1.AAAA", "x".repeat(9000)])
      expect(await app.post("/revoke", { token })).toMatchObject({ status: 200 });
    const foreign = await otherOf(stage).post("/revoke", { token: String(refresh_token) });
    expect(foreign).toMatchObject({ status: 200 });
    expectError(await app.post("/revoke", {}), "invalid_request");
    expectError(
      await app.post("/revoke", { token: String(refresh_token), client_id: "other" }),
      "invalid_client",
    );
    expect(await app.refresh(refresh_token)).toMatchObject({ status: 200 });
    expect(stage.provider.revocations).toEqual([]);
  });
});
