import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import { probe } from "./probe.ts";
import { selfSignedPem } from "./self-signed.ts";

let running: Server | undefined;
afterEach(() => void running?.close());

async function listen(server: Server): Promise<number> {
  running = server;
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

test("what answers is told with its status and clock, and a redirect is not followed", async () => {
  const headers = { location: "http://127.0.0.1:1/", date: "Tue, 01 Jan 2030 00:00:00 GMT" };
  const port = await listen(createServer((_, response) => response.writeHead(302, headers).end()));
  expect(await probe(`http://127.0.0.1:${port}/`)).toEqual({
    ok: true,
    status: 302,
    date: Date.UTC(2030, 0, 1),
  });
});

test("a port on which nothing listens is said to be so", async () => {
  const port = await listen(createServer());
  running?.close();
  expect(await probe(`http://127.0.0.1:${port}/`)).toEqual({ ok: false, reason: "nothing listens there" });
});

test("a self-signed certificate is said to be so", async () => {
  const pem = selfSignedPem(Date.now() - 1_000, Date.now() + 86_400_000);
  const port = await listen(createSecureServer({ cert: pem, key: pem }));
  expect(await probe(`https://127.0.0.1:${port}/`)).toEqual({
    ok: false,
    reason: "its certificate is self-signed",
  });
});

test("what is no URL cannot be reached", async () => {
  expect(await probe("nonsense")).toEqual({ ok: false, reason: "it cannot be reached" });
});
