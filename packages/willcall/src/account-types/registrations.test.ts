import { beforeEach, describe, expect, it } from "vitest";
import { Clock, RotatingProvider, openProcess } from "../accounts/testing.ts";
import { openSqlite } from "../engines/sqlite/open.ts";
import { temporaryStore } from "../engines/sqlite/testing.ts";
import type { JsonObject } from "../providers/provider.ts";
import type { Registrations } from "../registrations.ts";
import { type AccountTypeBook, createAccountTypeBook } from "./book.ts";
import { accountRegistrations } from "./registrations.ts";

const document = (clientId: string): JsonObject => ({
  grant_mode: "authorization_code",
  client_id: clientId,
  client_secret: "hush",
  auth_endpoint: "https://provider.example/authorize",
  token_endpoint: "https://provider.example/token",
});

let process: ReturnType<typeof openProcess>;
let book: AccountTypeBook;
let registrations: Registrations;
/** Changes the rev of a row behind the broker's back, so that it does not open any more. */
let spoil: (id: string) => Promise<unknown>;

beforeEach(() => {
  const path = temporaryStore();
  const clock = new Clock();
  process = openProcess(path, clock, new RotatingProvider(clock.now));
  const engine = openSqlite({ path });
  const store = engine.vault?.accountTypes;
  const { desk } = process;
  const app = desk.config.accounts;
  if (store === undefined || app === undefined)
    throw new TypeError("SQLite keeps accounts, and this app has some");
  book = createAccountTypeBook(desk, store);
  registrations = accountRegistrations(
    { ...desk, config: { ...desk.config, accountContext: "beta" } },
    app,
    store,
  );
  spoil = async (id) => {
    const row = await store.read(id);
    return row && store.write({ ...row, rev: "9-0" }, row.rev);
  };
  return async () => {
    await engine.close();
    await process.close();
  };
});

const clientAt = async (name: string) => (await registrations.at(name))?.provider.clientId;

describe("a registration", () => {
  it("of the configuration comes before an account type of its name", async () => {
    await book.write("meadow", undefined, document("provisioned"));
    expect(await clientAt("meadow")).toBe("client");
  });

  it("is the same object until its document changes, so that it is compiled once", async () => {
    const written = await book.write("facebook", undefined, document("one"));
    const first = await registrations.at("facebook");
    expect(await registrations.at("facebook")).toBe(first);
    await book.write("facebook", typeof written === "string" ? "" : written.rev, document("two"));
    expect(await clientAt("facebook")).toBe("two");
  });

  it("of this context comes first, until it is deleted; those of others are nobody's", async () => {
    await book.write("facebook", undefined, document("of all"));
    const own = await book.write("beta/facebook", undefined, document("of beta"));
    await book.write("alpha/other", undefined, document("of alpha"));
    expect(await clientAt("facebook")).toBe("of beta");
    await book.remove("beta/facebook", typeof own === "string" ? "" : own.rev);
    expect(await clientAt("facebook")).toBe("of all");
    for (const name of ["other", "alpha/other", "beta/facebook", "__proto__", ""])
      expect(await registrations.at(name)).toBeUndefined();
  });

  it("is none where its document does not open, and the log says so once", async () => {
    await book.write("facebook", undefined, document("one"));
    await spoil("facebook");
    expect(await registrations.at("facebook")).toBeUndefined();
    expect(await registrations.at("facebook")).toBeUndefined();
    expect(process.logs.map(({ event }) => event)).toEqual(["account_type.unreadable"]);
  });
});

describe("the list of registrations", () => {
  it("has each name once, the configuration's first, without what cannot be used", async () => {
    await book.write("meadow", undefined, document("provisioned"));
    await book.write("beta/facebook", undefined, document("of beta"));
    await book.write("facebook", undefined, document("of all"));
    await book.write("alpha/other", undefined, document("of alpha"));
    await book.write("broken", undefined, { grant_mode: "token" });
    const names = (await registrations.list()).map(({ provider }) => `${provider.name} ${provider.clientId}`);
    expect(names).toEqual(["meadow client", "facebook of beta"]);
  });
});
