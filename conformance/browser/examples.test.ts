import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { Browser, BrowserContext, Page as Tab } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { start as startConnector } from "../../examples/connector/example.ts";
import { start as startCli } from "../../examples/cli-tool/example.ts";
import { start as startElectron } from "../../examples/electron-like/example.ts";
import type { RunningExample, Start } from "../../examples/example.ts";
import { start as startFigma } from "../../examples/figma-plugin/example.ts";
import { start as startFramer } from "../../examples/framer-plugin/example.ts";
import { start as startVanilla } from "../../examples/vanilla/example.ts";
import { catalogue } from "../../packages/willcall/src/providers/catalogue/index.ts";
import { diskFiles } from "../../packages/willcall/src/cli/files.ts";
import { homeLink } from "../../packages/willcall/src/cli/home.ts";
import { loadConfig } from "../../packages/willcall/src/config/load.ts";
import { openSqlite } from "../../packages/willcall/src/engines/sqlite/open.ts";
import { serveNode } from "../../packages/willcall/src/node.ts";
import { type LogEvent, recordingLog } from "../../packages/willcall/src/observe/log.ts";
import { launchChromium } from "./chromium.ts";
import { freePort } from "./scene.ts";

let browser: Browser;
let context: BrowserContext;
let folder: string;
let willcall: string;
/** Signs a browser in, where accounts are kept. */
let signIn: string;
let events: LogEvent[];
let closing: (() => Promise<unknown>)[];

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

beforeEach(async () => {
  context = await browser.newContext();
  folder = mkdtempSync(join(tmpdir(), "willcall-example-"));
  events = [];
  closing = [];
});
afterEach(async () => {
  vi.restoreAllMocks();
  await context.close();
  for (const close of closing) await close();
  rmSync(folder, { recursive: true });
});

/** An example with its Willcall, as `npm start -- --example` runs them. */
async function run(start: Start): Promise<RunningExample> {
  const port = await freePort();
  const ports = [await freePort(), await freePort(), await freePort()];
  willcall = `http://localhost:${port}`;
  const example = await start({ willcall, ports });
  const configuration = {
    publicUrl: willcall,
    listen: { host: "localhost", port },
    ...example.configuration,
  };
  writeFileSync(join(folder, "willcall.config.json"), JSON.stringify(configuration));
  const sources = { cwd: folder, env: {}, flags: {}, files: diskFiles, catalogue, random: randomBytes };
  const { config, dataDir, listen } = await loadConfig(sources);
  if (config.accounts !== undefined) signIn = homeLink(config);
  const log = recordingLog(({ event }) => events.push(event), Date.now);
  const server = await serveNode({
    config,
    engine: openSqlite({ path: join(dataDir, "willcall.db") }),
    log,
    listen,
  });
  closing.push(
    () => server.close(),
    () => example.close(),
  );
  return example;
}

async function open(start: Start): Promise<Tab> {
  const example = await run(start);
  const tab = await context.newPage();
  await tab.goto(example.open);
  return tab;
}

const press = (tab: Tab, name: string): Promise<void> => tab.getByRole("button", { name }).click();

/** The command-line example as a process of its own. */
function notes(tokens: string, ...args: string[]) {
  const env = { ...process.env, WILLCALL: willcall, NOTES_TOKENS: tokens, NOTES_BROWSER: "none" };
  return spawn(process.execPath, ["examples/cli-tool/notes.ts", ...args], { env });
}

/** What a stream has said so far. */
function collect(stream: Readable): () => string {
  let said = "";
  stream.on("data", (data: Buffer) => {
    said += data.toString();
  });
  return () => said;
}

