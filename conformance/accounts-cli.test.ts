import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../packages/willcall/src/cli/main.ts";
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
    env: environment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  return child;
}

const environment = () => ({
  PATH: process.env["PATH"],
  WILLCALL_URL: stage.broker.base,
  WILLCALL_OPERATOR_TOKEN: stage.operatorToken,
});

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

  it("opens the person's browser by itself, prints the link all the same, and can be kept from it", async () => {
    const seen = join(folder, "opened");
    for (const name of ["xdg-open", "open"]) {
      await writeFile(
        join(folder, name),
        `#!/bin/sh\nprintf '%s' "$1" > '${seen}.draft' && mv '${seen}.draft' '${seen}'\n`,
      );
      await chmod(join(folder, name), 0o755);
    }
    const login = async (...flags: string[]) => {
      const said: string[] = [];
      const terminal = {
        cwd: folder,
        env: {
          PATH: `${folder}:/usr/bin:/bin`,
          DISPLAY: ":0",
          WILLCALL_URL: stage.broker.base,
          WILLCALL_OPERATOR_TOKEN: stage.operatorToken,
        },
        say: (line: string) => void said.push(line),
        complain: (line: string) => void said.push(line),
        announce: (line: string) => void said.push(line),
      };
      const done = main(["login", "meadow", ...flags], terminal, { onStopSignal: () => {}, exit: () => {} });
      await expect.poll(() => said.join("\n")).toContain("ticket=");
      const [url = ""] = /https?:\/\/\S+ticket=\S+/.exec(said.join("\n")) ?? [];
      return { url, done };
    };
    const opened = await login();
    await expect.poll(() => readFile(seen, "utf8").catch(() => ""), { timeout: 10_000 }).toBe(opened.url);
    await visit(opened.url);
    expect(await opened.done).toBe(0);
    await rm(seen);
    const kept = await login("--no-browser");
    await visit(kept.url);
    expect(await kept.done).toBe(0);
    await expect(readFile(seen)).rejects.toThrow("ENOENT");
  });

  it("says where a development configuration is no JSON, leaves it as it is, and lets nobody log in for it", async () => {
    const text = '{\n  "fields": {"access_token": hunter2}\n}';
    await writeFile(devConfig, text);
    const { code, out, err } = await ended(willcall("login", "meadow", "--dev-config", devConfig));
    expect({ code, out }).toEqual({ code: 78, out: "" });
    expect(err).toContain(
      `${devConfig} is no JSON at line 2, column 30. Mend it there; it was left as it is.`,
    );
    expect(err).not.toMatch(/ticket=|hunter2/);
    expect(await readFile(devConfig, "utf8")).toBe(text);
  });

  it("warns when git would take the token along, and only then", async () => {
    const own = await mkdtemp(join(folder, "git-"));
    const file = join(own, "konnector-dev-config.json");
    spawnSync("git", ["init", "--quiet", own]);
    const { account } = await stage.connect("me");
    const put = () =>
      ended(willcall("exec", "--dev-config", file, account, "--", process.execPath, "-e", ""));
    expect((await put()).err).toBe(`git does not ignore ${file}: add it to .gitignore.\n`);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await writeFile(join(own, ".gitignore"), "konnector-dev-config.json\n");
    expect((await put()).err).toBe("");
  });

  it("keeps a development configuration whole when there is no room to write it anew", async () => {
    const text = '{"fields": {"login": "ada"}}';
    await writeFile(devConfig, text);
    const { account } = await stage.connect("me");
    // Nobody may write a byte into any file: what a full disk does, for one process.
    const limited = "trap '' XFSZ; ulimit -f 0; exec \"$@\"";
    const argv = [command, "exec", "--dev-config", devConfig, account, "--", process.execPath, "-e", ""];
    const child = spawn("sh", ["-c", limited, "sh", process.execPath, ...argv], {
      cwd: folder,
      env: environment(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    expect(await ended(child)).toMatchObject({
      code: 1,
      err: "There is no room left on the disk. The file that was to be written is as it was.\n",
    });
    expect(await readFile(devConfig, "utf8")).toBe(text);
    expect((await readdir(folder)).filter((name) => name.startsWith("konnector-dev-config.json."))).toEqual(
      [],
    );
  });

  it("works with a browser on another machine", async () => {
    const { page, id, code } = await logIn("meadow", "--elsewhere", "--owner", "ada");
    expect(page.heading).toBe("You are logged in");
    expect(code).toBe(0);
    expect(members(await stage.get(`/api/accounts/${id}`))).toMatchObject({ owner: "ada" });
  });

  it("works with a code that somebody types into a browser on another machine", async () => {
    const child = willcall("login", "meadow", "--elsewhere", "--owner", "ada");
    const out = text(child.stdout);
    const exited = once(child, "exit");
    let shown = "";
    for await (const chunk of child.stderr) {
      shown += String(chunk);
      if (shown.includes("ticket=")) break;
    }
    const [, at = "", code = ""] =
      /Open (\S+) on another machine, and enter ([A-Z]{4}-[A-Z]{4})\./.exec(shown) ?? [];
    expect(at).toBe(`${stage.broker.base}/accounts/device`);
    const browser = new UserAgent();
    const asked = await browser.open(at, { form: { user_code: code } });
    expect(asked.text).toContain(code);
    const leaving = await browser.press(asked, "continue", { until: isAt(stage.provider) });
    const page = await browser.open(departed(stage.provider, browser, leaving).callback());
    expect(page.heading).toBe("You are logged in");
    expect((await exited)[0]).toBe(0);
    expect(members(await stage.get(`/api/accounts/${(await out).trim()}`))).toMatchObject({ owner: "ada" });
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
