import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { type KeyService, KeyServiceError } from "../crypto/key-service.ts";
import { isServiced } from "../crypto/envelope.ts";
import { temporaryStore } from "../engines/sqlite/testing.ts";
import { ACCOUNT, ADA, Clock, RotatingProvider, accessToken, openProcess } from "./testing.ts";

/** AES Key Wrap (RFC 3394), and a switch. */
class Service implements KeyService {
  readonly #key = randomBytes(32);
  isDown = false;

  async wrap(dataKey: Uint8Array): Promise<Uint8Array> {
    return this.#run(createCipheriv("id-aes256-wrap", this.#key, Buffer.alloc(8, 0xa6)), dataKey);
  }

  async unwrap(wrapped: Uint8Array): Promise<Uint8Array> {
    return this.#run(createDecipheriv("id-aes256-wrap", this.#key, Buffer.alloc(8, 0xa6)), wrapped);
  }

  #run(cipher: { update(data: Uint8Array): Buffer; final(): Buffer }, data: Uint8Array): Buffer {
    if (this.isDown) throw new Error("unreachable");
    return Buffer.concat([cipher.update(data), cipher.final()]);
  }
}

let path: string;
let clock: Clock;
let provider: RotatingProvider;
let service: Service;
beforeEach(() => {
  path = temporaryStore();
  clock = new Clock();
  provider = new RotatingProvider(clock.now);
  service = new Service();
});
const open = (keyService?: KeyService) => openProcess(path, clock, provider, undefined, {}, keyService);

describe("accounts under a key management service", () => {
  it("are connected, read, renewed and deleted as under a root key", async () => {
    const process = open(service);
    await process.vault.connect(ADA, process.arrived(provider.grant()));
    expect(accessToken(await process.vault.read({ id: ACCOUNT }))).toMatch(/^access-/);
    expect(accessToken(await process.vault.refresh({ id: ACCOUNT }, 1))).toMatch(/^access-/);
    const row = await process.accounts.read(ACCOUNT);
    expect(row && isServiced(row.sealed)).toBe(true);
    expect(await process.vault.remove({ id: ACCOUNT })).toBe("revoked");
    await process.close();
  });

  it("S11: cost no rotated token while it is down: the provider is not even asked", async () => {
    const process = open(service);
    await process.vault.connect(ADA, process.arrived(provider.grant()));
    await process.vault.read({ id: ACCOUNT });
    service.isDown = true;
    await expect(process.vault.refresh({ id: ACCOUNT }, 1)).rejects.toThrow(KeyServiceError);
    expect(provider.asked).toEqual([]);
    service.isDown = false;
    expect(accessToken(await process.vault.refresh({ id: ACCOUNT }, 1))).toMatch(/^access-/);
    await process.close();
  });

  it("are not called dead by a broker that was started without it", async () => {
    const first = open(service);
    await first.vault.connect(ADA, first.arrived(provider.grant()));
    await first.close();
    const second = open();
    await expect(second.vault.refresh({ id: ACCOUNT }, 1)).rejects.toThrow(KeyServiceError);
    expect(await second.vault.find({ id: ACCOUNT })).toMatchObject({ status: "connected" });
    await second.close();
  });

  it("come under it with their next tokens, if they were under the root key before", async () => {
    const first = open();
    await first.vault.connect(ADA, first.arrived(provider.grant()));
    await first.close();
    const second = open(service);
    expect(accessToken(await second.vault.read({ id: ACCOUNT }))).toMatch(/^access-/);
    await second.vault.refresh({ id: ACCOUNT }, 1);
    const row = await second.accounts.read(ACCOUNT);
    expect(row && isServiced(row.sealed)).toBe(true);
    await second.close();
  });

  it("S1: leave no token in the store", async () => {
    const process = open(service);
    await process.vault.connect(ADA, process.arrived(provider.grant()));
    const token = accessToken(await process.vault.read({ id: ACCOUNT }));
    await process.close();
    expect(readFileSync(path).includes(token)).toBe(false);
  });
});
