import { randomBytes } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DATABASE, type Provisioning, raiseProvisioning } from "./support/account-types.ts";
import { members, send } from "./support/http.ts";
import { eventsOf } from "./support/target.ts";
import { UserAgent } from "./support/user-agent.ts";

const HOUR = 3_600_000;
const REV = /^\d+-[0-9a-f]{32}$/;

let stage: Provisioning;
beforeAll(async () => {
  stage = await raiseProvisioning({ accounts: { context: "beta" } });
});
afterAll(() => stage[Symbol.asyncDispose]());

/** Puts a document under a name of its own, and gives its revision. */
async function put(id: string, change?: object): Promise<string> {
  const answer = await stage.couch("PUT", `/${id}`, stage.document(change));
  expect(answer.status).toBe(201);
  return String(members(answer)["rev"]);
}

const basic = (password: string): string => `Basic ${Buffer.from(`admin:${password}`).toString("base64")}`;

const warningsOf = (provider: string): unknown[] =>
  eventsOf(stage.broker)
    .filter((line) => line["event"] === "account_type.warning" && line["provider"] === provider)
    .map(({ detail }) => detail);

describe("the database", () => {
  it("E: exists from the start, so that making it answers 412", async () => {
    const answer = await stage.couch("PUT", "");
    expect(answer.status).toBe(412);
    expect(answer.text).toBe(
      '{"error":"file_exists","reason":"The database could not be created, the file already exists."}\n',
    );
    expect(answer.headers["content-type"]).toBe("application/json");
    expect(answer.headers["cache-control"]).toBe("must-revalidate");
  });

  it("E: says what CouchDB 3 says of one", async () => {
    await using own = await raiseProvisioning();
    await own.couch("PUT", "/meadow", own.document());
    const answer = await own.couch("GET", "");
    expect(answer.text).toMatch(
      /^\{"db_name":"secrets\/io-cozy-account_types","purge_seq":"0","update_seq":"1","sizes":\{"file":(\d+),"external":\1,"active":\1\},"props":\{\},"doc_del_count":0,"doc_count":1,"disk_format_version":8,"compact_running":false,"cluster":\{"q":1,"n":1,"w":1,"r":1\},"instance_start_time":"0"\}\n$/,
    );
    expect(await own.couch("HEAD", "")).toMatchObject({ status: 200, text: "" });
  });

  it("E: is found with its slash encoded either way, and cannot be dropped", async () => {
    const lower = `${stage.broker.base}${DATABASE.replace("%2F", "%2f")}`;
    expect(await send(lower)).toMatchObject({ status: 200 });
    expect(await stage.couch("GET", "/")).toMatchObject({ status: 200 });
    const dropped = await stage.couch("DELETE", "");
    expect(dropped).toMatchObject({ status: 405, headers: { allow: "GET,HEAD,PUT" } });
    expect(dropped.text).toBe('{"error":"method_not_allowed","reason":"Only GET,HEAD,PUT allowed"}\n');
  });
});

