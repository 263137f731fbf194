import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { beforeEach, describe, expect, it } from "vitest";
import { type World, startWorld } from "./testing.ts";

const here = join(import.meta.dirname, "..");

let world: World;
let folder: string;
beforeEach(async () => {
  world = await startWorld();
  folder = await mkdtemp(join(tmpdir(), "connector-"));
  await mkdir(join(folder, "node_modules", "@willcall"), { recursive: true });
  await symlink(here, join(folder, "node_modules", "@willcall", "connector"), "junction");
  return async () => {
    await world[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  };
});

/** Runs a connector as its author wrote it. */
async function run(program: string, env: Record<string, string> = world.env) {
  await writeFile(join(folder, "index.js"), program);
  const child = spawn(process.execPath, ["."], { cwd: folder, env: { PATH: process.env["PATH"], ...env } });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  const lines = out
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line || "{}"));
  return { code, err, lines };
}

/** What Cozy's tutorial shows, with a line in the place of its comment. */
const tutorial = (line: string) => `
const { BaseKonnector, log, requestFactory, errors, cozyClient } = require("@willcall/connector")
module.exports = new BaseKonnector(start)

async function start(fields, parameters) {
  ${line}
}`;

describe("the connector of Cozy's tutorial", () => {
  it("gets the account's token in fields.access_token, and the manifest's parameters", async () => {
    world.token = "stale";
    const { code, err, lines } = await run(tutorial('log("info", [fields.access_token, parameters.page])'));
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(lines).toMatchObject([{ type: "info", message: '["stale",2]' }]);
  });

  it("goes on with a newer token when its own is refused", async () => {
    const call = `await requestFactory()("${world.url}/things", { auth: { bearer: fields.access_token } })`;
    const { code, lines } = await run(tutorial(`log("info", (${call}).length + fields.access_token)`));
    expect(code).toBe(0);
    expect(lines).toMatchObject([{ message: "2fresh" }]);
  });

  it("ends with USER_ACTION_NEEDED.OAUTH_OUTDATED when only the owner can help", async () => {
    world.refresh = 401;
    const { code, lines } = await run(
      tutorial(`await requestFactory()("${world.url}/things", { auth: { bearer: fields.access_token } })`),
    );
    expect(code).toBe(1);
    expect(lines).toMatchObject([{ type: "critical", message: "USER_ACTION_NEEDED.OAUTH_OUTDATED" }]);
  });

  it("ends with the reason that it throws", async () => {
    const { code, lines } = await run(tutorial("throw new Error(errors.LOGIN_FAILED)"));
    expect({ code, lines }).toMatchObject({
      code: 1,
      lines: [{ type: "critical", message: "LOGIN_FAILED" }],
    });
  });

  it("keeps data from one run to the next", async () => {
    const { lines } = await run(
      tutorial(
        'await this.saveAccountData({ seen: 7 }); log("info", this.getAccountData()); log.warn(this.accountId)',
      ),
    );
    expect(lines).toMatchObject([{ message: '{"since":1,"seen":7}' }, { type: "warn", message: "abc" }]);
    expect(world.account["data"]).toEqual({ since: 1, seen: 7 });
  });

  it("may ask for a refresh itself, as Cozy's Google connector does", async () => {
    const { lines } = await run(
      tutorial(
        'const body = await cozyClient.fetchJSON("POST", `/accounts/example/${this.accountId}/refresh`)\n' +
          '  log("info", [body._id, body._rev, body.attributes.oauth.access_token])',
      ),
    );
    expect(lines).toMatchObject([{ message: '["abc","1-a","fresh"]' }]);
  });

  it("may be a class of its own, and a module", async () => {
    const program = `
      import { BaseKonnector, log } from "@willcall/connector";
      class Things extends BaseKonnector {
        async fetch(fields) { log.info(Object.keys(fields)); }
      }
      await new Things().run();`;
    await writeFile(join(folder, "package.json"), '{"type":"module"}');
    expect((await run(program)).lines).toMatchObject([{ message: '["login","access_token"]' }]);
  });
});

it("README.md's connector runs as it stands", async () => {
  const readme = await readFile(join(here, "README.md"), "utf8");
  const [, code = ""] = /```js\n([^]*?)```/.exec(readme) ?? [];
  const { code: exit, lines } = await run(code.replace("https://api.example.com/v1", world.url));
  expect({ exit, lines }).toMatchObject({ exit: 0, lines: [{ type: "info", message: "2 things" }] });
});
