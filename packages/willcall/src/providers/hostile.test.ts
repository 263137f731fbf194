import { createServer, type ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Secret } from "../secret.ts";
import { createProviderClient } from "./client.ts";
import { createEgress } from "./egress.node.ts";
import type { Provider, TokenResult } from "./provider.ts";

type Play = (response: ServerResponse) => void;

const text =
  (body: string | Buffer, status = 200, headers: Record<string, string> = {}): Play =>
  (response) =>
    void response.writeHead(status, headers).end(body);

let play: Play = text("");
let requests = 0;
const server = createServer((_request, response) => {
  requests += 1;
  play(response);
});
const egress = createEgress({ allowLoopback: true, limits: { total: 600 } });
let provider: Provider;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  provider = {
    name: "hostile",
    title: "Hostile",
    definition: { authorization_endpoint: `${origin}/authorize`, token_endpoint: `${origin}/token` },
    clientId: "client",
    clientSecret: new Secret("secret"),
  };
});

afterAll(async () => {
  await egress.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function exchange(behaviour: Play): Promise<TokenResult> {
  play = behaviour;
  requests = 0;
  const client = createProviderClient({
    fetch: egress.fetch,
    now: () => Date.UTC(2026, 0, 1),
    random: (length) => new Uint8Array(length),
  });
  return client.exchange(provider, {
    code: "code",
    redirectUri: "https://willcall.example/redirect",
    codeVerifier: "verifier",
    nonce: "nonce",
    inputs: {},
    captured: {},
  });
}

const drip: Play = (response) => {
  const timer = setInterval(() => response.write(" "), 20);
  response.on("close", () => clearInterval(timer));
};

const flood: Play = (response) => {
  const chunk = Buffer.alloc(65_536, "CANARY");
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once("drain", more);
  };
  more();
};

describe("a hostile or broken provider costs a bounded time, and its words go nowhere (promise S9)", () => {
  it.each<[string, Play, string]>([
    ["never answers", () => undefined, "provider_timeout"],
    ["answers drop by drop", drip, "provider_timeout"],
    ["answers without end", flood, "bad_answer"],
    [
      "sends a compression bomb",
      text(gzipSync("0".repeat(1e7)), 200, { "content-encoding": "gzip" }),
      "bad_answer",
    ],
    ["hangs up", (response) => response.destroy(), "provider_down"],
    [
      "hangs up in mid-answer",
      (response) => {
        response.writeHead(200, { "content-length": "100" });
        response.write('{"access_token":"CANARY"', () => response.destroy());
      },
      "provider_down",
    ],
    ["sends half a JSON", text('{"access_token":"CANARY"'), "bad_answer"],
    ["sends a page", text("<html>CANARY</html>", 200, { "content-type": "text/html" }), "bad_answer"],
    ["fails with 200", text('{"error":"CANARY","error_description":"CANARY"}'), "bad_answer"],
    ["sends null", text("null"), "bad_answer"],
    ["sends a list", text("[]"), "bad_answer"],
    ["sends a string", text('"CANARY"'), "bad_answer"],
    ["sends a number as token", text('{"access_token":7}'), "bad_answer"],
    ["sends an empty token", text('{"access_token":""}'), "bad_answer"],
    ["sends a token of 1 MB", text(`{"access_token":"${"a".repeat(1e6)}"}`), "bad_answer"],
    ["sends no content", text("", 204), "bad_answer"],
    ["says not modified", text("", 304), "misconfigured"],
    ["invents a status", text("CANARY", 999), "provider_down"],
    ["sends a prototype", text('{"__proto__":{"access_token":"CANARY"}}'), "bad_answer"],
    ["nests without end", text('{"a":'.repeat(10_000)), "bad_answer"],
    ["is overloaded", text("CANARY", 429, { "retry-after": "1000000" }), "rate_limited"],
    ["is down", text("CANARY", 502), "provider_down"],
  ])("that %s", async (_what, behaviour, reason) => {
    const result = await exchange(behaviour);
    expect(result).toMatchObject({ ok: false, failure: { reason } });
    expect(JSON.stringify(result)).not.toContain("CANARY");
    expect(requests).toBe(1);
  });

  it.each([301, 302, 303, 307, 308])("that sends us elsewhere with %i is not followed", async (status) => {
    const { token_endpoint = "" } = provider.definition;
    const result = await exchange(text('{"access_token":"x"}', status, { location: token_endpoint }));
    expect(result).toMatchObject({ ok: false, failure: { reason: "misconfigured" } });
    expect(requests).toBe(1);
  });

  it.each(['"3600"', "-1", "1e309", "null", "{}"])(
    "that says expires_in %s still gives its token",
    async (value) => {
      const result = await exchange(text(`{"access_token":"a","expires_in":${value}}`));
      expect(result).toMatchObject({ ok: true, tokens: { access_token: "a" } });
    },
  );

  it("that sets cookies and CORS headers gives them to nobody", async () => {
    const headers = { "set-cookie": "CANARY=1", "access-control-allow-origin": "*", "x-words": "CANARY" };
    const result = await exchange(text('{"access_token":"a"}', 200, headers));
    expect(result).toMatchObject({ ok: true });
    expect(JSON.stringify(result)).not.toContain("CANARY");
  });
});