describe("the examples", () => {
  test("framer-plugin: logs in silently inside the editor, and calls an API with the token", async () => {
    const tab = await open(startFramer);
    const plugin = tab.frameLocator("iframe");
    const opened = context.waitForEvent("page");
    await plugin.getByRole("button", { name: "Log in" }).click();
    await press(await opened, "Allow");
    await plugin.getByText("Hello, Ada Lovelace.").waitFor();
    expect(events).not.toContain("login.confirm_shown");
    await plugin.getByRole("button", { name: "Log out" }).click();
    await plugin.getByText("Log in to bring your notes in.").waitFor();
  });

  test("figma-plugin: logs in without an origin, and stays so when the plugin is opened again", async () => {
    const tab = await open(startFigma);
    const plugin = tab.frameLocator("iframe");
    const opened = context.waitForEvent("page");
    await plugin.getByRole("button", { name: "Log in" }).click();
    const popup = await opened;
    await press(popup, "Continue");
    await press(popup, "Allow");
    await plugin.getByText("You are logged in.").waitFor();
    await tab.reload();
    await plugin.getByText("You are logged in.").waitFor();
    expect(events.filter((event) => event === "login.taken")).toHaveLength(1);
  });

  test("vanilla: logs in with an element, and calls an API with the token", async () => {
    const tab = await open(startVanilla);
    const opened = context.waitForEvent("page");
    await press(tab, "Log in");
    await press(await opened, "Allow");
    await tab.getByText("Hello, Ada Lovelace.").waitFor();
    await press(tab, "Log out");
    await tab.getByText("Log in to bring your notes in.").waitFor();
    expect(events).toContain("login.taken");
  });

  test("electron-like: has the system open the page, and logs in after a confirmation", async () => {
    const printed: string[] = [];
    vi.spyOn(console, "log").mockImplementation((line: string) => printed.push(line));
    const app = await open(startElectron);
    await press(app, "Log in");
    await expect.poll(() => printed.join()).toContain("/login?");
    const system = await browser.newContext();
    const page = await system.newPage();
    await page.goto(/http\S+/.exec(printed.join())?.[0] ?? "");
    await press(page, "Continue");
    await press(page, "Allow");
    await app.getByText("You are logged in.").waitFor();
    await system.close();
    expect(events).toContain("login.confirm_shown");
  });

  test("connector: runs on the home page with an account that was connected there, and remembers", async () => {
    await run(startConnector);
    const tab = await context.newPage();
    await tab.goto(signIn);
    const opened = context.waitForEvent("page");
    await press(tab, "Connect: Meadow ID");
    await press(await opened, "Allow");
    await tab.getByText("Meadow ID is connected").first().waitFor();
    await press(tab, "Run now: Hello");
    await tab.getByText("Hello, Ada Lovelace. This is run 1.").waitFor();
    await press(tab, "Run now");
    await tab.getByText("Hello, Ada Lovelace. This is run 2.").waitFor();
    expect(events).toContain("connector.ended");
  });

  test("cli-tool: prints the link, keeps the tokens to itself, and logs out", async () => {
    await run(startCli);
    const tokens = join(folder, "tokens.json");
    const tool = (command: string) => notes(tokens, command);
    const login = tool("login");
    const printed = collect(login.stderr);
    await expect.poll(printed).toContain("/login?");
    const page = await context.newPage();
    await page.goto(/http\S+/.exec(printed())?.[0] ?? "");
    await press(page, "Continue");
    await press(page, "Allow");
    expect((await text(login.stdout)) + printed()).toContain("You are logged in.");
    expect(statSync(tokens).mode & 0o777).toBe(0o600);
    expect((await text(tool("token").stdout)).trim()).not.toBe("");
    expect(await text(tool("logout").stdout)).toBe("You are logged out.\n");
  });

  test("cli-tool: for a browser on another machine, prints a short link and a code to type", async () => {
    await run(startCli);
    const login = notes(join(folder, "tokens.json"), "login", "--device");
    const printed = collect(login.stderr);
    await expect.poll(printed).toContain("enter the code");
    const page = await context.newPage();
    await page.goto(/http\S+/.exec(printed())?.[0] ?? "");
    await page.getByRole("textbox").fill(/code (\S+)/.exec(printed())?.[1] ?? "");
    await page.keyboard.press("Enter");
    await press(page, "Continue");
    await press(page, "Allow");
    expect(await text(login.stdout)).toContain("You are logged in.");
  });
});
