import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { PLUGIN } from "./support/app.ts";
import { NativeApp } from "./support/native-app.ts";
import { type Stage, departed, raise } from "./support/stage.ts";
import { UserAgent } from "./support/user-agent.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await raise();
});
afterAll(() => stage[Symbol.asyncDispose]());

/** A WebSocket at the app's pick-up. */
function socketOf(app: NativeApp, origin = PLUGIN): WebSocket {
  const { host } = new URL(stage.broker.base);
  return new WebSocket(`ws://${host}/pickup/${app.mailbox}`, { origin });
}

/** The one message that a socket gets; the other side closes it afterwards. */
async function heard(socket: WebSocket): Promise<string> {
  const [message] = await once(socket, "message");
  await expect.poll(() => socket.readyState).toBeGreaterThanOrEqual(WebSocket.CLOSING);
  socket.terminate();
  return String(message);
}

async function launched(native: NativeApp) {
  const browser = new UserAgent();
  const url = native.loginUrl();
  const page = await browser.press(await browser.open(url), "continue");
  return departed(stage.provider, browser, page);
}

describe("a WebSocket at the pick-up", () => {
  it("B: gets the sealed box as one message when the login ends, and is closed", async () => {
    const native = new NativeApp(stage.broker.base);
    const socket = socketOf(native);
    const hearing = heard(socket);
    await once(socket, "open");
    await (await launched(native)).finish();
    const text = await hearing;
    const { tokens } = await native.open({ status: 200, headers: {}, text });
    expect(tokens["access_token"]).toBeDefined();
  });

  it("B: gets the box at once when the login has ended before", async () => {
    const native = new NativeApp(stage.broker.base);
    await (await launched(native)).finish();
    const text = await heard(socketOf(native));
    expect(text).toBe((await native.read()).text);
  });

  it("B: gets a typed outcome when the login is denied", async () => {
    const native = new NativeApp(stage.broker.base);
    const hearing = heard(socketOf(native));
    const { browser, callback, state } = await launched(native);
    await browser.open(callback({ error: "access_denied", state }));
    expect(JSON.parse(await hearing)).toMatchObject({ error: "access_denied" });
  });

  it("A12, B: is refused to a foreign origin", async () => {
    const socket = socketOf(new NativeApp(stage.broker.base), "https://elsewhere.example");
    const [, response] = await once(socket, "unexpected-response");
    expect(response).toMatchObject({ statusCode: 403 });
  });
});
