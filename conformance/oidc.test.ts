import { describe, expect, it } from "vitest";
import { members } from "./support/http.ts";
import { raiseOidc } from "./support/oidc.ts";

describe.each(["client_secret_basic", "client_secret_post"] as const)(
  "a certified OpenID provider that requires PKCE, with %s",
  (authentication) => {
    it("A2, A3, A6: a login ends with tokens, and the ID token is checked", async () => {
      await using stage = await raiseOidc({ authentication });
      expect(await stage.logIn()).toMatchObject({
        access_token: expect.any(String),
        id_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
        token_type: "Bearer",
        expires_in: expect.any(Number),
        scope: "openid profile",
        refresh_token: expect.stringMatching(/^wcr1\./),
      });
    });

    it("A4, A8: a person who refuses is told so, and the app learns it", async () => {
      await using stage = await raiseOidc({ authentication });
      const { browser, page, readKey } = await stage.consent();
      const refusal = page.forms[0]?.buttons.find(({ value }) => value !== "allow");
      const end = await browser.press(page, refusal?.value);
      expect(end.heading).toBe("No access was given");
      expect(await stage.app.poll(readKey)).toMatchObject({ status: 410 });
    });

    it("A9, S11: refreshes follow its rotation, ten at once are one, and no reuse is ever seen", async () => {
      await using stage = await raiseOidc({ authentication });
      let { refresh_token: handle } = await stage.logIn();
      for (const _ of [1, 2, 3]) {
        const all = await Promise.all(Array.from({ length: 10 }, () => stage.app.refresh(String(handle))));
        const answers = all.map((answer) => members(answer));
        expect(new Set(answers.map(({ access_token }) => access_token)).size).toBe(1);
        handle = answers[0]?.["refresh_token"];
      }
      expect(await stage.app.refresh(String(handle))).toMatchObject({ status: 200 });
    });

    it("B: a revoked handle is dead here and there", async () => {
      await using stage = await raiseOidc({ authentication });
      const { refresh_token, access_token } = await stage.logIn();
      const userinfo = () =>
        fetch(`${stage.provider}/me`, { headers: { authorization: `Bearer ${String(access_token)}` } });
      expect((await userinfo()).status).toBe(200);
      expect(await stage.app.form("/revoke", { token: String(refresh_token) })).toMatchObject({
        status: 200,
      });
      expect((await userinfo()).status).toBe(401);
      expect(await stage.app.refresh(String(refresh_token))).toMatchObject({ status: 401 });
    });
  },
);

it("A2, A6: a provider that is configured by its issuer alone is found", async () => {
  await using stage = await raiseOidc({ authentication: "client_secret_basic", discovery: true });
  expect(await stage.logIn()).toHaveProperty("id_token");
});

it("S3: two logins whose callbacks are mixed up get nothing of each other", async () => {
  await using stage = await raiseOidc({ authentication: "client_secret_basic" });
  const [one, two] = [await stage.consent(), await stage.consent()];
  const stop = (url: string): boolean => url.startsWith(`${stage.broker.base}/redirect`);
  const first = await one.browser.press(one.page, "allow", { until: stop });
  const second = await two.browser.press(two.page, "allow", { until: stop });
  const crossed = new URL(second.location ?? "");
  crossed.searchParams.set("code", new URL(first.location ?? "").searchParams.get("code") ?? "");
  await two.browser.open(crossed.href);
  expect((await stage.app.poll(two.readKey)).status).not.toBe(200);
  expect((await stage.app.poll(one.readKey)).status).toBe(404);
});
