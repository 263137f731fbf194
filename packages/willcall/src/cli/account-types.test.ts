import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { main } from "./main.ts";

const CANARY = "CANARY-secret";

const facebook = {
  _id: "facebook",
  grant_mode: "authorization_code",
  client_id: "1",
  client_secret: CANARY,
  auth_endpoint: "https://www.facebook.com/v2.12/dialog/oauth",
  token_endpoint: "https://graph.facebook.com/v2.12/oauth/access_token",
  token_mode: "get",
};
const odd = { ...facebook, _id: "odd", token_mod: "get", token_endpoint: "http://odd.example/token" };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "willcall-types-"));
  await writeFile(join(folder, "willcall.config.json"), '{"accounts":{}}');
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs `willcall …` in the folder to its end. */
async function willcall(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const [out, err]: [string[], string[]] = [[], []];
  const terminal = {
    cwd: folder,
    env,
    say: (line: string) => void out.push(line),
    complain: (line: string) => void err.push(line),
  };
  const code = await main(argv, terminal, { onStopSignal: () => {}, exit: () => {} });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

const types = (...argv: string[]) => willcall(["account-types", ...argv]);

async function put(name: string, content: unknown): Promise<string> {
  await writeFile(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  return name;
}

/** A CouchDB that has `documents`, and lets in whoever knows the password. */
async function startCouch(documents: readonly { _id: string }[]): Promise<{ host: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer(({ url = "", headers }, response) => {
    asked.push(url);
    const isAdmin = headers.authorization === `Basic ${Buffer.from("admin:p@ss").toString("base64")}`;
    if (!isAdmin) return response.writeHead(401).end('{"error":"unauthorized","reason":"no"}\n');
    const rows = documents.map((doc) => {
      const { _id: id } = doc;
      return { id, key: id, value: { rev: "1-0" }, doc: { ...doc, _rev: "1-0" } };
    });
    return response
      .writeHead(200, { "content-type": "application/json" })
      .end(`${JSON.stringify({ total_rows: rows.length, offset: 0, rows })}\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("a TCP server has a port");
  return { host: `127.0.0.1:${address.port}`, asked };
}

describe("willcall account-types import", () => {
  it("takes account types from a CouchDB, whose password it shows nobody", async () => {
    const { host, asked } = await startCouch([facebook, { _id: "_design/by-slug" }]);
    const done = await types("import", `http://admin:p%40ss@${host}`);
    expect(done).toEqual({ code: 0, out: "facebook: taken", err: "" });
    expect(asked).toEqual(["/secrets%2Fio-cozy-account_types/_all_docs?include_docs=true"]);
    const database = `http://admin:p%40ss@${host}/secrets%2Fio-cozy-account_types`;
    expect(await types("import", database)).toMatchObject({ out: "facebook: unchanged" });
    const refused = await types("import", `http://admin:wrong@${host}`);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain(`The CouchDB at http://${host} wants another name and password`);
    expect(refused.err).not.toContain("wrong@");
  });

  it.each<[string, (documents: object[]) => unknown]>([
    ["a list", (documents) => documents],
    ["docs", (docs) => ({ docs })],
    ["rows", (documents) => ({ rows: documents.map((doc) => ({ id: "x", doc })) })],
  ])(
    "takes them from a file with %s, says what is odd, and goes on past what is refused",
    async (_what, shape) => {
      await put("types.json", shape([facebook, odd, { _id: "_x" }, 7 as unknown as object]));
      const done = await types("import", "types.json");
      expect(done.code).toBe(1);
      expect(done.out.split("\n")).toEqual([
        "facebook: taken",
        "odd: taken",
        '  token_mod is kept, and not read. Did you mean "token_mode"?',
        "  It cannot be used with this token_endpoint: it is an http URL. Use https.",
        "_x: refused",
        "  It is no document with an _id that does not begin with _.",
        "?: refused",
        "  It is no document with an _id that does not begin with _.",
      ]);
      expect(done.err).toBe("Refused: 2 of 4.");
    },
  );

  it("replaces what is there, and asks for a secret that would go elsewhere", async () => {
    await types("import", await put("one.json", facebook));
    const { client_secret: _left, ...again } = { ...facebook, slug: "fb" };
    expect((await types("import", await put("two.json", again))).out).toBe("facebook: replaced");
    const moved = { ...again, token_endpoint: "https://evil.example/token" };
    const done = await types("import", await put("three.json", moved));
    expect(done).toMatchObject({ code: 1, out: expect.stringContaining("facebook: refused") });
    expect(JSON.parse((await types("export", "--with-secrets")).out)).toEqual([{ ...facebook, slug: "fb" }]);
  });

  it.each([
    ["no file", "nowhere.json", "cannot be read"],
    ["no JSON", "broken.json", "That is no list of account types"],
    ["something else", "other.json", "That is no list of account types"],
  ])("says what is wrong: %s", async (_what, name, sentence) => {
    await put("broken.json", "[{");
    await put("other.json", { accounts: {} });
    expect(await types("import", name)).toMatchObject({ code: 1, err: expect.stringContaining(sentence) });
  });
});

describe("willcall account-types", () => {
  it("lists them with where people come back, for people and for programs", async () => {
    expect((await types()).out).toContain("No account types.");
    await types("import", await put("types.json", [facebook, odd]));
    const redirect = "http://localhost:8787/accounts/facebook/redirect";
    expect((await types()).out).toContain(`facebook  authorization_code  ${redirect}`);
    const listed: unknown = JSON.parse((await types("list", "--json")).out);
    expect(listed).toMatchObject([
      { id: "facebook", grant_mode: "authorization_code", redirect_uri: redirect, remarks: [] },
      { id: "odd", remarks: [expect.any(String), expect.any(String)] },
    ]);
  });

  it("exports no secret unless it is told to, and then for its owner's eyes alone (S1)", async () => {
    await types("import", await put("types.json", [facebook]));
    const { client_secret: _left, ...shown } = facebook;
    expect(JSON.parse((await types("export")).out)).toEqual([shown]);
    await types("export", "--with-secrets", "all.json");
    expect(JSON.parse(await readFile(join(folder, "all.json"), "utf8"))).toEqual([facebook]);
    expect((await stat(join(folder, "all.json"))).mode & 0o777).toBe(0o600);
    const data = join(folder, ".willcall");
    for (const name of await readdir(data))
      expect([name, (await readFile(join(data, name))).includes(CANARY)]).toEqual([name, false]);
  });

  it("survive their old root key, once keys are rotated (S1)", async () => {
    const [older, newer] = [1, 2].map(() => randomBytes(32).toString("base64"));
    await put("types.json", [facebook]);
    await willcall(["account-types", "import", "types.json"], { WILLCALL_KEYS: String(older) });
    const rotated = await willcall(["keys", "rotate"], { WILLCALL_KEYS: `${newer},${older}` });
    expect(rotated.out).toMatch(/Account types wrapped with it: 1, of them just now: 1\.$/);
    const { out } = await willcall(["account-types", "export", "--with-secrets"], {
      WILLCALL_KEYS: String(newer),
    });
    expect(JSON.parse(out)).toEqual([facebook]);
  });
});
