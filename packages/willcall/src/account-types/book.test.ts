import { describe, expect, it, onTestFinished } from "vitest";
import { Keyring } from "../crypto/keys.ts";
import { pooledRandom } from "../crypto/random.ts";
import type { AccountTypes } from "../engines/account-types.ts";
import { openSqlite } from "../engines/sqlite/open.ts";
import { Secret } from "../secret.ts";
import { createAccountTypeBook } from "./book.ts";
import { rewrapAccountTypes } from "./rewrap.ts";

const [OLD, NEW] = [7, 8].map((byte) => new Secret<Uint8Array>(Buffer.alloc(32, byte))) as [
  Secret<Uint8Array>,
  Secret<Uint8Array>,
];
const platform = { random: pooledRandom() };

/** A store, and books over it under other root keys. */
function shelf() {
  const engine = openSqlite({ path: ":memory:" });
  onTestFinished(() => engine.close());
  if (engine.vault === undefined) throw new TypeError("SQLite keeps account types");
  const store = engine.vault.accountTypes;
  const under = (...rootKeys: Secret<Uint8Array>[]) =>
    createAccountTypeBook({ keys: new Keyring(rootKeys), platform }, store);
  return { store, under, book: under(OLD) };
}

const document = {
  token_endpoint: "https://provider.example/token",
  client_secret: "hush",
  secret: { a: 1 },
};

/** The revision of a write that went well. */
const revOf = (written: { rev: string } | string): string =>
  typeof written === "string" ? `not written: ${written}` : written.rev;

const contentOf = async (store: ReturnType<typeof shelf>["book"]) => {
  const found = await store.read("meadow");
  return typeof found === "string" ? found : found.document;
};

describe("a document", () => {
  it("counts its revisions, across its own deletion", async () => {
    const { book } = shelf();
    const first = revOf(await book.write("meadow", undefined, document));
    const second = revOf(await book.write("meadow", first, document));
    const gone = await book.remove("meadow", second);
    const next = revOf(await book.write("meadow", undefined, document));
    expect([first, second, revOf(gone), next].map((rev) => rev.split("-")[0])).toEqual(["1", "2", "3", "4"]);
  });

  it("is written by nobody who has not seen the last revision", async () => {
    const { book } = shelf();
    expect(await book.write("meadow", "1-a", document)).toBe("conflict");
    const first = revOf(await book.write("meadow", undefined, document));
    await book.write("meadow", first, document);
    expect(await book.write("meadow", undefined, document)).toBe("conflict");
    expect(await book.write("meadow", first, document)).toBe("conflict");
    expect(await book.remove("meadow", first)).toBe("conflict");
  });

  it("gives one of two writers at once a conflict", async () => {
    const { book } = shelf();
    const both = [book.write("meadow", undefined, document), book.write("meadow", undefined, document)];
    expect((await Promise.all(both)).filter((written) => written === "conflict")).toHaveLength(1);
  });

  it("keeps secrets that a later one leaves out, and gives up those that it empties", async () => {
    const { book } = shelf();
    const { client_secret, secret, ...rest } = document;
    const first = revOf(await book.write("meadow", undefined, document));
    const second = revOf(await book.write("meadow", first, { ...rest, slug: "a" }));
    expect(await contentOf(book)).toEqual({ ...rest, slug: "a", client_secret, secret });
    await book.write("meadow", second, { ...rest, client_secret: "", secret: null });
    expect(await contentOf(book)).toEqual(rest);
  });

  it("keeps its client secret for the same host alone (S1)", async () => {
    const { book } = shelf();
    const first = revOf(await book.write("meadow", undefined, document));
    for (const token_endpoint of ["https://evil.example/token", "http://provider.example/token", "", null])
      expect(await book.write("meadow", first, { token_endpoint })).toBe("secret_needed");
    const moved = { token_endpoint: "https://provider.example/v2/token" };
    expect(await book.write("meadow", first, moved)).toHaveProperty("rev");
  });

  it("gives up no secret unsaid that only a key of before opens", async () => {
    const { book, under } = shelf();
    const rev = revOf(await book.write("meadow", undefined, document));
    expect(await under(NEW).write("meadow", rev, { slug: "a" })).toBe("secret_needed");
    expect(await under(NEW).write("meadow", rev, { slug: "a", client_secret: "new" })).toHaveProperty("rev");
  });

  it("keeps no secret over its deletion", async () => {
    const { book, store } = shelf();
    const first = revOf(await book.write("meadow", undefined, document));
    await book.remove("meadow", first);
    expect((await store.read("meadow"))?.sealed).toHaveLength(0);
    await book.write("meadow", undefined, { slug: "a" });
    expect(await contentOf(book)).toEqual({ slug: "a" });
  });

  it("opens for nobody who put it under another name, or an older one back (S1)", async () => {
    const { book, store } = shelf();
    await book.write("meadow", undefined, document);
    await book.write("other", undefined, { token_endpoint: "https://evil.example/" });
    const [meadow, other] = [await store.read("meadow"), await store.read("other")];
    if (meadow === undefined || other === undefined) throw new Error("not written");
    await store.write({ ...other, sealed: meadow.sealed }, other.rev);
    await store.write({ ...meadow, rev: "2-0" }, meadow.rev);
    expect((await book.list()).map((type) => type.document)).toEqual([undefined, undefined]);
  });
});

const rewrap = (types: AccountTypes, ...keys: Secret<Uint8Array>[]) =>
  rewrapAccountTypes(new Keyring(keys), platform, types);

describe("rewrapping", () => {
  it("lets the old root key be dropped (S1)", async () => {
    const { book, store, under } = shelf();
    const rev = revOf(await book.write("meadow", undefined, document));
    const gone = revOf(await book.write("gone", undefined, document));
    await book.remove("gone", gone);
    expect(await rewrap(store, NEW, OLD)).toEqual({ rewrapped: 1, current: 0, unreadable: 0 });
    expect(await rewrap(store, NEW, OLD)).toEqual({ rewrapped: 0, current: 1, unreadable: 0 });
    expect(await under(NEW).read("meadow")).toEqual({ id: "meadow", rev, document });
  });

  it("leaves alone what it cannot open", async () => {
    const { book, store } = shelf();
    await book.write("meadow", undefined, document);
    expect(await rewrap(store, NEW)).toEqual({ rewrapped: 0, current: 0, unreadable: 1 });
    expect(await contentOf(book)).toEqual(document);
  });

  it("takes up the document that somebody wrote meanwhile", async () => {
    const { book, store, under } = shelf();
    const rev = revOf(await book.write("meadow", undefined, document));
    let isFirst = true;
    const raced: AccountTypes = {
      ...store,
      write: async (row, seen) => {
        if (isFirst) await book.write("meadow", rev, { ...document, slug: "newer" });
        isFirst = false;
        return store.write(row, seen);
      },
    };
    expect(await rewrap(raced, NEW, OLD)).toEqual({ rewrapped: 1, current: 0, unreadable: 0 });
    expect(await contentOf(under(NEW))).toEqual({ ...document, slug: "newer" });
  });
});
