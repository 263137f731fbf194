import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Answer, members } from "./support/http.ts";
import { OAuthApp } from "./support/oauth-app.ts";
import { type Stage, type StageOptions, departed, isAt, raise, registered } from "./support/stage.ts";
import { eventNames } from "./support/target.ts";
import { type Page, UserAgent } from "./support/user-agent.ts";

/** A stage whose root app, and a second app `other`, log in from devices; client addresses come from a proxy. */
const raiseForDevices = (options: StageOptions = {}): Promise<Stage> =>
  raise({
    configuration: (provider) => ({
      trustedProxies: ["127.0.0.1"],
      providers: { meadow: registered(provider) },
      apps: {
        "": { title: "Fieldnotes", provider: "meadow", scope: ["read", "write"] },
        other: { title: "Other", provider: "meadow", scope: ["read"] },
      },
    }),
    ...options,
  });

const appOf = ({ broker }: Stage): OAuthApp => new OAuthApp(broker.base);
const otherOf = ({ broker }: Stage): OAuthApp => new OAuthApp(`${broker.base}/other`, { clientId: "other" });

/** What a device is told when it begins. */
async function begin(app: OAuthApp): Promise<Record<string, string>> {
  const answer = await app.beginDevice();
  if (answer.status !== 200) throw new Error(`begin answered ${answer.status}: ${answer.text}`);
  return Object.fromEntries(Object.entries(members(answer)).map(([name, value]) => [name, String(value)]));
}

function expectError(answer: Answer, error: string, status = 400): void {
  expect(answer).toMatchObject({ status, headers: { "cache-control": "no-store" } });
  expect(members(answer)).toMatchObject({ error, error_description: expect.any(String) });
}

/** Opens a link of the code page, or enters a code there. */
async function enter(
  { broker }: Stage,
  code: string,
  browser = new UserAgent(),
  address = "198.51.100.7",
): Promise<Page> {
  const headers = { "x-forwarded-for": address };
  if (code.startsWith("http")) return browser.open(code, { headers });
  return browser.open(`${broker.base}/device`, { headers, form: { user_code: code } });
}

/** Presses Continue on the consent page and sends the browser back from the provider. */
async function approve(stage: Stage, page: Page, browser: UserAgent): Promise<Page> {
  const leaving = await browser.press(page, "continue", { until: isAt(stage.provider) });
  return departed(stage.provider, browser, leaving).finish();
}

/** Everything that the store keeps, byte for byte. */
async function filesOf({ broker: { dataDir = "" } }: Stage): Promise<string[]> {
  const names = await readdir(dataDir);
  return Promise.all(names.map((name) => readFile(join(dataDir, name), "latin1")));
}

