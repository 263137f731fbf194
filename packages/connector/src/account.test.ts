import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { openAccount } from "./account.ts";
import { type World, startWorld } from "./testing.ts";

let world: World;
let cwd: string;
beforeEach(async () => {
  world = await startWorld();
  cwd = await mkdtemp(join(tmpdir(), "connector-"));
  return async () => {
    await world[Symbol.asyncDispose]();
    await rm(cwd, { recursive: true });
  };
});

const write = (text: string) => writeFile(join(cwd, "konnector-dev-config.json"), text);
const open = (env: Record<string, string> = world.env) => openAccount({ env, cwd, fetch });

describe("an account that a broker keeps", () => {
  it("gives what it holds, and the manifest's parameters", async () => {
    const { id, fields, parameters, data } = await open();
    expect({ id, fields, parameters, data }).toEqual({
      id: "abc",
      fields: { login: "ada", access_token: "stale" },
      parameters: { page: 2 },
      data: { since: 1 },
    });
  });

  it("renews its token in place, once however many ask", async () => {
    const account = await open();
    const { fields } = account;
    const tokens = await Promise.all([
      account.renew("stale"),
      account.renew("stale"),
      account.renew("stale"),
    ]);
    expect(tokens).toEqual(["fresh", "fresh", "fresh"]);
    expect(fields).toEqual({ login: "ada", access_token: "fresh" });
    expect(world.asked.filter((asked) => asked.startsWith("POST"))).toHaveLength(1);
    await expect(account.renew("stale")).resolves.toBe("fresh");
    expect(world.asked.filter((asked) => asked.startsWith("POST"))).toHaveLength(1);
  });

  it.each([401, 404])("needs its owner when a refresh is answered %i", async (status) => {
    world.refresh = status;
    const account = await open();
    await expect(account.renew("stale")).rejects.toThrow("USER_ACTION_NEEDED.OAUTH_OUTDATED");
  });

  it("needs its owner when there is nothing newer to be had", async () => {
    world.token = "stale";
    const account = await open();
    await expect(account.renew("stale")).rejects.toThrow("USER_ACTION_NEEDED.OAUTH_OUTDATED");
  });

  it.each([500, 503, 429])("is the provider's trouble when a refresh is answered %i", async (status) => {
    world.refresh = status;
    const account = await open();
    await expect(account.renew("stale")).rejects.toThrow("VENDOR_DOWN");
  });

  it("can be renewed after a refresh that failed", async () => {
    const account = await open();
    world.refresh = 503;
    await expect(account.renew("stale")).rejects.toThrow("VENDOR_DOWN");
    world.refresh = 200;
    await expect(account.renew("stale")).resolves.toBe("fresh");
  });

  it("keeps data for later runs, and everything else as it is", async () => {
    const account = await open();
    await account.save({ since: 2 });
    expect(world.account).toMatchObject({ data: { since: 2 }, auth: { login: "ada" } });
  });

  it("is not there, or nobody answers: two reasons", async () => {
    const other = { ...world.env, COZY_FIELDS: '{"account":"other"}' };
    await expect(open(other)).rejects.toThrow("CANNOT_FIND_ACCOUNT");
    await expect(open({ ...world.env, COZY_URL: "http://127.0.0.1:1/" })).rejects.toThrow("VENDOR_DOWN");
  });
});

describe("an account on the author's own machine", () => {
  it("comes from the development configuration, as Cozy's documentation writes it", async () => {
    await write('{\n  // mine\n  "fields": {\n    "access_token": "a // b,}",\n  }\n}');
    const { fields, id } = await open({});
    expect({ fields, id }).toEqual({ fields: { access_token: "a // b,}" }, id: undefined });
  });

  it("has the token that `willcall exec` gives", async () => {
    await write('{"fields": {"access_token": "old", "login": "ada"}}');
    const { fields } = await open({ WILLCALL_ACCESS_TOKEN: "given" });
    expect(fields).toEqual({ access_token: "given", login: "ada" });
  });

  it("is renewed by whoever writes a newer token into the file", async () => {
    await write('{"fields": {"access_token": "old"}}');
    const account = await open({});
    const { fields } = account;
    await expect(account.renew("old")).rejects.toThrow("USER_ACTION_NEEDED.OAUTH_OUTDATED");
    await write('{"fields": {"access_token": "new"}}');
    await expect(account.renew("old")).resolves.toBe("new");
    expect(fields).toEqual({ access_token: "new" });
  });

  it("is empty without a file, and refused where the file is no JSON", async () => {
    expect((await open({})).fields).toEqual({});
    await write("nothing");
    await expect(open({})).rejects.toThrow("konnector-dev-config.json is no JSON");
  });
});
