import { createHmac, hkdfSync, randomBytes } from "node:crypto";
import fc from "fast-check";
import { CipherSuite, AEAD_AES_256_GCM, KDF_HKDF_SHA256, KEM_DHKEM_P256_HKDF_SHA256 } from "hpke";
import { describe, expect, it } from "vitest";
import { Secret } from "../secret.ts";
import { equalBytes, fromBase64url, toBase64url } from "./bytes.ts";
import { PaddedHmac, ScriptHmac, expand, extract, hkdf } from "./hmac.ts";
import { deriveKeyPair, hpkeOpen, hpkeSeal, isPublicKey, schedule } from "./hpke.ts";
import { Keyring, type Label } from "./keys.ts";
import { pooledRandom } from "./random.ts";
import { isMailboxId, mailboxOfPublicKey, makeReadKey, openReadKey } from "./read-key.ts";
import { open, seal } from "./seal.ts";

const bytes = fc.uint8Array({ maxLength: 600 });
const keyring = (...fill: number[]): Keyring =>
  new Keyring(fill.map((value) => new Secret(Buffer.alloc(32, value))));
const hex = (text: string): Buffer => Buffer.from(text, "hex");

describe("base64url", () => {
  it("reads back every byte string", () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(fromBase64url(toBase64url(value))).toEqual(Buffer.from(value));
      }),
    );
  });

  it("has one spelling for each byte string", () => {
    for (const other of ["QUI=", "QUJ", "Q U", "QU+I", "QUI\n"]) expect(fromBase64url(other)).toBeUndefined();
  });
});

describe("HMAC and HKDF", () => {
  it("agree with node:crypto for every key and message", () => {
    fc.assert(
      fc.property(bytes, bytes, (key, message) => {
        const theirs = createHmac("sha256", key).update(message).digest();
        for (const ours of [new PaddedHmac(key), new ScriptHmac(key)]) {
          expect(ours.digest(message)).toEqual(theirs);
          expect(ours.digest(message.subarray(0, 3), message.subarray(3))).toEqual(theirs);
        }
        const okm = expand(extract(message, key), 77, Buffer.from("info"));
        expect(okm).toEqual(Buffer.from(hkdfSync("sha256", key, message, "info", 77)));
        const unsalted = Buffer.from(hkdfSync("sha256", key, "", message, 32));
        expect(hkdf(32, [key.subarray(0, 5), key.subarray(5)], [message])).toEqual(unsalted);
      }),
    );
  });
});

describe("sealing", () => {
  const keys = keyring(1, 2);

  it("opens what it sealed, and nothing with one byte changed", () => {
    fc.assert(
      fc.property(bytes, bytes, fc.nat(), (plaintext, aad, at) => {
        const sealed = seal(keys, "ticket", randomBytes(16), plaintext, aad);
        expect(open(keys, "ticket", sealed, aad)?.plaintext).toEqual(Buffer.from(plaintext));
        const index = at % sealed.length;
        sealed[index] = (sealed[index] ?? 0) ^ 1;
        expect(open(keys, "ticket", sealed, aad)).toBeUndefined();
      }),
    );
  });

  it("opens under no other label, no other AAD and no other secret", () => {
    const sealed = seal(
      keys,
      "ticket",
      randomBytes(16),
      Buffer.from("x"),
      Buffer.from("a"),
      Buffer.from("s"),
    );
    const others: Label[] = ["cookie", "hop", "login", "held callback", "box", "handle", "replay"];
    for (const label of others) {
      expect(open(keys, label, sealed, Buffer.from("a"), Buffer.from("s"))).toBeUndefined();
    }
    expect(open(keys, "ticket", sealed, Buffer.from("b"), Buffer.from("s"))).toBeUndefined();
    expect(open(keys, "ticket", sealed, Buffer.from("a"), Buffer.from("t"))).toBeUndefined();
  });

  it("opens after rotation as long as the old key is listed, and not after", () => {
    const sealed = seal(keyring(1), "handle", randomBytes(16), Buffer.from("kept"));
    expect(open(keyring(9, 1), "handle", sealed)?.plaintext.toString()).toBe("kept");
    expect(open(keyring(9), "handle", sealed)).toBeUndefined();
  });
});

