import { describe, expect, test } from "vitest";
import type { Catalogue } from "../config/catalogue.ts";
import { loadConfig } from "../config/load.ts";
import { catalogue, memoryFiles, sources } from "../config/sources.fixture.ts";
import { type SetupFlags, setUp, setUpText } from "./setup.ts";

/** Sets up in `/site`; `answers` are given in order to the questions asked. */
async function run(
  flags: SetupFlags,
  texts = new Map<string, string>(),
  answers?: string[],
  known: Catalogue = catalogue,
) {
  const questions: string[] = [];
  const ask = async (question: string) => {
    questions.push(question);
    return answers?.shift() ?? "";
  };
  const write = async (path: string, text: string) => void texts.set(path, text);
  const world = { cwd: "/site", catalogue: known, files: memoryFiles(texts), write, ask: answers && ask };
  return { done: await setUp(world, flags), texts, questions };
}

const flags = { provider: "comma", kind: "framer", name: "sheets", origin: "37bb6c" };

describe("init", () => {
  test("writes a configuration that is sound once the secrets are filled in", async () => {
    const { texts } = await run(flags);
    texts.set("/site/.dev.vars", (texts.get("/site/.dev.vars") ?? "").replaceAll("=\n", "=x\n"));
    const { config } = await loadConfig(sources({ files: texts }));
    expect(config.apps).toMatchObject([
      {
        name: "sheets",
        origins: { framer: [{ id: "37bb6c" }] },
        providers: [{ provider: { name: "comma" } }],
      },
    ]);
  });

  test("says the next three steps, with what to register", async () => {
    const { done } = await run(flags);
    expect(setUpText(done).split("\n")).toEqual([
      "Wrote /site/willcall.config.json. Next:",
      "  1. Register an app at Comma Inc. with the redirect URI https://localhost:8787/sheets/redirect. Its documentation is at https://docs.comma.example",
      "  2. Put what it gives you into .dev.vars (COMMA_CLIENT_ID and COMMA_CLIENT_SECRET), and the scopes you need into willcall.config.json",
      "  3. Run `willcall doctor` to check all of it, then `willcall serve`",
    ]);
  });

  test.each([
    [
      { console: "https://comma.example/apps", notes: "Ask for a review." },
      /^Register an app at Comma Inc. \(https:\/\/comma.example\/apps\) with the redirect URI \S+\/sheets\/redirect$/,
    ],
    [{ notes: "Comma registers the app." }, /\/sheets\/redirect\. Comma registers the app\.$/],
  ])("says where to register: %j", async (facts, step) => {
    const entry = await catalogue.entry("comma");
    const known = { ...catalogue, entry: async () => entry && { ...entry, ...facts } };
    const { done } = await run(flags, new Map(), undefined, known);
    expect(done.steps[0]).toMatch(step);
  });

  test("says what else only the operator knows", async () => {
    const entry = await catalogue.entry("comma");
    const domain = { title: "Domain", pattern: "[a-z]+", example: "acme", by: "operator" } as const;
    const inputs = {
      domain,
      region: { ...domain, default: "eu" },
      shop: { ...domain, by: "login" as const },
    };
    const known = { ...catalogue, entry: async () => entry && { ...entry, inputs } };
    const { done } = await run(flags, new Map(), undefined, known);
    expect(done.steps[1]).toContain(
      "the scopes you need and `providers.comma.inputs.domain.default` (Domain) into",
    );
  });

  test("asks for what the flags don't say", async () => {
    const { questions, texts } = await run({}, new Map(), ["comma", "web", "board", "https://app.example"]);
    expect(questions).toHaveLength(4);
    expect(texts.get("/site/willcall.config.json")).toContain('"https://app.example"');
  });

  test.each([
    ["figma", { origins: ["null"] }],
    ["native", {}],
  ])("asks no origin of a %s app", async (kind, app) => {
    const { questions, texts } = await run({ provider: "comma", kind }, new Map(), [""]);
    expect(questions).toHaveLength(1);
    expect(JSON.parse(texts.get("/site/willcall.config.json") ?? "")).toMatchObject({
      apps: { "my-app": app },
    });
  });

  test("leaves a configuration that is there alone", async () => {
    const texts = new Map([["/site/willcall.config.json", "{}"]]);
    await expect(run(flags, texts)).rejects.toThrow("is there already");
    expect(texts).toEqual(new Map([["/site/willcall.config.json", "{}"]]));
  });

  test("adds to .dev.vars only what it lacks", async () => {
    const texts = new Map([["/site/.dev.vars", "COMMA_CLIENT_ID=mine"]]);
    await run(flags, texts);
    expect(texts.get("/site/.dev.vars")).toBe("COMMA_CLIENT_ID=mine\nCOMMA_CLIENT_SECRET=\n");
  });

  test("reports everything that is wrong at once, and writes nothing", async () => {
    const texts = new Map<string, string>();
    const wrong = { provider: "coma", kind: "web", name: "token", origin: "http://app.example/" };
    await expect(run(wrong, texts)).rejects.toThrow(
      /^The command has 3 mistakes[^]*--provider[^]*"comma"[^]*--name[^]*--origin/,
    );
    expect(texts.size).toBe(0);
  });

  test("refuses to guess where nobody is there to ask", async () => {
    await expect(run({})).rejects.toThrow(/--provider[^]*--kind/);
  });
});
