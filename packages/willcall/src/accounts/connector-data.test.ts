import { describe, expect, it, onTestFinished } from "vitest";
import { Keyring } from "../crypto/keys.ts";
import type { AccountId } from "../engines/vault-store.ts";
import { openSqlite } from "../engines/sqlite/open.ts";
import { temporaryStore } from "../engines/sqlite/testing.ts";
import { Secret } from "../secret.ts";
import { readConnectorData, rewrapConnectorData, writeConnectorData } from "./connector-data.ts";
import { ACCOUNT, ADA, Clock, OLD_KEY, RotatingProvider, openProcess } from "./testing.ts";

const NEW_KEY = new Secret(Buffer.alloc(32, 8));
const content = { data: { cursor: "CANARY" } };

/** A process with one account, and where its connector's data is kept. */
async function stage() {
  const path = temporaryStore();
  const clock = new Clock();
  const provider = new RotatingProvider(clock.now);
  const { desk, vault, arrived, close } = openProcess(path, clock, provider);
  onTestFinished(close);
  await vault.connect(ADA, arrived(provider.grant()));
  const engine = openSqlite({ path });
  onTestFinished(() => engine.close());
  if (engine.vault === undefined) throw new TypeError("SQLite keeps accounts");
  return { desk, data: engine.vault.accountData };
}

describe("what a connector keeps", () => {
  it("reads as it was written, and is sealed in the store (S1)", async () => {
    const { desk, data } = await stage();
    expect(await readConnectorData(desk, data, ACCOUNT)).toEqual({ version: 0, content: {} });
    await writeConnectorData(desk, data, ACCOUNT, 0, content);
    expect(await readConnectorData(desk, data, ACCOUNT)).toEqual({ version: 1, content });
    expect(Buffer.from((await data.read(ACCOUNT))?.sealed ?? []).toString("latin1")).not.toContain("CANARY");
  });

  it("is not overwritten by who has not seen it", async () => {
    const { desk, data } = await stage();
    await writeConnectorData(desk, data, ACCOUNT, 0, content);
    expect(await writeConnectorData(desk, data, ACCOUNT, 0, {})).toBeUndefined();
    expect((await readConnectorData(desk, data, ACCOUNT)).content).toEqual(content);
  });

  it("does not open as a later version of itself", async () => {
    const { desk, data } = await stage();
    await writeConnectorData(desk, data, ACCOUNT, 0, content);
    const row = await data.read(ACCOUNT);
    if (row !== undefined) await data.write(1, { ...row, version: 2 });
    expect(await readConnectorData(desk, data, ACCOUNT)).toEqual({ version: 2, content: {} });
  });

  it("is kept for no account that there is not", async () => {
    const { desk, data } = await stage();
    expect(await writeConnectorData(desk, data, "nobody" as AccountId, 0, content)).toBeUndefined();
  });
});

describe("wrapping with a new root key", () => {
  it("lets the old one go, and may be repeated", async () => {
    const { desk, data } = await stage();
    await writeConnectorData(desk, data, ACCOUNT, 0, content);
    const both = new Keyring([NEW_KEY, OLD_KEY]);
    expect(await rewrapConnectorData(both, desk.platform, data)).toBe(0);
    expect(await rewrapConnectorData(both, desk.platform, data)).toBe(0);
    const keys = new Keyring([NEW_KEY]);
    expect(await readConnectorData({ keys }, data, ACCOUNT)).toEqual({ version: 1, content });
  });

  it("counts what no key opens, and leaves it", async () => {
    const { desk, data } = await stage();
    await writeConnectorData(desk, data, ACCOUNT, 0, content);
    expect(await rewrapConnectorData(new Keyring([NEW_KEY]), desk.platform, data)).toBe(1);
    expect((await readConnectorData(desk, data, ACCOUNT)).content).toEqual(content);
  });
});
