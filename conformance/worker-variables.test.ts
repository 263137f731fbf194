import { describe, expect, it } from "vitest";
import { members, send } from "./support/http.ts";
import { type Stage, departed, raise } from "./support/stage.ts";
import { UserAgent } from "./support/user-agent.ts";

/** A broker that knows nothing but the Framer worker's variables, and these. */
const fromVariables = (more: Record<string, string> = {}): Promise<Stage> =>
  raise({
    configuration: () => ({ providers: undefined, apps: undefined }),
    env: ({ origin }) => ({
      CLIENT_ID: "client",
      CLIENT_SECRET: "top-secret",
      PLUGIN_ID: "abc123",
      AUTHORIZE_ENDPOINT: `${origin}/authorize`,
      TOKEN_ENDPOINT: `${origin}/token`,
      SCOPE: "crm.read,crm.write  more",
      ...more,
    }),
  });

describe("the Framer worker's variables alone", () => {
  it("S10, A16: make one app at the root, with S256, client_secret_post, and SCOPE as it stands", async () => {
    await using stage = await fromVariables();
    const { authorizationUrl, finish, readKey } = await stage.launch();
    const { searchParams } = new URL(authorizationUrl);
    expect(searchParams.get("scope")).toBe("crm.read,crm.write  more");
    expect(searchParams.get("code_challenge_method")).toBe("S256");
    expect(searchParams.get("redirect_uri")).toBe(`${stage.broker.base}/redirect`);
    await finish();
    expect(stage.provider.tokenRequests[0]?.form.get("client_secret")).toBe("top-secret");
    expect(members(await stage.app.poll(readKey))).toMatchObject({ token_type: "bearer" });
  });

  it("S10: a blank SCOPE sends none", async () => {
    await using stage = await fromVariables({ SCOPE: "" });
    const { authorizationUrl } = await stage.launch();
    expect(new URL(authorizationUrl).searchParams.has("scope")).toBe(false);
  });

  it("S10, A12: PLUGIN_PARENT_DOMAIN and PLUGIN_URI say who may call", async () => {
    await using stage = await fromVariables({
      PLUGIN_PARENT_DOMAIN: "plugins.example",
      PLUGIN_URI: "https://older.example",
    });
    const begin = (origin: string) =>
      send(`${stage.broker.base}/authorize`, { method: "POST", headers: { origin } });
    expect(await begin("https://abc123-x.plugins.example")).toMatchObject({ status: 200 });
    expect(await begin("https://older.example")).toMatchObject({ status: 200 });
    expect(await begin("https://abc123.plugins.framercdn.com")).toMatchObject({ status: 403 });
  });

  it("A10: raw provider tokens are accepted for 90 days after the first start, across restarts", async () => {
    await using stage = await fromVariables();
    const tokens = async () => (await stage.app.refresh("from-before-the-move")).status;
    stage.provider.script((response) => response.writeHead(200).end('{"access_token":"fresh"}'));
    expect(await tokens()).toBe(200);
    stage.broker.advance?.(80 * 86_400_000);
    await stage.broker.restart();
    expect((await stage.app.refresh("another-from-before")).status).toBe(200);
    stage.broker.advance?.(11 * 86_400_000);
    expect((await stage.app.refresh("a-third-from-before")).status).toBe(401);
  });

  it("S10, A2, A3: with WILLCALL_LAUNCH=direct and WILLCALL_CONFIRM=never it is the worker's flow to the letter", async () => {
    await using stage = await fromVariables({ WILLCALL_LAUNCH: "direct", WILLCALL_CONFIRM: "never" });
    const { url, readKey } = await stage.app.begin();
    const at = { location: url, onward: undefined, status: 200, text: "" };
    const { finish } = departed(stage.provider, new UserAgent(), at);
    expect((await finish()).heading).toBe("You are logged in");
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });
});