describe("a document", () => {
  it("E: is written with 201, and a second time only with its revision", async () => {
    const first = await stage.couch("PUT", "/written", stage.document());
    const { rev } = members(first);
    expect(rev).toMatch(REV);
    expect(first.status).toBe(201);
    expect(first.text).toBe(`{"ok":true,"id":"written","rev":"${String(rev)}"}\n`);
    expect(first.headers.etag).toBe(`"${String(rev)}"`);
    expect(first.headers.location).toBe(`${stage.broker.base}${DATABASE}/written`);
    const second = await stage.couch("PUT", "/written", stage.document());
    expect(second.status).toBe(409);
    expect(second.text).toBe('{"error":"conflict","reason":"Document update conflict."}\n');
    const third = await stage.couch("PUT", "/written", stage.document({ _rev: rev }));
    expect(members(third)["rev"]).toMatch(/^2-/);
  });

  it("E: is read with id and revision first, its members in order, and without its secrets", async () => {
    const rev = await put("read", { slug: "reader", secret: { apiKey: "hush" }, odd: { kept: [1] } });
    const { provider } = stage;
    const answer = await stage.couch("GET", "/read");
    expect(answer.text).toBe(
      `{"_id":"read","_rev":"${rev}","grant_mode":"authorization_code","client_id":"client",` +
        `"auth_endpoint":"${provider.origin}/authorize","token_endpoint":"${provider.origin}/token",` +
        `"slug":"reader","odd":{"kept":[1]}}\n`,
    );
    expect(answer.headers.etag).toBe(`"${rev}"`);
    const head = await stage.couch("HEAD", "/read");
    expect(head).toMatchObject({ status: 200, text: "", headers: { etag: `"${rev}"` } });
    expect(head.headers["content-length"]).toBe(String(answer.text.length));
    const again = await stage.couch("GET", "/read", "", { "if-none-match": `"${rev}"` });
    expect(again).toMatchObject({ status: 304, text: "" });
  });

  it("E: keeps its secrets when what was read is written back", async () => {
    await put("kept");
    const read = await stage.couch("GET", "/kept");
    expect(await stage.couch("PUT", "/kept", { ...members(read), slug: "new" })).toMatchObject({
      status: 201,
    });
    const { page } = await stage.connect("kept");
    expect(page.heading).toBe("You are logged in");
  });

  it("S1: gives its client secret to no other host, unless somebody sends it again", async () => {
    await put("moved");
    const { _rev, ...document } = members(await stage.couch("GET", "/moved"));
    const moved = { ...document, _rev, token_endpoint: "https://evil.example/token" };
    const refused = await stage.couch("PUT", "/moved", moved);
    expect(refused.status).toBe(403);
    expect(members(refused)["error"]).toBe("forbidden");
    expect(members(await stage.couch("GET", "/moved"))["_rev"]).toBe(_rev);
    const sent = await stage.couch("PUT", "/moved", { ...moved, client_secret: "another" });
    expect(sent.status).toBe(201);
  });

  it("E: is deleted with its revision, from the query or If-Match, and goes on from there", async () => {
    const rev = await put("deleted");
    expect(await stage.couch("DELETE", "/deleted")).toMatchObject({ status: 409 });
    const answer = await stage.couch("DELETE", `/deleted?rev=${rev}`);
    const gone = String(members(answer)["rev"]);
    expect(answer.status).toBe(200);
    expect(answer.text).toBe(`{"ok":true,"id":"deleted","rev":"${gone}"}\n`);
    expect((await stage.couch("GET", "/deleted")).text).toBe('{"error":"not_found","reason":"deleted"}\n');
    expect(await stage.couch("DELETE", `/deleted?rev=${gone}`)).toMatchObject({ status: 404 });
    const next = await put("deleted");
    expect(next).toMatch(/^3-/);
    const header = { "if-match": `"${next}"` };
    expect(await stage.couch("DELETE", "/deleted", "", header)).toMatchObject({ status: 200 });
  });

  it.each([
    ["GET", "/nobody", "", 404, '{"error":"not_found","reason":"missing"}\n'],
    ["HEAD", "/nobody", "", 404, ""],
    ["DELETE", "/nobody", "", 404, '{"error":"not_found","reason":"missing"}\n'],
    ["GET", "/__proto__", "", 404, '{"error":"not_found","reason":"missing"}\n'],
    [
      "PUT",
      "/__proto__",
      "{}",
      400,
      '{"error":"illegal_docid","reason":"Only reserved document ids may start with underscore."}\n',
    ],
    ["PUT", "/bad", "{", 400, '{"error":"bad_request","reason":"invalid UTF-8 JSON"}\n'],
    ["PUT", "/bad", "", 400, '{"error":"bad_request","reason":"invalid UTF-8 JSON"}\n'],
    ["PUT", "/bad", "[]", 400, '{"error":"bad_request","reason":"Document must be a JSON object"}\n'],
    [
      "PUT",
      "/bad",
      '{"_id":"bad","_id2":1}',
      400,
      '{"error":"doc_validation","reason":"Bad special document member: _id2"}\n',
    ],
    ["PUT", "/bad", '{"_rev":"x"}', 400, '{"error":"bad_request","reason":"Invalid rev format"}\n'],
    ["PUT", "/bad?rev=x", "{}", 400, '{"error":"bad_request","reason":"Invalid rev format"}\n'],
    [
      "PUT",
      "/bad?rev=1-a",
      '{"_rev":"1-b"}',
      400,
      '{"error":"bad_request","reason":"Document rev from request body and query string have different values"}\n',
    ],
    ["PUT", "/bad", '{"_rev":"1-b"}', 409, '{"error":"conflict","reason":"Document update conflict."}\n'],
    [
      "POST",
      "/bad",
      "{}",
      405,
      '{"error":"method_not_allowed","reason":"Only DELETE,GET,HEAD,PUT allowed"}\n',
    ],
    [
      "PUT",
      "/bad",
      `{"a":"${"x".repeat(17_000)}"}`,
      413,
      '{"error":"too_large","reason":"the request entity is too large"}\n',
    ],
  ])(
    "E: that is not there or not right is refused as by CouchDB: %s %s",
    async (method, path, body, status, text) => {
      const answer = await stage.couch(method, path, body);
      expect([answer.status, answer.text]).toEqual([status, text]);
    },
  );
});

