import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Accounts, raiseAccounts } from "./support/accounts.ts";
import { type Connectors, connectorsAt } from "./support/cozy.ts";
import { members, send } from "./support/http.ts";
import { limitedToken } from "./support/operator-token.ts";
import { signedIn } from "./support/owner.ts";

const HOUR = 3_600_000;
const NOBODYS = "AAAAAAAAAAAAAAAAAAAAAA";

let stage: Accounts;
let connectors: Connectors;
beforeAll(async () => {
  stage = await raiseAccounts();
  connectors = connectorsAt(stage);
});
afterAll(() => stage[Symbol.asyncDispose]());

/** The status of a refresh and of a read of an account. */
async function both(account: string, headers: Record<string, string>): Promise<number[]> {
  const refreshed = await connectors.refresh(`meadow/${account}`, headers);
  return [refreshed.status, (await connectors.read(account, headers)).status];
}

describe("POST /accounts/:type/:id/refresh", () => {
  it("E: answers the account in JSON:API's form, with a fresh access token and no secret", async () => {
    const { account } = await stage.connect("ada");
    const connector = await connectors.startedFor(account);
    const before = members(await connectors.read(account, connector));
    stage.broker.advance?.(HOUR / 4);
    const answer = await connectors.refresh(`meadow/${account}`, connector);
    expect(answer).toMatchObject({ status: 200, headers: { "content-type": "application/vnd.api+json" } });
    expect(members(answer)).toEqual({
      data: {
        type: "io.cozy.accounts",
        id: account,
        attributes: {
          account_type: "meadow",
          name: "ada@example.com",
          oauth: {
            access_token: expect.stringMatching(/^access-/),
            token_type: "bearer",
            refresh_token: "kept-by-willcall",
            expires_at: expect.stringMatching(/^\d{4}-.*Z$/),
            client_id: "client",
          },
          oauth_callback_results: { scope: "read" },
        },
        meta: { rev: expect.stringMatching(/^1-[0-9a-f]{32}$/) },
        links: { self: `/data/io.cozy.accounts/${account}` },
      },
    });
    expect(answer.text).not.toMatch(/top-secret|refresh-/);
    expect(answer.text).not.toContain((before["oauth"] as Record<string, string>)["access_token"]);
  });

  it("E: tells a connector whose refresh token is dead, in the words that it looks for", async () => {
    const { account } = await stage.connect("ada");
    const connector = await connectors.startedFor(account);
    stage.broker.advance?.(HOUR / 4);
    const answer = await connectors.whileDead(() => connectors.refresh(`meadow/${account}`, connector));
    expect(answer).toMatchObject({ status: 401, headers: { "content-type": "application/vnd.api+json" } });
    expect(members(answer)).toEqual({
      errors: [
        {
          status: "401",
          title: "Unauthorized",
          code: "oauth_refresh_invalid_token",
          detail: "OAuth refresh token is invalid or expired; reconnect account.",
        },
      ],
    });
  });

  it("E: loses nothing while the provider is down, and says when to try again", async () => {
    const { account } = await stage.connect("ada");
    const connector = await connectors.startedFor(account);
    stage.broker.advance?.(HOUR / 4);
    stage.provider.script((response) => response.writeHead(503).end());
    const answer = await connectors.refresh(`meadow/${account}`, connector);
    stage.provider.script(undefined);
    expect(answer).toMatchObject({ status: 503, headers: { "retry-after": "5" } });
    expect(members(await stage.get(`/api/accounts/${account}`))["status"]).not.toBe("needs_reconnect");
  });

  it("E: is one answer for another owner's account, one of another type, one that is not, and what is no id", async () => {
    const [own, theirs] = [await stage.connect("ada"), await stage.connect("eve")];
    const connector = await connectors.startedFor(own.account);
    const paths = [
      `meadow/${theirs.account}`,
      `other/${own.account}`,
      `__proto__/${own.account}`,
      `meadow/${NOBODYS}`,
      "meadow/__proto__",
    ];
    const answers = await Promise.all(paths.map((path) => connectors.refresh(path, connector)));
    expect(answers[0]).toMatchObject({ status: 404 });
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  });
});

