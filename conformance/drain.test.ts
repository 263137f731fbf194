import { describe, expect, it } from "vitest";
import { childProcess } from "./support/child-process.ts";
import { inProcess } from "./support/in-process.ts";
import { holding } from "./support/holding.ts";
import { send } from "./support/http.ts";
import { dial } from "./support/raw.ts";
import { raise } from "./support/stage.ts";
import { eventNames } from "./support/target.ts";

describe.each([
  ["in this process", inProcess],
  ["at SIGTERM", childProcess],
])("a broker that is asked to stop, %s", (_, target) => {
  it("S11: answers held polls at once, with what clients take for pending", async () => {
    await using stage = await raise({ target });
    const { readKey } = await stage.launch();
    await using wire = await dial(stage.broker.base);
    const poll = `POST /poll?readKey=${readKey}&wait=25 HTTP/1.1`;
    wire.write(`${poll}\r\nHost: a\r\nContent-Length: 0\r\n\r\n`);
    // Once this one has been answered, the one before it is held.
    await send(stage.broker.base);
    await stage.broker.stop();
    const { text } = await wire.closed(5_000);
    expect(text).toMatch(/^HTTP\/1\.1 404 .*\r\n\r\n$/s);
  });

  it("S11: finishes the exchange in flight, and its tokens wait for the next start", async () => {
    await using stage = await raise({ target });
    const { finish, readKey } = await stage.launch();
    const { script, asked, release } = holding();
    stage.provider.script(script);
    const finishing = finish();
    await asked;
    const stopped = stage.broker.stop();
    await expect.poll(() => eventNames(stage.broker)).toContain("draining");
    release();
    expect(await finishing).toMatchObject({ status: 200, heading: "You are logged in" });
    await stopped;
    expect(eventNames(stage.broker).at(-1)).toBe("stopped");
    await stage.broker.restart();
    expect(await stage.app.poll(readKey)).toMatchObject({ status: 200 });
  });

  it("S11: parks nobody who comes back while it drains", async () => {
    await using stage = await raise({ target });
    const { finish, readKey } = await stage.launch();
    const { script, asked, release } = holding();
    stage.provider.script(script);
    await using wire = await dial(stage.broker.base);
    const poll = `POST /poll?readKey=${readKey}&wait=25 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`;
    wire.write(poll.slice(0, 30));
    const finishing = finish();
    await asked;
    const stopped = stage.broker.stop();
    await expect.poll(() => eventNames(stage.broker)).toContain("draining");
    wire.write(poll.slice(30));
    await expect.poll(() => wire.received()).toContain("HTTP/1.1 404");
    release();
    await finishing;
    await stopped;
  });

  it("S11: begins no more logins on connections that are still open", async () => {
    await using stage = await raise({ target });
    const { finish } = await stage.launch();
    const { script, asked, release } = holding();
    stage.provider.script(script);
    await using wire = await dial(stage.broker.base);
    const begin = "POST /authorize HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
    // A request half sent keeps its connection open while the broker drains.
    wire.write(begin.slice(0, 30));
    const finishing = finish();
    await asked;
    const stopped = stage.broker.stop();
    await expect.poll(() => eventNames(stage.broker)).toContain("draining");
    wire.write(begin.slice(30));
    await expect.poll(() => wire.received()).toContain("HTTP/1.1 503");
    release();
    await finishing;
    await stopped;
    await expect(send(stage.broker.base)).rejects.toThrow("ECONNREFUSED");
  });
});