describe("queries", () => {
  it("E: _all_docs lists every document, on request with its content", async () => {
    await using own = await raiseProvisioning();
    expect((await own.couch("GET", "/_all_docs")).text).toBe(
      '{"total_rows":0,"offset":0,"rows":[\r\n\r\n]}\n',
    );
    const revs = [];
    for (const id of ["b", "a"])
      revs.push(members(await own.couch("PUT", `/${id}`, { slug: id, client_secret: "hush" }))["rev"]);
    const [b, a] = revs.map(String);
    expect((await own.couch("GET", "/_all_docs")).text).toBe(
      '{"total_rows":2,"offset":0,"rows":[\r\n' +
        `{"id":"a","key":"a","value":{"rev":"${a}"}},\r\n{"id":"b","key":"b","value":{"rev":"${b}"}}\r\n]}\n`,
    );
    expect((await own.couch("GET", "/_all_docs?include_docs=true")).text).toBe(
      '{"total_rows":2,"offset":0,"rows":[\r\n' +
        `{"id":"a","key":"a","value":{"rev":"${a}"},"doc":{"_id":"a","_rev":"${a}","slug":"a"}},\r\n` +
        `{"id":"b","key":"b","value":{"rev":"${b}"},"doc":{"_id":"b","_rev":"${b}","slug":"b"}}\r\n]}\n`,
    );
  });

  it("E: _find finds documents by their slug, and not by what they hide", async () => {
    const rev = await put("found", { slug: "finder" });
    const json = { "content-type": "application/json" };
    const find = async (selector: object) =>
      (await stage.couch("POST", "/_find", { selector, use_index: "by-slug", limit: 10 }, json)).text;
    const text = await find({ slug: "finder" });
    expect(text).toMatch(/^\{"docs":\[\r\n\{"_id":"found","_rev":/);
    expect(text).toContain(rev);
    expect(text).toMatch(/\}\r\n\],\r\n"bookmark": "found"\}\r\n\n$/);
    expect(await find({ slug: { $eq: "finder" } })).toBe(text);
    expect(await find({ client_secret: "top-secret" })).toBe(
      '{"docs":[\r\n\r\n],\r\n"bookmark": "nil"}\r\n\n',
    );
  });

  it.each([
    ['{"selector":{"slug":{"$gt":"a"}}}', 400, "invalid_operator"],
    ["{}", 400, "missing_required_key"],
    ["{", 400, "bad_request"],
  ])("E: _find refuses what it cannot do: %s", async (body, status, error) => {
    const answer = await stage.couch("POST", "/_find", body, { "content-type": "application/json" });
    expect([answer.status, members(answer)["error"]]).toEqual([status, error]);
  });
});

