import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { Script } from "./scripted-provider.ts";

/** The provider's own words: nobody downstream may ever read them. */
export const WORDS = "WORDS-OF-THE-PROVIDER";

const json = { "content-type": "application/json" };

/** A token answer of proper shape, with members instead of or besides the usual ones. */
const tokens = (more: object): string =>
  JSON.stringify({
    access_token: "good",
    token_type: "bearer",
    refresh_token: "refresh",
    note: WORDS,
    ...more,
  });

/** Answers 200 with a body. */
const says =
  (body: string, headers: Record<string, string> = json): Script =>
  (response) =>
    response.writeHead(200, headers).end(body);

/** Answers with a status and a body that would be good. */
const answers =
  (status: number, headers: Record<string, string> = {}): Script =>
  (response) =>
    response.writeHead(status, { ...json, ...headers }).end(status === 204 ? undefined : tokens({}));

/** Writes a status line that Node's server would refuse to. */
const rawStatus =
  (status: number): Script =>
  (response) =>
    response.socket?.end(`HTTP/1.1 ${status} Odd\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`);

async function drip(response: ServerResponse): Promise<void> {
  response.writeHead(200, json);
  for (const byte of tokens({})) {
    if (response.destroyed) return;
    response.write(byte);
    await sleep(1_000);
  }
}

/** An access token of 100 MB. */
function* hugeToken(): Generator<string> {
  yield '{"access_token":"';
  for (let count = 0; count < 1_600; count++) yield "x".repeat(65_536);
  yield '"}';
}

const nested = (depth: number): string =>
  `{"access_token":"good","x":${"[".repeat(depth)}${"]".repeat(depth)}}`;

/** What a provider may do instead of answering: none of it may lead to tokens, none of its words anywhere. */
export const misbehaviour: Readonly<Record<string, Script>> = {
  "truncated JSON": says(`{"access_token":"good","note":"${WORDS}`),
  "HTML with status 200": says(`<html><title>${WORDS}</title><script>alert(1)</script></html>`),
  "200 with tokens and an error": says(tokens({ error: WORDS })),
  null: says("null"),
  "[]": says("[]"),
  '"x"': says('"x"'),
  "an empty body": says(""),
  "a byte order mark and nothing": says("\ufeff"),
  "an access_token that is a number": says(tokens({ access_token: 7 })),
  "an access_token that is empty": says(tokens({ access_token: "" })),
  "an access_token that is an object": says(tokens({ access_token: { toString: WORDS } })),
  "an access_token of 1 MB": says(tokens({ access_token: "x".repeat(1_000_000) })),
  "an access_token with a line break": says(tokens({ access_token: "a\r\nSet-Cookie: b" })),
  "100 MB": (response) => {
    Readable.from(hugeToken()).pipe(response.writeHead(200, json));
  },
  "a compression bomb": (response) =>
    response
      .writeHead(200, { ...json, "content-encoding": "gzip" })
      .end(gzipSync(Buffer.from(`{"access_token":"${"x".repeat(50_000_000)}"}`))),
  "garbage that claims to be gzip": says(tokens({}), { ...json, "content-encoding": "gzip" }),
  "an encoding of nobody": says(tokens({}), { ...json, "content-encoding": "zstd, gzip" }),
  "lists nested 20,000 deep": says(nested(20_000)),
  "lists nested 100,000 deep": says(nested(100_000)),
  "301 elsewhere": answers(301, { location: "https://elsewhere.example/" }),
  "302 elsewhere": answers(302, { location: "https://elsewhere.example/" }),
  "303 elsewhere": answers(303, { location: "https://elsewhere.example/" }),
  "307 elsewhere": answers(307, { location: "https://elsewhere.example/" }),
  "308 elsewhere": answers(308, { location: "https://elsewhere.example/" }),
  "a redirect loop": (response, { headers }) =>
    response.writeHead(307, { location: `http://${headers.host ?? ""}/token` }).end(),
  "204": answers(204),
  "304": answers(304),
  "400 in JSON": (response) => response.writeHead(400, json).end(`{"error":"${WORDS}"}`),
  "401": answers(401),
  "404": answers(404),
  "100 KB of headers": (response) =>
    response.socket?.end(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(100_000)}\r\nContent-Length: 2\r\n\r\n{}`),
};

/** What passes by itself: the person may try again, and the app keeps waiting. */
export const trouble: Readonly<Record<string, Script>> = {
  "500": answers(500),
  "502 in HTML": (response) => response.writeHead(502).end(`<html>${WORDS}</html>`),
  "503": answers(503),
  "429": answers(429, { "retry-after": "5" }),
  "200 with an error": says(`{"error":"server_error","error_description":"${WORDS}"}`),
  "999": rawStatus(999),
  "a status that is no number": (response) => response.socket?.end("HTTP/1.1 abc\r\n\r\n{}"),
  "something that is not HTTP": (response) => response.socket?.end(`${WORDS}\r\n\r\n`),
  "a reset before the answer": (response) => response.socket?.resetAndDestroy(),
  "a reset within the body": (response) => {
    response.writeHead(200, { ...json, "content-length": "1000" });
    response.write('{"access_token":"go', () => response.socket?.resetAndDestroy());
  },
};

/** What never ends: the call is given up after ten seconds. */
export const slowness: Readonly<Record<string, Script>> = {
  "never answers": () => undefined,
  "sends one byte per second": (response) => drip(response),
  "sends headers and nothing else": (response) => response.writeHead(200, json).flushHeaders(),
};
