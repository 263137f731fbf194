import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Accounts, raiseAccounts } from "./support/accounts.ts";
import { type CozyLibs, installCozyLibs } from "./support/cozy-libs.ts";
import { members } from "./support/http.ts";
import { inProcess } from "./support/in-process.ts";
import { type ResourceServer, startResourceServer } from "./support/resource-server.ts";

const packages = join(import.meta.dirname, "..", "packages");
const command = join(packages, "willcall", "bin", "willcall.mjs");
/** Longer than a refresh answers those who ask late with what it got. */
const LATER = 900_000;

let stage: Accounts;
let api: ResourceServer;
let folder: string;
beforeAll(async () => {
  stage = await raiseAccounts(inProcess);
  api = await startResourceServer();
  folder = await mkdtemp(join(tmpdir(), "willcall-connector-"));
  await mkdir(join(folder, "node_modules", "@willcall"), { recursive: true });
  await symlink(
    join(packages, "connector"),
    join(folder, "node_modules", "@willcall", "connector"),
    "junction",
  );
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** Writes a connector into a folder of its own, from where it finds the libraries of the folder around. */
async function write(around: string, program: string, manifest: object = {}): Promise<string> {
  const directory = await mkdtemp(join(around, "connector-"));
  const written = {
    slug: "things",
    type: "node",
    oauth: { account_type: "meadow", scope: ["read"] },
    ...manifest,
  };
  await writeFile(join(directory, "manifest.konnector"), JSON.stringify(written));
  await writeFile(join(directory, "index.js"), program);
  return directory;
}

/** Starts `willcall connector run`, as its author would. */
function start(directory: string, account: string) {
  return spawn(process.execPath, [command, "connector", "run", directory, "--account", account], {
    env: {
      PATH: process.env["PATH"],
      WILLCALL_URL: stage.broker.base,
      WILLCALL_OPERATOR_TOKEN: stage.operatorToken,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function run(directory: string, account: string) {
  const child = start(directory, account);
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { code, out, err };
}

/** An account whose access token the provider's API takes no more. */
async function stale(): Promise<string> {
  const { account } = await stage.connect("ada");
  const { access_token } = members(await stage.get(`/api/accounts/${account}/tokens`));
  api.refuse(String(access_token));
  stage.broker.advance?.(LATER);
  return account;
}

/** Ends the account at the provider, too. */
async function whileRevoked<T>(work: () => Promise<T>): Promise<T> {
  stage.provider.script((response) =>
    response.writeHead(400, { "content-type": "application/json" }).end('{"error":"invalid_grant"}'),
  );
  try {
    return await work();
  } finally {
    stage.provider.script(undefined);
  }
}

describe("willcall connector run", () => {
  it("E: starts a program with a token that is good for its account alone", async () => {
    const [own, other] = [await stage.connect("ada"), await stage.connect("ada")];
    const program = `
      const ask = (id) => fetch(new URL("data/io.cozy.accounts/" + id, process.env.COZY_URL), {
        headers: { authorization: "Bearer " + process.env.COZY_CREDENTIALS },
      });
      const { account } = JSON.parse(process.env.COZY_FIELDS);
      Promise.all([ask(account), ask("${other.account}")]).then(([own, other]) =>
        console.log(JSON.stringify({ type: "info", message: own.status + " " + other.status })));`;
    expect(await run(await write(folder, program), own.account)).toEqual({
      code: 0,
      out: "info     200 404\n",
      err: "things has succeeded.\n",
    });
  });

  it("S4: shows neither the account's tokens nor its own, also such as came while it ran", async () => {
    const account = await stale();
    const program = `
      const { BaseKonnector, cozyClient } = require("@willcall/connector");
      module.exports = new BaseKonnector(async function (fields) {
        const old = fields.access_token;
        const { attributes } = await cozyClient.fetchJSON("POST", "/accounts/meadow/" + this.accountId + "/refresh");
        console.log("tokens: " + [old, attributes.oauth.access_token, process.env.COZY_CREDENTIALS]);
        console.error(JSON.stringify(attributes));
      });`;
    const { out, code } = await run(await write(folder, program), account);
    expect(code).toBe(0);
    expect(out).toContain("tokens: [secret]");
    expect(out).not.toMatch(/access-|refresh-|wcc1/);
  });

  it("passes Ctrl-C on, and ends as the connector ends", async () => {
    const { account } = await stage.connect("ada");
    const program = `
      process.on("SIGTERM", () => {
        console.log(JSON.stringify({ type: "critical", message: "The konnector got a SIGTERM" }));
        process.exit(143);
      });
      setInterval(() => {}, 1000);
      console.log("ready");`;
    const child = start(await write(folder, program), account);
    const [, err, [code]] = await Promise.all([
      interruptWhenReady(child),
      text(child.stderr),
      once(child, "exit"),
    ]);
    expect({ code, err }).toEqual({ code: 143, err: "things was stopped: The konnector got a SIGTERM\n" });
  });

  it("E: starts nothing with a manifest that it cannot read", async () => {
    const directory = await write(folder, "console.log('started')", { oauth: { scope: { read: true } } });
    const { code, out, err } = await run(directory, "nobody");
    expect({ code, out }).toEqual({ code: 78, out: "" });
    expect(err).toContain(
      "oauth.scope is an object. Write a string of scopes, a list of them, or false for none.",
    );
  });
});

async function interruptWhenReady(child: ChildProcess): Promise<void> {
  for await (const chunk of child.stdout ?? []) if (String(chunk).includes("ready")) child.kill("SIGINT");
}

/** A connector as the README has it, with what it keeps. */
const ownProgram = () => `
  const { BaseKonnector, requestFactory, log } = require("@willcall/connector")
  const request = requestFactory()
  module.exports = new BaseKonnector(start)

  async function start(fields) {
    const things = await request("${api.url}/things", { auth: { bearer: fields.access_token } })
    await this.saveAccountData({ count: things.length })
    log("info", things.length + " things")
  }`;

/** As Cozy's Google connector does it: try, ask the stack for a refresh, try again. */
const cozyProgram = () => `
  const { BaseKonnector, cozyClient, requestFactory, log, errors } = require("cozy-konnector-libs")
  const request = requestFactory({ json: true })
  module.exports = new BaseKonnector(start)

  async function start(fields, parameters, doRetry = true) {
    try {
      const things = await request("${api.url}/things", { auth: { bearer: fields.access_token } })
      await this.saveAccountData({ count: things.length, page: parameters.page })
      log("info", things.length + " things")
    } catch (err) {
      if (err.statusCode !== 401) throw err
      if (!fields.refresh_token || !doRetry) throw new Error("USER_ACTION_NEEDED.OAUTH_OUTDATED")
      log("info", "asking refresh from the stack")
      let body
      try {
        body = await cozyClient.fetchJSON("POST", "/accounts/meadow/" + this.accountId + "/refresh")
      } catch (refused) {
        throw new Error(errors.USER_ACTION_NEEDED_OAUTH_OUTDATED)
      }
      log("info", JSON.stringify(body))
      fields.access_token = body.attributes.oauth.access_token
      return start.call(this, fields, parameters, false)
    }
  }`;

describe("a connector on @willcall/connector", () => {
  it("E: goes on with a newer token when its own is refused, and keeps its data", async () => {
    const account = await stale();
    const ran = await run(await write(folder, ownProgram()), account);
    expect(ran).toMatchObject({ code: 0, out: "info     2 things\n" });
    const [refused, taken] = api.tokens.slice(-2);
    expect(taken).not.toBe(refused);
    expect(members(await stage.get(`/api/accounts/${account}/tokens`))).toMatchObject({
      access_token: taken,
    });
  });

  it("E: ends with USER_ACTION_NEEDED.OAUTH_OUTDATED when its account is revoked, and that is shown", async () => {
    const account = await stale();
    const ran = await whileRevoked(async () => run(await write(folder, ownProgram()), account));
    expect(ran).toEqual({
      code: 1,
      out: "critical USER_ACTION_NEEDED.OAUTH_OUTDATED\n",
      err:
        "things has failed: USER_ACTION_NEEDED.OAUTH_OUTDATED. " +
        `Run \`willcall login --account ${account}\` to connect it again.\n`,
    });
    expect(members(await stage.get(`/api/accounts/${account}`))).toMatchObject({ status: "needs_reconnect" });
  });
});

describe("a connector on cozy-konnector-libs 5, in production mode", () => {
  let libs: CozyLibs;
  beforeAll(async () => {
    libs = await installCozyLibs();
    if ("missing" in libs) console.warn(`Skipped: ${libs.missing}.`);
  }, 300_000);

  /** The folder with the library; skips the case where there is none, and says why. */
  function around(skip: (why: string) => void): string {
    if ("folder" in libs) return libs.folder;
    skip(libs.missing);
    return "";
  }

  const manifest = { parameters: { page: 7 } };

  it("E: runs unchanged: stale token, refresh, success", async ({ skip }) => {
    const directory = await write(around(skip), cozyProgram(), manifest);
    const account = await stale();
    const { code, out, err } = await run(directory, account);
    expect({ code, err }).toMatchObject({ code: 0, err: "things has succeeded.\n" });
    expect(out).toContain("info     2 things\n");
    expect(out).toContain('"access_token":"[secret]"');
    const { token } = members(await stage.post(`/api/accounts/${account}/connector-tokens`));
    const headers = { authorization: `Bearer ${String(token)}` };
    const document = await fetch(`${stage.broker.base}/data/io.cozy.accounts/${account}`, { headers });
    await expect(document.json()).resolves.toMatchObject({ data: { count: 2, page: 7 } });
    await rm(directory, { recursive: true });
  });

  it("E: ends with USER_ACTION_NEEDED.OAUTH_OUTDATED when its account is revoked", async ({ skip }) => {
    const directory = await write(around(skip), cozyProgram(), manifest);
    const account = await stale();
    const { code, out, err } = await whileRevoked(() => run(directory, account));
    expect(code).toBe(1);
    expect(out).toContain("critical USER_ACTION_NEEDED.OAUTH_OUTDATED\n");
    expect(err).toContain("things has failed: USER_ACTION_NEEDED.OAUTH_OUTDATED.");
    await rm(directory, { recursive: true });
  });
});