describe("a provisioned provider", () => {
  it.each(["form", "basic", "get"])("E: logs people in and refreshes, with token_mode %s", async (mode) => {
    await put(`mode-${mode}`, { token_mode: mode });
    const before = stage.provider.tokenRequests.length;
    const { account, page } = await stage.connect(`mode-${mode}`, { scope: "read" });
    expect(page.heading).toBe("You are logged in");
    stage.broker.advance?.(HOUR);
    const tokens = await stage.api("GET", `/api/accounts/${account}/tokens`);
    expect(members(tokens)).toMatchObject({ version: 2 });
    const [exchange, refresh] = stage.provider.tokenRequests.slice(before);
    expect(exchange?.method).toBe(mode === "get" ? "GET" : "POST");
    expect(exchange?.headers.authorization?.startsWith("Basic ") ?? false).toBe(mode === "basic");
    expect(exchange?.form.get("state")).toBeTruthy();
    // Where the secret stands in a URL once, it does so no second time.
    expect(refresh?.method).toBe("POST");
    expect(refresh?.headers.authorization?.startsWith("Basic ") ?? false).toBe(mode === "basic");
  });

  it("E: is asked as its document says: query, extras, skips, redirect URI", async () => {
    await put("asked", {
      auth_endpoint: `${stage.provider.origin}/authorize?tenant=a%20b`,
      extras: { access_type: "offline", claims: '{"id":null}', state: "mine" },
      skip_state_on_token: true,
    });
    const { authorizationUrl, page } = await stage.connect("asked");
    expect(page.heading).toBe("You are logged in");
    const sent = authorizationUrl.searchParams;
    expect(sent.get("tenant")).toBe("a b");
    expect(sent.get("access_type")).toBe("offline");
    expect(sent.get("claims")).toBe('{"id":null}');
    expect(sent.getAll("state")).toHaveLength(1);
    expect(sent.get("redirect_uri")).toBe(`${stage.broker.base}/accounts/asked/redirect`);
    expect(stage.provider.tokenRequests.at(-1)?.form.has("state")).toBe(false);
    expect(warningsOf("asked")).toContain("extras.state is not sent: Willcall sets it.");
  });

  it("E: leaves the redirect URI out of the authorization request where that is said", async () => {
    await put("skipping", { skip_redirect_uri_on_authorize: true });
    const begun = await stage.api("POST", "/api/sessions", { owner: "ada", provider: "skipping" });
    const browser = new UserAgent();
    const leaving = await browser.press(await browser.open(String(members(begun)["url"])), "continue");
    expect(new URL(leaving.onward ?? leaving.location ?? "").searchParams.has("redirect_uri")).toBe(false);
  });

  it("E: changes with its document, and goes with it", async () => {
    const rev = await put("changing", { client_id: "wrong", client_secret: "wrong" });
    expect((await stage.connect("changing")).page.status).toBe(502);
    await put("changing", { _rev: rev });
    const { page } = await stage.connect("changing");
    expect(page.heading).toBe("You are logged in");
    const { _rev } = members(await stage.couch("GET", "/changing"));
    await stage.couch("DELETE", `/changing?rev=${String(_rev)}`);
    const begun = await stage.api("POST", "/api/sessions", { owner: "ada", provider: "changing" });
    expect(members(begun)["error"]).toBe("unknown_provider");
  });

  it("E: has another registration in its own context, and nobody asks for another context's", async () => {
    await put("both", { client_id: "of-all" });
    await put("beta%2Fboth", { client_id: "of-beta" });
    await put("alpha%2Fboth", { client_id: "of-alpha" });
    await put("gamma%2Felsewhere");
    const { authorizationUrl } = await stage.connect("both");
    expect(authorizationUrl.searchParams.get("client_id")).toBe("of-beta");
    for (const provider of ["elsewhere", "alpha/both", "gamma/elsewhere", "__proto__"]) {
      const begun = await stage.api("POST", "/api/sessions", { owner: "ada", provider });
      expect(begun.status).toBe(400);
    }
  });

  it.each(["refresh_token", "secret"])("E: takes no logins where its grant_mode is %s", async (mode) => {
    await put(`mode-${mode}`, { grant_mode: mode });
    const begun = await stage.api("POST", "/api/sessions", { owner: "ada", provider: `mode-${mode}` });
    expect(begun.status).toBe(400);
    expect(members(begun)).toEqual({
      error: "not_interactive",
      error_description:
        "Nobody logs in there: the account type's grant_mode says that accounts are imported.",
    });
  });
});