describe("a login from a device", () => {
  it("C1: begins with codes, links, ten minutes and five seconds", async () => {
    await using stage = await raiseForDevices();
    const { base } = stage.broker;
    const answer = await appOf(stage).beginDevice();
    expect(answer).toMatchObject({
      status: 200,
      headers: { "cache-control": "no-store", "content-type": "application/json" },
    });
    const told = members(answer);
    expect(told).toEqual({
      device_code: expect.stringMatching(/^[\w-]{52}$/),
      user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/),
      verification_uri: `${base}/device`,
      verification_uri_complete: `${base}/device?user_code=${String(told["user_code"])}`,
      expires_in: 600,
      interval: 5,
    });
  });

  it("C2, C6: waits while the person enters the code, consents and comes back; then the tokens come, once", async () => {
    await using stage = await raiseForDevices();
    const app = appOf(stage);
    const { device_code, user_code = "" } = await begin(app);
    const browser = new UserAgent();
    expectError(await app.pollDevice(device_code), "authorization_pending");
    const page = await enter(stage, user_code, browser);
    const done = await approve(stage, page, browser);
    expect(done.heading).toBe("You are logged in");
    stage.broker.advance?.(5000);
    const answer = await app.pollDevice(device_code);
    expect(answer).toMatchObject({
      status: 200,
      headers: { "cache-control": "no-store", pragma: "no-cache" },
    });
    const { refresh_token, ...tokens } = members(answer);
    expect(tokens).toMatchObject({ access_token: expect.stringMatching(/^access-/), token_type: "bearer" });
    expect(await app.refresh(refresh_token)).toMatchObject({ status: 200 });
    stage.broker.advance?.(5000);
    expectError(await app.pollDevice(device_code), "invalid_grant");
  });

  it("C6, S5: the complete link, too, asks: which app, which provider, which scopes, which code, when and where", async () => {
    await using stage = await raiseForDevices();
    const { verification_uri_complete = "", user_code = "" } = await begin(appOf(stage));
    const page = await enter(stage, verification_uri_complete);
    expect(page).toMatchObject({ status: 200, location: undefined });
    for (const shown of ["Fieldnotes", "Meadow", "read", "write", user_code, "just now", "127.0.0.1"])
      expect(page.text).toContain(shown);
    expect(page.forms[0]?.buttons.map(({ value }) => value)).toEqual(["cancel", "continue"]);
    expect(stage.provider.visits).toEqual([]);
  });

  it("C6, S5: asks even where the app says confirm: never", async () => {
    await using stage = await raise({ app: { confirm: "never" } });
    const { verification_uri_complete = "" } = await begin(appOf(stage));
    const page = await enter(stage, verification_uri_complete);
    expect(page).toMatchObject({ location: undefined, onward: undefined });
    expect(page.forms).toHaveLength(1);
  });

  it("C6: a code is read whatever its case, spaces and dashes", async () => {
    await using stage = await raiseForDevices();
    const { user_code = "" } = await begin(appOf(stage));
    const letters = user_code.replace("-", "");
    for (const typed of [
      letters.toLowerCase(),
      ` ${letters.split("").join(" ")} `,
      user_code.replace("-", "–"),
    ]) {
      const page = await enter(stage, typed);
      expect(page.text).toContain(user_code);
    }
  });

  it("C6: the page without a code asks for one", async () => {
    await using stage = await raiseForDevices();
    const page = await new UserAgent().open(`${stage.broker.base}/device`);
    expect(page.status).toBe(200);
    expect(page.forms).toMatchObject([{ action: "/device", fields: { user_code: "" } }]);
  });

  it("C5: Cancel, and a refusal at the provider, are access_denied", async () => {
    await using stage = await raiseForDevices();
    const app = appOf(stage);
    const [cancelled, denied] = [await begin(app), await begin(app)];
    const browser = new UserAgent();
    const cancel = await browser.press(await enter(stage, cancelled["user_code"] ?? "", browser), "cancel");
    expect(cancel.heading).toBe("Login cancelled");
    const page = await enter(stage, denied["user_code"] ?? "", browser);
    const leaving = await browser.press(page, "continue", { until: isAt(stage.provider) });
    const { callback, state } = departed(stage.provider, browser, leaving);
    await browser.open(callback({ error: "access_denied", state }));
    expectError(await app.pollDevice(cancelled["device_code"]), "access_denied");
    expectError(await app.pollDevice(denied["device_code"]), "access_denied");
    expect(stage.provider.tokenRequests).toEqual([]);
  });

  it("C6: a code that was used shows nothing more of its login", async () => {
    await using stage = await raiseForDevices();
    const { user_code = "" } = await begin(appOf(stage));
    const browser = new UserAgent();
    await approve(stage, await enter(stage, user_code, browser), browser);
    const page = await enter(stage, user_code);
    expect(page.heading).toBe("This login is already finished");
    expect(page.text).not.toContain("127.0.0.1");
    expect(page.forms).toEqual([]);
  });

  it("S5: Continue pressed by a foreign page does nothing", async () => {
    await using stage = await raiseForDevices();
    const { user_code = "" } = await begin(appOf(stage));
    const [form] = (await enter(stage, user_code)).forms;
    const foreign = { form: { ...form?.fields, action: "continue" }, crossSite: true };
    expect(await new UserAgent().open(`${stage.broker.base}/login`, foreign)).toMatchObject({ status: 403 });
    expect(stage.provider.visits).toEqual([]);
  });

  it("S5: two browsers that continue with one code end the login", async () => {
    await using stage = await raiseForDevices();
    const app = appOf(stage);
    const { device_code, user_code = "" } = await begin(app);
    const [first, second] = [new UserAgent(), new UserAgent()];
    const [one, two] = [await enter(stage, user_code, first), await enter(stage, user_code, second)];
    await first.press(one, "continue", { until: isAt(stage.provider) });
    const ended = await second.press(two, "continue", { until: isAt(stage.provider) });
    expect(ended.heading).toBe("This login was ended to protect you");
    expectError(await app.pollDevice(device_code), "server_error");
  });
});

