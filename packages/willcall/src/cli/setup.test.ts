import { describe, expect, test } from "vitest";
import { loadConfig } from "../config/load.ts";
import { catalogue, memoryFiles, sources } from "../config/sources.fixture.ts";
import { type SetupFlags, setUp, setUpText } from "./setup.ts";

/** Sets up in `/site`; `answers` are given in order to the questions asked. */
async function run(flags: SetupFlags, texts = new Map<string, string>(), answers?: string[]) {
  const questions: string[] = [];
  const ask = async (question: string) => {
    questions.push(question);
    return answers?.shift() ?? "";
  };
  const write = async (path: string, text: string) => void texts.set(path, text);
  const world = { cwd: "/site", catalogue, files: memoryFiles(texts), write, ask: answers && ask };
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
      "  1. Register an app at Comma Inc. (https://docs.comma.example) with the redirect URI https://localhost:8787/sheets/redirect",
      "  2. Put what it gives you into .dev.vars (COMMA_CLIENT_ID and COMMA_CLIENT_SECRET), and the scopes you need into willcall.config.json",
      "  3. Run `willcall doctor` to check all of it, then `willcall serve`",
    ]);
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
      /3 mistakes[^]*--provider[^]*"comma"[^]*--name[^]*--origin/,
    );
    expect(texts.size).toBe(0);
  });

  test("refuses to guess where nobody is there to ask", async () => {
    await expect(run({})).rejects.toThrow(/--provider[^]*--kind/);
  });
});