/** A refresh token as another broker with the same registration got it. */
async function elsewhere(): Promise<string> {
  const redirect_uri = "https://elsewhere.example/redirect";
  const { origin } = stage.provider;
  const code = stage.provider.authorize(`${origin}/authorize?${new URLSearchParams({ redirect_uri })}`);
  const client = { client_id: "client", client_secret: "top-secret" };
  const body = new URLSearchParams({ grant_type: "authorization_code", code, redirect_uri, ...client });
  return String(members(await send(`${origin}/token`, { method: "POST", body }))["refresh_token"]);
}

describe("an account that was connected elsewhere", () => {
  it("E: is imported by its refresh token, with grant_mode refresh_token, and goes on here", async () => {
    await put("imported", { grant_mode: "refresh_token" });
    const refresh_token = await elsewhere();
    const answer = await stage.api("POST", "/api/accounts", {
      owner: "ada",
      provider: "imported",
      refresh_token,
    });
    expect(answer.status).toBe(201);
    const { id, ...account } = members(answer);
    expect(account).toMatchObject({ owner: "ada", provider: "imported", status: "connected", scope: "read" });
    stage.broker.advance?.(HOUR);
    const tokens = await stage.api("GET", `/api/accounts/${String(id)}/tokens`);
    expect(members(tokens)).toMatchObject({ version: 2 });
    expect(`${answer.text}${tokens.text}${stage.broker.logs.join()}`).not.toContain("refresh-");
  });

  it("E: is not there when its refresh token is dead, or the provider cannot be asked", async () => {
    await put("dying", { grant_mode: "refresh_token" });
    const bring = (refresh_token: string) =>
      stage.api("POST", "/api/accounts", { owner: "eve", provider: "dying", refresh_token });
    expect(members(await bring("dead"))["error"]).toBe("invalid_grant");
    stage.provider.script((response) => response.writeHead(503).end());
    const down = await bring("any");
    stage.provider.script(undefined);
    expect(down).toMatchObject({ status: 503, headers: { "retry-after": "5" } });
    expect(members(await stage.api("GET", "/api/accounts?owner=eve"))["accounts"]).toEqual([]);
    const unknown = { owner: "eve", provider: "nobody", refresh_token: "any" };
    expect(members(await stage.api("POST", "/api/accounts", unknown))["error"]).toBe("unknown_provider");
  });
});

