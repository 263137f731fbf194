import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import type { WillcallError } from "./errors.ts";
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

test("a command line without a browser prints a short link and a code, and waits as long as it is told", async () => {
  const answers = ["authorization_pending", "slow_down", "access_denied"];
  broker = await startBroker(({ what }) =>
    what === "POST /device_authorization"
      ? {
          json: {
            device_code: "d_1",
            verification_uri_complete: "https://login.example/device?user_code=BCDF-GHJK",
            interval: 0,
          },
        }
      : { status: 400, json: { error: answers.shift() } },
  );
  const printed: string[] = [];
  const file = join(mkdtempSync(join(tmpdir(), "willcall-cli-")), "tokens.json");
  const client = createCliClient({
    broker: broker.url,
    file,
    device: true,
    print: (line) => printed.push(line),
  });
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const login = client.login();
  const outcome = login.catch((error: WillcallError) => error.code);
  while (answers.length > 0) {
    await vi.advanceTimersByTimeAsync(1000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await outcome).toBe("access_denied");
  vi.useRealTimers();
  expect(printed).toEqual(["Log in here: https://login.example/device\nand enter the code BCDF-GHJK"]);
  expect(broker.asked.at(-1)?.form.get("device_code")).toBe("d_1");
  expect(broker.asked.at(-1)?.form.get("client_id")).toBe("root");
});

test("the usual place for tokens is under the person's configuration", () => {
  expect(tokenFile("notes")).toMatch(/notes.tokens\.json$/);
});
