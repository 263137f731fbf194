import { Agent } from "node:http";
import { describe, expect, it } from "vitest";
import { PLUGIN } from "./support/app.ts";
import { members, send } from "./support/http.ts";
import { dial } from "./support/raw.ts";
import { type Stage, raise } from "./support/stage.ts";
import { eventNames } from "./support/target.ts";

/** A read key whose tokens wait. */
async function ready({ launch }: Stage): Promise<string> {
  const { finish, readKey } = await launch();
  await finish();
  return readKey;
}

describe("picking up", () => {
  it("S2: of 100 parallel polls exactly one gets the tokens, in each of 500 trials", async () => {
    await using stage = await raise();
    const agent = new Agent({ keepAlive: true, maxSockets: 100 });
    const delivered: number[] = [];
    for (let trial = 0; trial < 500; trial++) {
      const readKey = await ready(stage);
      const polls = Array.from({ length: 100 }, () => stage.app.poll(readKey, { agent }));
      const answers = await Promise.all(polls);
      delivered.push(answers.filter(({ status }) => status === 200).length);
    }
    agent.destroy();
    expect(new Set(delivered)).toEqual(new Set([1]));
  }, 60_000);

  it("S2: of four waiting polls exactly one gets the tokens, the others 404", async () => {
    await using stage = await raise();
    const { finish, readKey } = await stage.launch();
    const waiting = Array.from({ length: 4 }, () => stage.app.poll(readKey, { wait: 25 }));
    await finish();
    const statuses = (await Promise.all(waiting)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 404)).toHaveLength(3);
  });

  it("S11: a waiting connection that goes away takes nothing with it", async () => {
    await using stage = await raise();
    const { finish, readKey } = await stage.launch();
    const gone = new AbortController();
    const cut = send(`${stage.broker.base}/poll?readKey=${readKey}&wait=25`, {
      method: "POST",
      headers: { origin: PLUGIN },
      signal: gone.signal,
    }).catch(() => "cut");
    gone.abort();
    expect(await cut).toBe("cut");
    await finish();
    expect(await stage.app.poll(readKey, { wait: 5 })).toMatchObject({ status: 200 });
  });

  it("S11: tokens whose connection dies before a byte of them leaves go back, and that is recorded", async () => {
    await using stage = await raise();
    const { readKey: pending } = await stage.launch();
    const readKey = await ready(stage);
    await using wire = await dial(stage.broker.base);
    // Pipelined behind an answer that is still to come, this one cannot leave.
    for (const query of [`${pending}&wait=25`, readKey])
      wire.write(`POST /poll?readKey=${query} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`);
    await expect.poll(() => stage.app.poll(readKey).then(({ status }) => status)).toBe(404);
    wire.socket.destroy();
    await expect.poll(() => eventNames(stage.broker)).toContain("pickup.put_back");
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("S2: connections cut at any moment of the answer get the tokens out once at most", async () => {
    await using stage = await raise();
    for (let trial = 1; trial <= 25; trial++) {
      const readKey = await ready(stage);
      await using wire = await dial(stage.broker.base);
      wire.write(`POST /poll?readKey=${readKey} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`);
      for (let turn = 1; turn < trial; turn++) await new Promise((resolve) => setImmediate(resolve));
      wire.socket.resetAndDestroy();
      let received = wire.received().includes("access_token") ? 1 : 0;
      const pollOnce = async (): Promise<number> => {
        if ((await stage.app.poll(readKey)).status === 200) received += 1;
        return eventNames(stage.broker).filter((name) => name === "login.taken").length;
      };
      await expect.poll(pollOnce, { interval: 300, timeout: 5_000 }).toBe(trial);
      expect(received).toBeLessThanOrEqual(1);
    }
  });

  it("A6: tokens wait until 735 seconds after begin", async () => {
    await using stage = await raise();
    const readKey = await ready(stage);
    stage.broker.advance?.(734_000);
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("A8, S7: tokens that nobody picked up within 735 seconds are gone", async () => {
    await using stage = await raise();
    const readKey = await ready(stage);
    stage.broker.advance?.(735_000);
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 410 });
  });

  it("S2: a read key with any character changed is unknown, and takes nothing", async () => {
    await using stage = await raise();
    const readKey = await ready(stage);
    for (let at = 0; at < readKey.length; at++) {
      const changed = readKey.slice(0, at) + (readKey[at] === "A" ? "B" : "A") + readKey.slice(at + 1);
      expect(await stage.app.poll(changed)).toMatchObject({ status: 404, text: "" });
    }
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("S2: a key in another spelling takes nothing", async () => {
    await using stage = await raise();
    const readKey = await ready(stage);
    const odd = [
      ["", 400],
      [`[]=${readKey}`, 400],
      [`=${readKey}&readKey=${readKey}`, 400],
      [`=${readKey}=`, 404],
      [`=${readKey}%00`, 404],
      [`=${readKey.slice(0, -1)}`, 404],
      [`=${readKey}A`, 404],
      [`=%20${readKey}`, 404],
      [`=${readKey.toLowerCase()}x`, 404],
    ] as const;
    for (const [rest, status] of odd) {
      const answer = await send(`${stage.broker.base}/poll?readKey${rest}`, { method: "POST" });
      expect([rest, answer.status]).toEqual([rest, status]);
    }
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("S2: a mailbox id, a state or a ticket shown as a read key is unknown", async () => {
    await using stage = await raise();
    const { finish, readKey, state, browser } = await stage.launch();
    const { url } = await stage.app.begin();
    const { name, value: cookie } = browser.oldestCookie(stage.broker.base);
    await finish();
    const ticket = new URL(url).searchParams.get("ticket") ?? "";
    for (const shown of [name.slice(3), state, ticket, cookie])
      expect(await stage.app.poll(shown)).toMatchObject({ status: 404, text: "" });
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("A6: needs no Origin: a native client may pick up what it began", async () => {
    await using stage = await raise();
    const readKey = await ready(stage);
    const answer = await send(`${stage.broker.base}/poll?readKey=${readKey}`, { method: "POST" });
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
    expect(members(answer)).toMatchObject({ token_type: "bearer" });
  });

  it("A6: a percent-encoded key is the key", async () => {
    await using stage = await raise();
    const readKey = await ready(stage);
    const first = `%${readKey.charCodeAt(0).toString(16)}`;
    expect(await stage.app.poll(first + readKey.slice(1))).toMatchObject({ status: 200 });
  });
});