describe("what is odd in a document", () => {
  it("E: is warned about by name, and kept", async () => {
    await put("odd", {
      redirect_url: `${stage.broker.base}/accounts/odd/redirect`,
      skip_state_on_tokens: true,
      auth_endpont: "https://a.example/",
    });
    expect(warningsOf("odd")).toEqual([
      'skip_state_on_tokens is kept, and not read. Did you mean "skip_state_on_token"?',
      'auth_endpont is kept, and not read. Did you mean "auth_endpoint"?',
      "redirect_url is read as redirect_uri. Write redirect_uri, which every reader understands.",
      "token_endpoint is an http URL, which works on this machine alone.",
      "auth_endpoint is an http URL, which works on this machine alone.",
    ]);
    expect(members(await stage.couch("GET", "/odd"))).toMatchObject({ skip_state_on_tokens: true });
  });

  it("E: redirect_url is what redirect_uri is", async () => {
    const redirect = `http://localhost:1/accounts/alias/redirect`;
    await put("alias", { redirect_url: redirect });
    expect(warningsOf("alias")).toContain(
      "redirect_uri is on another host, which must lead to this broker too.",
    );
  });

  it("E: an http endpoint elsewhere is stored, warned about, and never used", async () => {
    await put("plain", { token_endpoint: "http://provider.example/token" });
    expect(warningsOf("plain")).toContain(
      "It cannot be used with this token_endpoint: it is an http URL. Use https.",
    );
    const begun = await stage.api("POST", "/api/sessions", { owner: "ada", provider: "plain" });
    expect(members(begun)["error"]).toBe("unknown_provider");
  });
});

describe("who may provision", () => {
  it.each<[string, Record<string, string>]>([
    ["an Origin", { origin: "http://localhost:3000" }],
    ["an opaque Origin", { origin: "null" }],
    ["a cross-site fetch", { "sec-fetch-site": "cross-site" }],
    ["a fetch of its own pages", { "sec-fetch-site": "same-origin" }],
  ])("S5: no web page, told by %s", async (_what, sent) => {
    const answer = await stage.couch("PUT", "/page", stage.document(), sent);
    expect(answer.status).toBe(403);
    expect(await stage.couch("GET", "/page")).toMatchObject({ status: 404 });
  });

  it.each<[string, Record<string, string>]>([
    ["no page that rebinds its host name to this machine", { host: "evil.example" }],
    ["nobody at the other end of a tunnel", { "x-forwarded-for": "203.0.113.9" }],
  ])("S5: without credentials, %s", async (_what, sent) => {
    const answer = await stage.couch("GET", "/_all_docs", "", sent);
    expect(answer.status).toBe(401);
    expect(answer.headers["www-authenticate"]).toBe('Basic realm="server"');
  });

  it("E: in production, who has an operator token, as password or as bearer", async () => {
    await using own = await raiseProvisioning({
      configuration: { publicUrl: "https://login.example.com", keys: ["env:KEYS"] },
      env: { KEYS: randomBytes(32).toString("base64") },
    });
    const { operatorToken } = own;
    const given = [basic("wrong"), "Bearer wrong", basic(operatorToken), `Bearer ${operatorToken}`];
    const answers = given.map((authorization) => own.couch("PUT", "", "", { authorization }));
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([401, 401, 412, 412]);
    expect((await own.couch("GET", "")).text).toBe(
      '{"error":"unauthorized","reason":"You are not authorized to access this db."}\n',
    );
  });
});

describe("what is stored", () => {
  it("S1, S4: holds no secret of a document, whatever its member is called", async () => {
    const CANARY = "CANARY-secret";
    await using own = await raiseProvisioning({ clientSecret: CANARY });
    const document = own.document({ secret: { key: CANARY }, api_key: CANARY, extras: { token: CANARY } });
    const { rev } = members(await own.couch("PUT", "/meadow", document));
    const { account, page } = await own.connect("meadow");
    expect(page.heading).toBe("You are logged in");
    own.broker.advance?.(HOUR);
    expect(await own.api("GET", `/api/accounts/${account}/tokens`)).toMatchObject({ status: 200 });
    await own.couch("PUT", "/meadow", `{"_rev":"${String(rev)}","client_secret":"${CANARY}",`);
    await own.couch("PUT", "/meadow", { ...document, client_id: CANARY, _rev: rev });
    const { dataDir = "" } = own.broker;
    for (const name of await readdir(dataDir))
      expect([name, (await readFile(join(dataDir, name))).includes(CANARY)]).toEqual([name, false]);
    expect(own.broker.logs.join("")).not.toContain(CANARY);
  });
});
