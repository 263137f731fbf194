import { createECDH, createHash, randomBytes } from "node:crypto";
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_P256_HKDF_SHA256 } from "hpke";
import { PLUGIN } from "./app.ts";
import { type Answer, members, send } from "./http.ts";

const suite = new CipherSuite(KEM_DHKEM_P256_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_256_GCM);
const sha256 = (data: string | Uint8Array): Buffer => createHash("sha256").update(data).digest();

/** An app with a key pair of its own, one login's worth (protocol.md, part B); its HPKE is not the broker's. */
export class NativeApp {
  readonly #base: string;
  readonly #pair = createECDH("prime256v1");
  readonly #secret = randomBytes(16);
  readonly #origin: string | null;

  /** `base` is the app's base URL. */
  constructor(base: string, origin: string | null = PLUGIN) {
    this.#base = base;
    this.#origin = origin;
    this.#pair.generateKeys();
  }

  /** Its mailbox id: anyone who knows the public key can compute it. */
  get mailbox(): string {
    const named = Buffer.concat([Buffer.from("willcall mailbox v1\0"), this.#pair.getPublicKey()]);
    return sha256(named).subarray(0, 16).toString("base64url");
  }

  /** What the app opens in the click; `more` adds parameters or replaces its own. */
  loginUrl(more: Readonly<Record<string, string>> = {}): string {
    const query = new URLSearchParams({
      key: this.#pair.getPublicKey().toString("base64url"),
      abandon: sha256(this.#secret).toString("base64url"),
      ...(this.#origin !== null && { origin: this.#origin }),
      ...more,
    });
    return `${this.#base}/login?${query}`;
  }

  /** `GET /pickup/<mailbox>`, waiting so many seconds. */
  read(wait = 0): Promise<Answer> {
    return send(`${this.#base}/pickup/${this.mailbox}?wait=${wait}`, { headers: this.#headers });
  }

  /** `DELETE /pickup/<mailbox>` with this login's secret, or another. */
  abandon(secret: Uint8Array = this.#secret): Promise<Answer> {
    const body = JSON.stringify({ secret: Buffer.from(secret).toString("base64url") });
    return send(`${this.#base}/pickup/${this.mailbox}`, { method: "DELETE", headers: this.#headers, body });
  }

  /** Opens the box of an answer: the tokens, and what the seal is bound to. Rejects for any other app's box. */
  async open(answer: Answer): Promise<{ tokens: Record<string, unknown>; aad: unknown }> {
    const { box } = members(answer);
    if (typeof box !== "object" || box === null) throw new TypeError("the answer holds no box");
    const part = (name: string): Buffer => Buffer.from(String(Reflect.get(box, name)), "base64url");
    // Node drops leading zeros of a private key.
    const scalar = this.#pair.getPrivateKey("hex").padStart(64, "0");
    const privateKey = await suite.DeserializePrivateKey(Buffer.from(scalar, "hex"), false);
    const aad = part("aad");
    const info = Buffer.from("willcall box v1");
    const opened = await suite.Open(privateKey, part("enc"), part("ct"), { info, aad });
    return { tokens: members({ text: Buffer.from(opened).toString() }), aad: JSON.parse(aad.toString()) };
  }

  get #headers(): Record<string, string> {
    return this.#origin === null ? {} : { origin: this.#origin };
  }
}