describe("GET /data/io.cozy.accounts/:id", () => {
  it("E: is the account as CouchDB and a connector know it, with tokens that are fresh", async () => {
    const { account } = await stage.connect("ada");
    const answer = await connectors.read(account, await connectors.startedFor(account));
    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toContain("json");
    const document = members(answer);
    expect(document).toMatchObject({
      _id: account,
      _type: "io.cozy.accounts",
      account_type: "meadow",
      oauth: { access_token: expect.any(String), client_id: "client" },
    });
    expect(answer.headers.etag).toBe(`"${String(document["_rev"])}"`);
    expect(answer.text).not.toMatch(/top-secret|refresh-/);
    stage.broker.advance?.(HOUR);
    const later = members(await connectors.read(account, await connectors.startedFor(account)));
    expect(later["oauth"]).not.toEqual(document["oauth"]);
  });

  it("E: is there when its refresh token is dead: the connector learns that when it refreshes", async () => {
    const { account } = await stage.connect("ada");
    stage.broker.advance?.(HOUR);
    const connector = await connectors.startedFor(account);
    const [document, refreshed] = await connectors.whileDead(async () => [
      await connectors.read(account, connector),
      await connectors.refresh(`meadow/${account}`, connector),
    ]);
    expect(document).toMatchObject({ status: 200 });
    expect(refreshed).toMatchObject({ status: 401 });
  });

  it("E: tells a client of Cozy's that this is no old Cozy", async () => {
    const answer = await send(`${stage.broker.base}/status/`);
    expect(answer.status).toBe(200);
    expect(members(answer)).not.toHaveProperty("datasystem");
  });
});