describe("polling", () => {
  it("C3: too fast is slow_down, five seconds more each time; at the new pace it goes on", async () => {
    await using stage = await raiseForDevices();
    const app = appOf(stage);
    const { device_code } = await begin(app);
    const pollAfter = async (seconds: number): Promise<unknown> => {
      stage.broker.advance?.(seconds * 1000);
      return members(await app.pollDevice(device_code))["error"];
    };
    expect(await pollAfter(0)).toBe("authorization_pending");
    expect(await pollAfter(5)).toBe("authorization_pending");
    expect(await pollAfter(1)).toBe("slow_down");
    expect(await pollAfter(6)).toBe("slow_down");
    expect(await pollAfter(12)).toBe("slow_down");
    expect(await pollAfter(20)).toBe("authorization_pending");
    expect(await pollAfter(20)).toBe("authorization_pending");
  });

  it("C3: too fast loses nothing that is ready", async () => {
    await using stage = await raiseForDevices();
    const app = appOf(stage);
    const { device_code, user_code = "" } = await begin(app);
    const browser = new UserAgent();
    await app.pollDevice(device_code);
    await approve(stage, await enter(stage, user_code, browser), browser);
    expectError(await app.pollDevice(device_code), "slow_down");
    stage.broker.advance?.(10_000);
    expect(await app.pollDevice(device_code)).toMatchObject({ status: 200 });
  });

  it("C2: of ten polls at once one gets the tokens", async () => {
    await using stage = await raiseForDevices();
    const app = appOf(stage);
    const { device_code, user_code = "" } = await begin(app);
    const browser = new UserAgent();
    await approve(stage, await enter(stage, user_code, browser), browser);
    const answers = await Promise.all(Array.from({ length: 10 }, () => app.pollDevice(device_code)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it("C4: after ten minutes the code has expired, on both sides", async () => {
    await using stage = await raiseForDevices();
    const app = appOf(stage);
    const { device_code, user_code = "" } = await begin(app);
    stage.broker.advance?.(599_000);
    expectError(await app.pollDevice(device_code), "authorization_pending");
    stage.broker.advance?.(16_000);
    expectError(await app.pollDevice(device_code), "expired_token");
    expect(await enter(stage, user_code)).toMatchObject({ status: 400 });
    stage.broker.advance?.(86_400_000);
    expectError(await app.pollDevice(device_code), "expired_token");
  });

  it("C8: a device code of another app, changed or missing is refused, and nothing is lost", async () => {
    await using stage = await raiseForDevices();
    const app = appOf(stage);
    const { device_code, user_code = "" } = await begin(app);
    const browser = new UserAgent();
    await approve(stage, await enter(stage, user_code, browser), browser);
    expectError(await otherOf(stage).pollDevice(device_code), "invalid_grant");
    expectError(await app.pollDevice(device_code, { client_id: "other" }), "invalid_client");
    expectError(await app.pollDevice(device_code, { client_id: undefined }), "invalid_request");
    expectError(await app.pollDevice(`${device_code?.slice(0, -1)}!`), "invalid_grant");
    expectError(await app.pollDevice(""), "invalid_request");
    expect(await app.pollDevice(device_code)).toMatchObject({ status: 200 });
  });

  it("S11: a broker that restarts in between loses nothing", async () => {
    await using stage = await raiseForDevices();
    const app = appOf(stage);
    const { device_code, user_code = "" } = await begin(app);
    await stage.broker.restart();
    const browser = new UserAgent();
    await approve(stage, await enter(stage, user_code, browser), browser);
    await stage.broker.restart();
    expect(await app.pollDevice(device_code)).toMatchObject({ status: 200 });
  });
});

describe("a device authorization request", () => {
  it("C8: is refused for another client, a foreign scope or provider, JSON, and Basic", async () => {
    await using stage = await raiseForDevices();
    const app = appOf(stage);
    expectError(await app.beginDevice({ client_id: undefined }), "invalid_request");
    expectError(await app.beginDevice({ client_id: "other" }), "invalid_client");
    expectError(await app.beginDevice({ scope: "read admin" }), "invalid_scope");
    expectError(await app.beginDevice({ provider: "elsewhere" }), "invalid_request");
    expectError(
      await app.post("/device_authorization", { client_id: "root" }, { authorization: "Basic eDp5" }),
      "invalid_client",
      401,
    );
    expectError(
      await app.post("/device_authorization", {}, { "content-type": "application/json" }),
      "invalid_request",
    );
    expect(stage.broker.logs).toEqual([]);
  });

  it("C8: too many from one address are 429 with Retry-After", async () => {
    await using stage = await raise({
      configuration: () => ({ trustedProxies: ["127.0.0.1"], beginsPerMinute: 1 }),
    });
    const headers = { "x-forwarded-for": "198.51.100.7" };
    const post = (): Promise<Answer> =>
      appOf(stage).post("/device_authorization", { client_id: "root" }, headers);
    expect(await post()).toMatchObject({ status: 200 });
    expect(await post()).toMatchObject({ status: 429, headers: { "retry-after": "60" } });
  });

  it("C8: ignores parameters that nobody here knows, and empty ones", async () => {
    await using stage = await raiseForDevices();
    const app = appOf(stage);
    expect(await app.beginDevice({ audience: "x", scope: "", provider: "" })).toMatchObject({ status: 200 });
  });

  it("C8: a narrower scope is what the page shows and the provider is asked for", async () => {
    await using stage = await raiseForDevices();
    const told = members(await appOf(stage).beginDevice({ scope: "read offline_access" }));
    const browser = new UserAgent();
    const page = await enter(stage, String(told["user_code"]), browser);
    expect(page.text).not.toContain("write");
    const leaving = await browser.press(page, "continue", { until: isAt(stage.provider) });
    const { authorizationUrl } = departed(stage.provider, browser, leaving);
    expect(new URL(authorizationUrl).searchParams.get("scope")).toBe("read");
  });

  it("S1, S4: no log line and no file of the store holds device code, user code or tokens", async () => {
    await using stage = await raiseForDevices({ provider: { mark: "CANARY" } });
    const app = appOf(stage);
    const { device_code = "", user_code = "" } = await begin(app);
    const browser = new UserAgent();
    await approve(stage, await enter(stage, user_code, browser), browser);
    await app.pollDevice(device_code);
    const written = [stage.broker.logs.join("\n"), ...(await filesOf(stage))];
    for (const secret of [device_code, user_code, user_code.replace("-", ""), "CANARY"])
      for (const text of written) expect(text).not.toContain(secret);
  });
});

describe("guessing user codes", () => {
  it("C7: five wrong entries from one address are enough; other addresses go on", async () => {
    await using stage = await raiseForDevices();
    const { user_code = "" } = await begin(appOf(stage));
    for (let guess = 0; guess < 5; guess++)
      expect(await enter(stage, "BBBB-BBBB")).toMatchObject({ status: 400 });
    expect(await enter(stage, "BBBB-BBBB")).toMatchObject({ status: 429 });
    expect(await enter(stage, user_code)).toMatchObject({ status: 429 });
    expect(await enter(stage, user_code, new UserAgent(), "203.0.113.9")).toMatchObject({ status: 200 });
    stage.broker.advance?.(300_000);
    expect(await enter(stage, user_code)).toMatchObject({ status: 429 });
  });

  it("C7: an IPv6 client does not escape by using other addresses of its network", async () => {
    await using stage = await raiseForDevices();
    const from = (host: number): Promise<Page> =>
      enter(stage, "BBBB-BBBB", new UserAgent(), `2001:db8:1:2::${host}`);
    for (let guess = 1; guess <= 5; guess++) expect(await from(guess)).toMatchObject({ status: 400 });
    expect(await from(6)).toMatchObject({ status: 429 });
  });

  it("C7: links with a guess count like entries", async () => {
    await using stage = await raiseForDevices();
    const link = `${stage.broker.base}/device?user_code=BBBB-BBBB`;
    for (let guess = 0; guess < 5; guess++) await enter(stage, link);
    expect(await enter(stage, link)).toMatchObject({ status: 429 });
  });

  it("C7: over all addresses a hundred wrong entries are enough, and five more for each code given out", async () => {
    await using stage = await raiseForDevices();
    const { user_code = "" } = await begin(appOf(stage));
    for (let guess = 0; guess < 105; guess++)
      expect(await enter(stage, "BBBB-BBBB", new UserAgent(), `198.51.100.${guess}`)).toMatchObject({
        status: 400,
      });
    expect(await enter(stage, user_code, new UserAgent(), "198.51.100.200")).toMatchObject({ status: 429 });
    await begin(appOf(stage));
    expect(await enter(stage, user_code, new UserAgent(), "198.51.100.200")).toMatchObject({ status: 200 });
  });

  it("C7: what is no code, and another app's code, are wrong alike", async () => {
    await using stage = await raiseForDevices();
    const { user_code = "" } = await begin(otherOf(stage));
    const texts: string[] = [];
    for (const typed of [user_code, "AEIOUAEI", "<script>", "x".repeat(10_000)]) {
      const page = await enter(stage, typed, new UserAgent(), "203.0.113.1");
      expect(page.status).toBe(400);
      expect(page.text).not.toContain("<script>alert");
      texts.push(page.heading);
    }
    expect(new Set(texts).size).toBe(1);
    expect(eventNames(stage.broker)).not.toContain("unexpected");
  });
});
