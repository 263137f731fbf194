import { existsSync, readFileSync } from "node:fs";
import { buildSync } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PLUGIN } from "../conformance/support/app.ts";
import { type Stage, raise } from "../conformance/support/stage.ts";
import { loadConfig } from "../packages/willcall/src/config/load.ts";
import { type Given, someKey, sources } from "../packages/willcall/src/config/sources.fixture.ts";
import { catalogue } from "../packages/willcall/src/providers/catalogue/index.ts";

const readme = readFileSync("README.md", "utf8");

/** The fenced blocks of one language, without their indentation. */
function blocks(language: string): string[] {
  const fences = readme.matchAll(new RegExp(`^( *)\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\``, "gm"));
  return [...fences].map(([, indent = "", body = ""]) => body.replaceAll(new RegExp(`^${indent}`, "gm"), ""));
}

/** Loads what a block shows, with the real catalogue. */
const load = (given: Given) => loadConfig({ ...sources(given), catalogue });

describe("README.md", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await raise();
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  it("names only scripts that exist", () => {
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as {
      scripts: Record<string, string>;
    };
    const named = [...readme.matchAll(/npm (?:run )?(start|test|dev|bootstrap|bench)\b/g)].map(
      ([, name]) => name,
    );
    expect(named.length).toBeGreaterThan(5);
    for (const name of named) expect(scripts).toHaveProperty(name ?? "");
  });

  it("links only to files that exist", () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path]) => path ?? "");
    expect(links.filter((path) => !existsSync(path))).toEqual([]);
  });

  it("shows a configuration that loads", async () => {
    const [configuration = ""] = blocks("json");
    const env = { WILLCALL_KEYS: someKey(1), GOOGLE_SECRET: "one", NOTION_SECRET: "two" };
    const { config } = await load({ file: configuration, env });
    expect(config.apps.map((app) => app.name)).toEqual(["sheets", "notes"]);
  });

  it("shows the Framer worker's variables as they load", async () => {
    const [variables = ""] = blocks("ini");
    const { config } = await load({ devVars: variables });
    expect(config).toMatchObject({ publicUrl: "https://localhost:8787", mode: "development" });
    expect(config.apps[0]?.providers[0]?.provider.definition.authorization?.offline).toBeDefined();
  });

  it("shows client code that compiles", () => {
    const [code = ""] = blocks("ts");
    const built = buildSync({
      stdin: { contents: code, loader: "ts", resolveDir: process.cwd() },
      bundle: true,
      write: false,
      format: "esm",
      alias: { "@willcall/client": "./packages/client/src/index.ts" },
      logLevel: "silent",
    });
    expect(built.errors).toEqual([]);
  });

  it("shows requests that are answered as it says", async () => {
    const commands = blocks("sh").join("\n");
    const paths = [...commands.matchAll(/curl -X POST "?http:\/\/localhost:8787(\/[^\s"]*)/g)].map(
      ([, path]) => path ?? "",
    );
    expect(paths).toEqual(["/authorize", "/poll?readKey=$READ_KEY"]);
    const begun = await fetch(stage.broker.base + paths[0], { method: "POST", headers: { origin: PLUGIN } });
    const { url, readKey } = (await begun.json()) as { url: string; readKey: string };
    expect(url).toContain("/login?ticket=");
    const poll = await fetch(stage.broker.base + (paths[1] ?? "").replace("$READ_KEY", readKey), {
      method: "POST",
    });
    expect(poll.status).toBe(404);
    expect(commands).toContain("# 404 until");
  });
});
