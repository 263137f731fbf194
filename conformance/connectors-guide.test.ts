import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configFileSchema } from "../packages/willcall/src/config/schema.ts";
import { type Accounts, raiseAccounts } from "./support/accounts.ts";
import { inProcess } from "./support/in-process.ts";
import { type ResourceServer, startResourceServer } from "./support/resource-server.ts";
import { departed, isAt } from "./support/stage.ts";
import { UserAgent } from "./support/user-agent.ts";

const root = join(import.meta.dirname, "..");
const page = join(root, "docs", "connectors.md");
const willcall = join(root, "packages", "willcall", "bin", "willcall.mjs");

let stage: Accounts;
let api: ResourceServer;
let folder: string;
let guide: string;
beforeAll(async () => {
  guide = await readFile(page, "utf8");
  stage = await raiseAccounts(inProcess);
  api = await startResourceServer();
  folder = await mkdtemp(join(tmpdir(), "willcall-guide-"));
  await mkdir(join(folder, "node_modules", "@willcall"), { recursive: true });
  const library = join(folder, "node_modules", "@willcall", "connector");
  await symlink(join(root, "packages", "connector"), library, "junction");
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** The fenced blocks of one language. */
const blocks = (language: string): string[] =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, "gm"))].map(([, body = ""]) => body);

/** Runs one of the guide's commands; whoever is shown a link logs in with it. */
async function run(line: string) {
  const [, ...argv] = line.replace(/^npx /, "").split(/\s+/);
  const child = spawn(process.execPath, [willcall, ...argv], {
    cwd: folder,
    env: {
      PATH: `${dirname(process.execPath)}:${process.env["PATH"]}`,
      WILLCALL_URL: stage.broker.base,
      WILLCALL_OPERATOR_TOKEN: stage.operatorToken,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const visits: Promise<void>[] = [];
  const err = (async () => {
    let said = "";
    for await (const chunk of child.stderr) {
      said += String(chunk);
      const [url] = /https?:\/\/\S+ticket=\S+(?=\n)/.exec(said) ?? [];
      if (url !== undefined && visits.length === 0) visits.push(logIn(url));
    }
    return said;
  })();
  const [out, said, [code]] = await Promise.all([text(child.stdout), err, once(child, "exit")]);
  await Promise.all(visits);
  return { code, out: out.trim(), err: said };
}

async function logIn(url: string): Promise<void> {
  const browser = new UserAgent();
  const leaving = await browser.press(await browser.open(url), "continue", { until: isAt(stage.provider) });
  await browser.open(departed(stage.provider, browser, leaving).callback());
}

describe("docs/connectors.md", () => {
  it("shows a connector that every command of it runs", async () => {
    const [program = ""] = blocks("js");
    const [manifest = ""] = blocks("json");
    await writeFile(join(folder, "index.js"), program.replace("https://api.example.com/v1", api.url));
    await writeFile(join(folder, "manifest.konnector"), manifest.replace('"example"', '"meadow"'));
    const commands = blocks("sh").flatMap((block) => block.trim().split("\n"));
    expect(commands).toHaveLength(4);
    let id = "";
    const printed: string[] = [];
    for (const command of commands) {
      const [bare = ""] = command.split(/\s+#/);
      const { code, out, err } = await run(bare.replace("login example", "login meadow").replace("$ID", id));
      expect([bare, code, err]).toEqual([bare, 0, expect.any(String)]);
      if (id === "") id = out;
      printed.push(out);
    }
    expect(printed[1]).toContain('"message":"2 things"');
    expect(printed[2]).toBe(id);
    expect(printed[3]).toBe("info     2 things");
    const written = JSON.parse(await readFile(join(folder, "konnector-dev-config.json"), "utf8")) as unknown;
    expect(written).toEqual({ fields: { access_token: expect.stringMatching(/^access-/) } });
  }, 60_000);

  it("shows a configuration that is one, and links that lead somewhere", () => {
    const [, offer = ""] = blocks("json");
    expect(configFileSchema.safeParse(JSON.parse(offer)).error).toBeUndefined();
    const links = [...guide.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path = ""]) => path);
    expect(links.filter((path) => !existsSync(join(dirname(page), path)))).toEqual([]);
  });
});
