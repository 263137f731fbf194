import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { renderUnicodeCompact } from "uqr";
import { describe, expect, it } from "vitest";
import { startChain } from "../support/chain.ts";
import { UserAgent } from "../support/user-agent.ts";

const tool = join(import.meta.dirname, "..", "..", "examples", "device-cli", "tool.ts");

/** Runs the example's tool; `answer` is what the person does with the link. */
async function run(issuer: string, answer: (link: string) => Promise<unknown>) {
  const env = { ...process.env, ISSUER: issuer, CLIENT_ID: "fieldnotes" };
  const child = spawn(process.execPath, [tool], { env });
  const ended = once(child, "close");
  const errors: string[] = [];
  child.stderr.on("data", (chunk) => errors.push(String(chunk)));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    const [link] = /http\S+/.exec(line) ?? [];
    if (link !== undefined) await answer(link);
  }
  const [code] = await ended;
  return { code, said: lines.join("\n"), errors: errors.join("") };
}

describe("the example of a tool on a machine without a browser", () => {
  it("C1, C2: prints code, link and QR code, and gets its tokens", async () => {
    await using chain = await startChain();
    let opened = "";
    const { code, said } = await run(chain.issuer, (link) => chain.approveDevice((opened = link)));
    expect(opened).toMatch(/\/fieldnotes\/device\?user_code=[A-Z]{4}-[A-Z]{4}$/);
    expect(said).toContain(renderUnicodeCompact(opened));
    expect(said).toContain(`shows the code ${opened.slice(-9)}.`);
    expect(said).toContain("You are logged in. This tool may use: openid profile email.");
    expect(code).toBe(0);
  });

  it("C5: says that the person cancelled", async () => {
    await using chain = await startChain();
    const { code, errors } = await run(chain.issuer, async (link) => {
      const browser = new UserAgent();
      await browser.press(await browser.open(link), "cancel");
    });
    expect(errors).toContain("The person cancelled the login.");
    expect(code).toBe(1);
  });
});