describe("HPKE (RFC 9180)", () => {
  const suite = new CipherSuite(KEM_DHKEM_P256_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_256_GCM);
  const plan = schedule("willcall box v1");

  it("derives the key pair of the RFC's vector A.3.1", () => {
    const pair = deriveKeyPair(hex("668b37171f1072f3cf12ea8a236a45df23fc13b82af3609ad1e354f6ef817550"));
    expect(pair.privateKey.toString("hex")).toBe(
      "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2",
    );
    expect(pair.publicKey.toString("hex")).toBe(
      "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0",
    );
  });

  it("opens what the hpke package sealed, and the other way round", async () => {
    for (let round = 0; round < 5; round++) {
      const pair = deriveKeyPair(randomBytes(39));
      const plaintext = randomBytes(100 + round);
      const publicKey = await suite.DeserializePublicKey(pair.publicKey);
      const privateKey = await suite.DeserializePrivateKey(pair.privateKey, false);
      const info = Buffer.from("willcall box v1");
      const aad = Buffer.from(`aad ${round}`);
      const theirs = await suite.Seal(publicKey, plaintext, { info, aad });
      expect(hpkeOpen(plan, pair, aad, { enc: theirs.encapsulatedSecret, ct: theirs.ciphertext })).toEqual(
        plaintext,
      );
      const ours = hpkeSeal(plan, pair.publicKey, aad, plaintext, randomBytes(32));
      expect(Buffer.from(await suite.Open(privateKey, ours.enc, ours.ct, { info, aad }))).toEqual(plaintext);
    }
  });

  it("opens nothing with a foreign key, foreign AAD, or a point off the curve", () => {
    const pair = deriveKeyPair(randomBytes(39));
    const message = hpkeSeal(plan, pair.publicKey, Buffer.from("a"), Buffer.from("x"), randomBytes(32));
    expect(hpkeOpen(plan, deriveKeyPair(randomBytes(39)), Buffer.from("a"), message)).toBeUndefined();
    expect(hpkeOpen(plan, pair, Buffer.from("b"), message)).toBeUndefined();
    expect(hpkeOpen(plan, pair, Buffer.from("a"), { ...message, enc: Buffer.alloc(65, 4) })).toBeUndefined();
    expect(isPublicKey(Buffer.alloc(65, 4))).toBe(false);
    expect(isPublicKey(pair.publicKey)).toBe(true);
  });
});

describe("read keys", () => {
  const keys = keyring(3);
  const now = Date.UTC(2026, 10, 21);
  const made = makeReadKey(keys, "read-key", "notes", now, randomBytes(16));

  it("are 52 characters that need no escaping, and tell mailbox and time without a database", () => {
    expect(made.readKey).toMatch(/^[A-Za-z0-9_-]{52}$/);
    const opened = openReadKey(keys, "read-key", "notes", made.readKey);
    expect(opened).toMatchObject({ mailbox: made.mailbox, createdAt: now });
    expect(opened?.keyPair().publicKey).toEqual(made.publicKey);
    expect(isMailboxId(made.mailbox)).toBe(true);
  });

  it("are unknown with any character changed, another length, or to another app", () => {
    for (let at = 0; at < made.readKey.length; at++) {
      const other = made.readKey[at] === "A" ? "B" : "A";
      const changed = made.readKey.slice(0, at) + other + made.readKey.slice(at + 1);
      expect(openReadKey(keys, "read-key", "notes", changed)).toBeUndefined();
    }
    expect(openReadKey(keys, "read-key", "notes", made.readKey.slice(1))).toBeUndefined();
    expect(openReadKey(keys, "read-key", "notes", `${made.readKey}A`)).toBeUndefined();
    expect(openReadKey(keys, "read-key", "other", made.readKey)).toBeUndefined();
    expect(openReadKey(keyring(4), "read-key", "notes", made.readKey)).toBeUndefined();
  });

  it("never take arbitrary text for a key", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (text) => {
        expect(openReadKey(keys, "read-key", "notes", text)).toBeUndefined();
      }),
    );
  });

  it("know their public-key mailbox by the id that clients compute", () => {
    expect(isMailboxId(mailboxOfPublicKey(made.publicKey))).toBe(true);
  });
});

describe("pooled randomness", () => {
  it("hands out every byte once", () => {
    const random = pooledRandom();
    const seen = new Set<string>();
    for (let i = 0; i < 2_000; i++) seen.add(Buffer.from(random(16)).toString("hex"));
    expect(seen.size).toBe(2_000);
    expect(random(10_000).length).toBe(10_000);
  });

  it("keeps what it handed out", () => {
    const random = pooledRandom();
    const first = random(16);
    const copy = Buffer.from(first);
    for (let i = 0; i < 1_000; i++) random(32);
    expect(equalBytes(first, copy)).toBe(true);
  });
});
