import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_P256_HKDF_SHA256 } from "hpke";

/** A request as the scripted broker saw it. */
export interface Asked {
  /** `POST /token`, without the query. */
  what: string;
  query: URLSearchParams;
  form: URLSearchParams;
  body: string;
  headers: NodeJS.Dict<string | string[]>;
}

/** What the script answers: an object is JSON; `hang` never ends; `drop` cuts the connection. */
export interface Reply {
  status?: number;
  json?: unknown;
  text?: string;
  does?: "hang" | "drop";
}

/** A broker on loopback that does what a test says. */
export interface ScriptedBroker {
  readonly url: string;
  readonly asked: Asked[];
  /** How often `what` was asked. */
  count: (what: string) => number;
  /** Stops listening, and cuts every connection. */
  close: () => Promise<void>;
}

/** Serves on loopback; `script` answers. Without `port`, on a free one. */
export async function startBroker(
  script: (asked: Asked) => Reply | Promise<Reply>,
  port = 0,
): Promise<ScriptedBroker> {
  const asked: Asked[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const body = await text(request);
    const one: Asked = {
      what: `${request.method} ${url.pathname}`,
      query: url.searchParams,
      form: new URLSearchParams(body),
      body,
      headers: request.headers,
    };
    asked.push(one);
    const { status = 200, json, text: plain = "", does } = await script(one);
    if (does === "drop") response.destroy();
    if (does) return;
    response.writeHead(status, { "content-type": json === undefined ? "text/plain" : "application/json" });
    response.end(json === undefined ? plain : JSON.stringify(json));
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    count: (what) => asked.filter((one) => one.what === what).length,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Seals `tokens` as the broker does (protocol.md, part B), with the `hpke` package. */
export async function sealBox(publicKey: string, aad: unknown, tokens: unknown): Promise<object> {
  const suite = new CipherSuite(KEM_DHKEM_P256_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_256_GCM);
  const key = await suite.DeserializePublicKey(Buffer.from(publicKey, "base64url"));
  const associated = Buffer.from(JSON.stringify(aad));
  const { encapsulatedSecret, ciphertext } = await suite.Seal(key, Buffer.from(JSON.stringify(tokens)), {
    aad: associated,
    info: Buffer.from("willcall box v1"),
  });
  const [enc, ct, plain] = [encapsulatedSecret, ciphertext, associated].map((part) =>
    Buffer.from(part).toString("base64url"),
  );
  return { v: 1, enc, ct, aad: plain };
}
