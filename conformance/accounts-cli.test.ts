import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Accounts, raiseAccounts } from "./support/accounts.ts";
import { members } from "./support/http.ts";
import { departed, isAt } from "./support/stage.ts";
import { UserAgent } from "./support/user-agent.ts";

const command = join(import.meta.dirname, "..", "packages", "willcall", "bin", "willcall.mjs");

let stage: Accounts;
let folder: string;
let devConfig: string;
beforeAll(async () => {
  stage = await raiseAccounts();
  folder = await mkdtemp(join(tmpdir(), "willcall-cli-"));
  devConfig = join(folder, "konnector-dev-config.json");
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** Starts `willcall` as a connector's author would: in a folder of theirs, with the broker's address and a token. */
function willcall(...argv: string[]) {
  const child = spawn(process.execPath, [command, ...argv], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"],
      WILLCALL_URL: stage.broker.base,
      WILLCALL_OPERATOR_TOKEN: stage.operatorToken,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return child;
}

/** Its exit code and what it printed. */
async function ended(child: ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream }) {
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { code, out: out.trim(), err };
}

/** The link that it shows. */
async function link(child: ChildProcess): Promise<string> {
  let shown = "";
  for await (const chunk of child.stderr ?? []) {
    shown += String(chunk);
    const [url] = /https?:\/\/\S+ticket=\S+(?=\n)/.exec(shown) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error(`no link: ${shown}`);
}

/** Allows the login of a link, or brings back another answer; follows it to the end. */
async function visit(url: string, answer?: Record<string, string>) {
  const browser = new UserAgent();
  const leaving = await browser.press(await browser.open(url), "continue", { until: isAt(stage.provider) });
  const { callback, state } = departed(stage.provider, browser, leaving);
  return browser.open(answer === undefined ? callback() : callback({ ...answer, state }));
}

async function logIn(...more: string[]) {
  const child = willcall("login", ...more);
  const out = text(child.stdout);
  const exited = once(child, "exit");
  const page = await visit(await link(child));
  return { page, id: (await out).trim(), code: (await exited)[0] };
}

describe("willcall login", () => {
  it("connects an account through a browser, says its id, and merges its token into the development configuration", async () => {
    await writeFile(
      devConfig,
      '{\n  "COZY_URL": "http://cozy.localhost",\n  "fields": {"login": "ada",},\n}',
    );
    const { page, id, code } = await logIn("meadow", "--dev-config", devConfig);
    expect(page.text).toBe("You can close this window.");
    expect(code).toBe(0);
    const { access_token } = members(await stage.get(`/api/accounts/${id}/tokens`));
    expect(JSON.parse(await readFile(devConfig, "utf8"))).toEqual({
      COZY_URL: "http://cozy.localhost",
      fields: { login: "ada", access_token },
    });
    expect(members(await stage.get(`/api/accounts/${id}`))).toMatchObject({ owner: "me" });
  });

  it("works with a browser on another machine", async () => {
    const { page, id, code } = await logIn("meadow", "--elsewhere", "--owner", "ada");
    expect(page.heading).toBe("You are logged in");
    expect(code).toBe(0);
    expect(members(await stage.get(`/api/accounts/${id}`))).toMatchObject({ owner: "ada" });
  });

  it("connects an account again, in place", async () => {
    const first = await logIn("meadow");
    const again = await logIn("--account", first.id, "--elsewhere");
    expect(again.id).toBe(first.id);
    expect(members(await stage.get(`/api/accounts/${first.id}`))).toMatchObject({ version: 2 });
  });

  it("says when the person declined", async () => {
    const child = willcall("login", "meadow");
    const exited = once(child, "exit");
    await visit(await link(child), { error: "access_denied" });
    expect((await exited)[0]).toBe(1);
  });

  it("says what is wrong with what was asked", async () => {
    expect(await ended(willcall("login", "other"))).toMatchObject({
      code: 1,
      err: expect.stringContaining("Accounts cannot be connected there like that."),
    });
  });
});

describe("willcall token", () => {
  it("prints a fresh access token and nothing else, for curl", async () => {
    const { account } = await stage.connect("ada");
    const { access_token } = members(await stage.get(`/api/accounts/${account}/tokens`));
    expect(await ended(willcall("token", account))).toEqual({ code: 0, out: access_token, err: "" });
  });

  it("says when there is no such account", async () => {
    expect(await ended(willcall("token", "nobody"))).toMatchObject({
      code: 1,
      err: expect.stringContaining("There is no such account."),
    });
  });
});

describe("willcall keys rotate", () => {
  it("S1: lets the old root key be dropped, while the broker goes on", async () => {
    const [older, newer] = [1, 2].map(() => randomBytes(32).toString("base64"));
    await using own = await raiseAccounts(undefined, { WILLCALL_KEYS: String(older) });
    const { account } = await own.connect("ada");
    const keys = `${newer},${older}`;
    await own.broker.restart({ WILLCALL_KEYS: keys });
    const child = spawn(process.execPath, [command, "keys", "rotate"], {
      cwd: dirname(own.broker.dataDir ?? ""),
      env: { PATH: process.env["PATH"], WILLCALL_KEYS: keys, CLIENT_SECRET_OF_MEADOW: "top-secret" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    expect(await ended(child)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/: 1, of them just now: 1\.$/),
    });
    expect(await own.get(`/api/accounts/${account}/tokens`)).toMatchObject({ status: 200 });
    await own.broker.restart({ WILLCALL_KEYS: String(newer) });
    expect(await own.get(`/api/accounts/${account}/tokens`)).toMatchObject({ status: 200 });
  });
});

describe("willcall exec", () => {
  const print =
    "console.log(JSON.stringify([process.argv.slice(1), process.env.WILLCALL_ACCESS_TOKEN, process.env.WILLCALL_OPERATOR_TOKEN ?? null]))";

  it("runs a command with the token in its environment, and not the operator's", async () => {
    const { account } = await stage.connect("ada");
    const { access_token } = members(await stage.get(`/api/accounts/${account}/tokens`));
    const ran = await ended(
      willcall("exec", account, "--", process.execPath, "-e", print, "--", "--flag", "a b"),
    );
    expect(ran).toMatchObject({ code: 0, err: "" });
    expect(JSON.parse(ran.out)).toEqual([["--flag", "a b"], access_token, null]);
  });

  it("ends with the command's exit code", async () => {
    const { account } = await stage.connect("ada");
    const ran = willcall("exec", account, "--", process.execPath, "-e", "process.exit(7)");
    expect(await ended(ran)).toMatchObject({ code: 7 });
    expect(await ended(willcall("exec", account, "--", "no-such-command"))).toMatchObject({ code: 127 });
  });

  it("has the token in the development configuration before the command starts", async () => {
    await writeFile(devConfig, "{}");
    const { account } = await stage.connect("ada");
    const read = `console.log(require("node:fs").readFileSync(${JSON.stringify(devConfig)}, "utf8"))`;
    const ran = await ended(
      willcall("exec", "--dev-config", devConfig, account, "--", process.execPath, "-e", read),
    );
    const { access_token } = members(await stage.get(`/api/accounts/${account}/tokens`));
    expect(JSON.parse(ran.out)).toEqual({ fields: { access_token } });
  });
});
