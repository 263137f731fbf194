import { X509Certificate, createPrivateKey } from "node:crypto";
import { createServer } from "node:https";
import { Agent, get } from "node:https";
import { describe, expect, test } from "vitest";
import { ConfigError } from "../config/mistakes.ts";
import { memoryFiles } from "../config/sources.fixture.ts";
import { selfSignedPem } from "./self-signed.ts";
import { SELF_SIGNED_FILE, type TlsPlace, readTls } from "./tls.ts";

const year = 365 * 86_400_000;
const own = `/site/${SELF_SIGNED_FILE}`;

function place(texts: Map<string, string>, now = Date.UTC(2030, 0, 1)): TlsPlace {
  const write = async (path: string, text: string) => void texts.set(path, text);
  return { cwd: "/work", directory: "/site", files: memoryFiles(texts), write, now: () => now };
}

describe("--https", () => {
  test("takes the pair that mkcert left in the working directory", async () => {
    const texts = new Map([
      ["/work/localhost.pem", "certificate"],
      ["/work/localhost-key.pem", "key"],
    ]);
    expect(await readTls("self", place(texts))).toEqual({
      pair: { cert: "certificate", key: "key" },
      made: undefined,
    });
  });

  test("makes a pair when there is none, and says so once", async () => {
    const texts = new Map<string, string>();
    const first = await readTls("self", place(texts));
    const second = await readTls("self", place(texts));
    expect(first.made).toBe(own);
    expect(second).toEqual({ pair: first.pair, made: undefined });
  });

  test("does not take half a pair", async () => {
    const texts = new Map([["/work/localhost.pem", "certificate"]]);
    expect((await readTls("self", place(texts))).made).toBe(own);
  });

  test.each([
    ["ends today", Date.UTC(2030, 0, 1) + year],
    ["has ended", Date.UTC(2033, 0, 1)],
  ])("makes another when its own %s", async (_, now) => {
    const texts = new Map<string, string>();
    const old = await readTls("self", place(texts));
    const renewed = await readTls("self", place(texts, now));
    expect(renewed.made).toBe(own);
    expect(renewed.pair).not.toEqual(old.pair);
  });

  test("makes another when its own cannot be read", async () => {
    const texts = new Map([[own, "garbage"]]);
    expect((await readTls("self", place(texts))).made).toBe(own);
  });

  test("takes the files that the configuration names", async () => {
    const texts = new Map([
      ["/c", "certificate"],
      ["/k", "key"],
    ]);
    expect((await readTls({ cert: "/c", key: "/k" }, place(texts))).pair).toEqual({
      cert: "certificate",
      key: "key",
    });
  });

  test("says which of these files are missing", async () => {
    await expect(readTls({ cert: "/c", key: "/k" }, place(new Map()))).rejects.toThrow(ConfigError);
    await expect(readTls({ cert: "/c", key: "/k" }, place(new Map([["/c", "x"]])))).rejects.toThrow(
      "listen.https.key names a file that is absent.",
    );
  });
});

describe("the pair of our own making", () => {
  test.each([
    ["before 2050", Date.UTC(2030, 0, 1)],
    ["from 2050", Date.UTC(2051, 0, 1)],
  ])("is a certificate for this machine's names, good for the time given, %s", (_, start) => {
    const pem = selfSignedPem(start, start + year);
    const certificate = new X509Certificate(pem);
    expect(certificate.checkPrivateKey(createPrivateKey(pem))).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(certificate.subjectAltName).toBe(
      "DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1",
    );
    expect(Date.parse(certificate.validFrom)).toBe(start);
    expect(Date.parse(certificate.validTo)).toBe(start + year);
  });

  test("has a serial number of its own", () => {
    const serials = Array.from(
      { length: 50 },
      () => new X509Certificate(selfSignedPem(0, year)).serialNumber,
    );
    expect(new Set(serials).size).toBe(50);
  });

  test("serves https to a client that trusts it", async () => {
    const pem = selfSignedPem(Date.now() - 1_000, Date.now() + year);
    const server = createServer({ cert: pem, key: pem }, (_, response) => response.end("hello"));
    const listening = Promise.withResolvers<void>();
    server.listen(0, "127.0.0.1", listening.resolve);
    await listening.promise;
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const answered = Promise.withResolvers<number | undefined>();
    const agent = new Agent({ ca: pem });
    get({ host: "127.0.0.1", port, servername: "localhost", agent }, (response) => {
      response.resume();
      answered.resolve(response.statusCode);
    }).on("error", answered.reject);
    await expect(answered.promise).resolves.toBe(200);
    agent.destroy();
    server.close();
  });
});
