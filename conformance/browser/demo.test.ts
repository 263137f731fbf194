import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { listen } from "../../examples/demo/listen.ts";
import { launchChromium } from "./chromium.ts";
import { freePort } from "./scene.ts";

const root = join(import.meta.dirname, "..", "..");

/** `npm start` as a person runs it, with what it prints. */
class Start {
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown[]>;
  #printed = "";

  constructor(...args: string[]) {
    this.#process = spawn(process.execPath, ["scripts/run.mjs", "scripts/start.ts", ...args], { cwd: root });
    this.#ended = once(this.#process, "exit");
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.#printed += chunk.toString();
      });
    }
  }

  get printed(): string {
    return this.#printed;
  }

  /** Resolves to the exit code. */
  async ended(): Promise<unknown> {
    const [code] = await this.#ended;
    return code;
  }

  interrupt(): void {
    this.#process.kill("SIGINT");
  }
}

/** A run of five ports, the first of which is given; nobody uses them. */
async function freePorts(): Promise<number> {
  for (;;) {
    const first = await freePort();
    const taken = await Promise.all([0, 1, 2, 3, 4].map((step) => isTaken(first + step)));
    if (first < 65_000 && !taken.includes(true)) return first;
  }
}

function isTaken(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(true));
    server.listen(port, "localhost", () => server.close(() => resolve(false)));
  });
}

describe("npm start", () => {
  let start: Start;
  afterEach(async () => {
    start.interrupt();
    await start.ended();
  });

  test("shows a login from the click to the tokens, one line for each step, and ends with Ctrl-C", async () => {
    start = new Start("--port", String(await freePorts()));
    await expect.poll(() => start.printed, { timeout: 30_000 }).toContain("Ctrl-C ends everything.");
    const [address = ""] = /http:\/\/localhost:\d+(?=\s+│)/.exec(start.printed) ?? [];

    const browser = await launchChromium();
    const tab = await browser.newPage();
    await tab.goto(address);
    const plugin = tab.frameLocator("iframe");
    const opened = tab.waitForEvent("popup");
    await plugin.getByRole("button", { name: "Log in with Meadow ID" }).click();
    await (await opened).getByRole("button", { name: "Allow" }).click();
    await plugin.getByText("You are logged in.").waitFor();
    await browser.close();

    const steps = ["launched", "came back", "ready", "taken"];
    expect(steps.filter((step) => start.printed.includes(step))).toEqual(steps);
    start.interrupt();
    expect(await start.ended()).toBe(0);
  });

  test("says which port is in use, and what to do", async () => {
    const first = await freePorts();
    const other = await listen(first + 2, (_, response) => response.end());
    start = new Start("--port", String(first));
    expect(await start.ended()).toBe(1);
    expect(start.printed).toContain(`Port ${first + 2} is in use.`);
    expect(start.printed).not.toContain("    at ");
    await other.close();
  });

  test("says which examples there are when it is given another name", async () => {
    start = new Start("--example", "nothing");
    expect(await start.ended()).toBe(1);
    expect(start.printed).toMatch(/There are: .*\bdemo\b/);
  });
});