describe("PUT /data/io.cozy.accounts/:id", () => {
  it("E: keeps what is the connector's, and answers as Cozy's data system", async () => {
    const { account } = await stage.connect("ada");
    const connector = await connectors.startedFor(account);
    const document = members(await connectors.read(account, connector));
    const changes = { data: { cursor: 1 }, state: "LOGIN_SUCCESS", auth: { login: "ada" } };
    const answer = await connectors.write(account, connector, { ...document, ...changes });
    expect(answer.status).toBe(200);
    const said = members(answer);
    expect(said).toMatchObject({ id: account, type: "io.cozy.accounts", ok: true });
    expect(said["rev"]).toMatch(/^2-[0-9a-f]{32}$/);
    expect(said["data"]).toEqual(members(await connectors.read(account, connector)));
    expect(said["data"]).toMatchObject({ ...changes, _rev: said["rev"], _id: account });
  });

  it("E: lets no connector change tokens, type or name", async () => {
    const { account } = await stage.connect("ada");
    const connector = await connectors.startedFor(account);
    const document = members(await connectors.read(account, connector));
    const forged = {
      ...document,
      oauth: { access_token: "forged", refresh_token: "forged" },
      oauth_callback_results: { forged: 1 },
      account_type: "forged",
      name: "forged",
    };
    expect(await connectors.write(account, connector, forged)).toMatchObject({ status: 200 });
    const after = await connectors.read(account, connector);
    expect(after.text).not.toContain("forged");
    expect(members(after)["oauth"]).toEqual(document["oauth"]);
  });

  it("E: is 409 without the rev that was read, and changes nothing then", async () => {
    const { account } = await stage.connect("ada");
    const connector = await connectors.startedFor(account);
    const { _rev: rev, ...document } = members(await connectors.read(account, connector));
    expect(await connectors.write(account, connector, document)).toMatchObject({ status: 409 });
    expect(await connectors.write(account, connector, { ...document, _rev: rev, data: 1 })).toMatchObject({
      status: 200,
    });
    const stale = await connectors.write(account, connector, { ...document, _rev: rev, data: 2 });
    expect(stale).toMatchObject({ status: 409 });
    expect(members(stale)).toMatchObject({ error: "conflict" });
    expect(members(await connectors.read(account, connector))).toMatchObject({ data: 1 });
  });

  it("E: takes one of ten writes that have seen the same", async () => {
    const { account } = await stage.connect("ada");
    const connector = await connectors.startedFor(account);
    const document = members(await connectors.read(account, connector));
    const writes = Array.from({ length: 10 }, (_, data) =>
      connectors.write(account, connector, { ...document, data }),
    );
    const statuses = (await Promise.all(writes)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(9);
  });

  it("E: is no conflict with a refresh in between, which no connector can undo", async () => {
    const { account } = await stage.connect("ada");
    const connector = await connectors.startedFor(account);
    const document = members(await connectors.read(account, connector));
    stage.broker.advance?.(HOUR / 4);
    await connectors.refresh(`meadow/${account}`, connector);
    expect(await connectors.write(account, connector, { ...document, data: 1 })).toMatchObject({
      status: 200,
    });
    expect(members(await connectors.read(account, connector))["oauth"]).not.toEqual(document["oauth"]);
  });

  it.each([
    ["no JSON", "{", 400],
    ["a list", "[]", 400],
    ["null", "null", 400],
    ["another document's id", JSON.stringify({ _id: NOBODYS }), 400],
    ["more than 16 KiB", JSON.stringify({ data: "x".repeat(17_000) }), 413],
  ])("E: refuses %s", async (_what, body, status) => {
    const { account } = await stage.connect("ada");
    expect(await connectors.write(account, await connectors.startedFor(account), body)).toMatchObject({
      status,
    });
  });

  it("E: keeps a member called __proto__ as a member", async () => {
    const { account } = await stage.connect("ada");
    const connector = await connectors.startedFor(account);
    const { _rev: rev } = members(await connectors.read(account, connector));
    const body = `{"_rev":"${String(rev)}","data":{"__proto__":{"polluted":1}},"__proto__":{"a":1}}`;
    expect(await connectors.write(account, connector, body)).toMatchObject({ status: 200 });
    const { text } = await connectors.read(account, connector);
    expect(text).toContain('"data":{"__proto__":{"polluted":1}}');
  });
});

describe("who may refresh and read", () => {
  it("E: nobody without credentials, and nobody with wrong ones", async () => {
    const { account } = await stage.connect("ada");
    const { authorization = "" } = await connectors.startedFor(account);
    const wrong = [
      "Bearer x",
      "Basic YTpi",
      "Bearer",
      `${authorization}A`,
      authorization.replace("wcc1.", "wco1."),
    ];
    expect(await both(account, {})).toEqual([401, 401]);
    for (const presented of wrong)
      expect(await both(account, { authorization: presented })).toEqual([401, 401]);
  });

  it("E: a connector, for its one account and thirty minutes", async () => {
    const [own, theirs] = [await stage.connect("ada"), await stage.connect("ada")];
    const connector = await connectors.startedFor(own.account);
    expect(await both(own.account, connector)).toEqual([200, 200]);
    expect(await both(theirs.account, connector)).toEqual([404, 404]);
    stage.broker.advance?.(HOUR / 2);
    expect(await both(own.account, connector)).toEqual([401, 401]);
  });

  it("E: the operator's server, as far as its token allows", async () => {
    const { account } = await stage.connect("ada");
    const operator = { authorization: `Bearer ${stage.operatorToken}` };
    expect(await both(account, operator)).toEqual([200, 200]);
    const limited = { authorization: `Bearer ${await limitedToken(stage.broker, "tokens:read")}` };
    expect(await both(account, limited)).toEqual([200, 200]);
    expect(
      await connectors.write(account, limited, members(await connectors.read(account, limited))),
    ).toMatchObject({
      status: 403,
    });
    const writer = { authorization: `Bearer ${await limitedToken(stage.broker, "accounts:write")}` };
    expect(await both(account, writer)).toEqual([403, 403]);
  });

  it("E: an owner's browser, from our own pages alone, and for no other owner's account", async () => {
    const [own, theirs] = [await stage.connect("ada"), await stage.connect("eve")];
    const browser = await signedIn(stage, "ada");
    const [name, value] = [...browser.cookies(stage.broker.base)].find(([key]) => key === "wco") ?? [];
    const cookie = `${name}=${value}`;
    const same = { cookie, "sec-fetch-site": "same-origin", origin: stage.broker.base };
    expect(await both(own.account, same)).toEqual([200, 200]);
    expect(await both(own.account, { cookie, origin: stage.broker.base })).toEqual([200, 200]);
    expect(await both(theirs.account, same)).toEqual([404, 404]);
    for (const foreign of [
      { cookie },
      { cookie, origin: "https://evil.example" },
      { cookie, "sec-fetch-site": "cross-site" },
      { cookie, "sec-fetch-site": "same-site", origin: stage.broker.base },
      { cookie, "sec-fetch-site": "none" },
    ])
      expect(await both(own.account, foreign)).toEqual([401, 401]);
  });
});

describe("what a connector keeps", () => {
  it("S1, S4: stands nowhere in the clear, neither in the store nor in the log", async () => {
    const { account } = await stage.connect("ada");
    const connector = await connectors.startedFor(account);
    const document = members(await connectors.read(account, connector));
    await connectors.write(account, connector, {
      ...document,
      auth: { password: "CANARY-1" },
      data: ["CANARY-2"],
    });
    const { dataDir = "" } = stage.broker;
    const files = (await readdir(dataDir)).map((name) => readFile(join(dataDir, name)));
    const texts = (await Promise.all(files)).map((bytes) => bytes.toString("latin1"));
    expect(texts.join().length).toBeGreaterThan(0);
    expect([...texts, ...stage.broker.logs].join()).not.toContain("CANARY");
  });
});
