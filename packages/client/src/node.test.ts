import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { createCliClient, tokenFile } from "./node.ts";
import { type ScriptedBroker, sealBox, startBroker } from "./testing/broker.ts";

let broker: ScriptedBroker;
afterEach(() => broker?.close());

test("a command line prints the link, opens it, and finds its tokens again in the next run", async () => {
  let link = new URL("about:blank");
  broker = await startBroker(async () => {
    const box = await sealBox(link.searchParams.get("key") ?? "", ["", "meadow", "", 0], {
      access_token: "access-1",
    });
    return { json: { box } };
  });
  const file = join(mkdtempSync(join(tmpdir(), "willcall-cli-")), "tokens.json");
  const printed: string[] = [];
  const browser = (url: string) => {
    link = new URL(url);
  };
  const first = createCliClient({ broker: broker.url, file, browser, print: (line) => printed.push(line) });
  await first.login();
  expect(printed).toEqual([`Log in here: ${link.href}`]);
  expect(readFileSync(file, "utf8")).toContain("access-1");
  const second = createCliClient({ broker: broker.url, file, browser: false });
  expect(await second.getAccessToken()).toBe("access-1");
});

test("the usual place for tokens is under the person's configuration", () => {
  expect(tokenFile("notes")).toMatch(/notes.tokens\.json$/);
});
