import { createServer, type RequestListener } from "node:http";
import { createServer as createTcpServer, type Server } from "node:net";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import type { EgressFetch, EgressRequest } from "../platform.ts";
import { permittedUrl } from "./egress.ts";
import { createEgress } from "./egress.node.ts";
import { createWorkerEgress } from "./egress.worker.ts";

const cleanUps: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanUps.push(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}`;
}

function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  cleanUps.push(() => server.closeAllConnections());
  return listen(server);
}

function nodeEgress(options: { allowLoopback?: boolean; total?: number } = {}): EgressFetch {
  const { allowLoopback = true, total = 5_000 } = options;
  const egress = createEgress({ allowLoopback, limits: { total, connect: total } });
  cleanUps.push(() => egress.close());
  return egress.fetch;
}

const workerEgress = (options: { allowLoopback?: boolean; total?: number } = {}): EgressFetch =>
  createWorkerEgress({
    allowLoopback: options.allowLoopback ?? true,
    limits: { total: options.total ?? 5_000 },
  }).fetch;

const post = (url: string): EgressRequest => ({
  url,
  method: "POST",
  headers: { "content-type": "application/x-www-form-urlencoded" },
  body: "a=1",
});

describe("which URLs may be called", () => {
  it.each([
    "http://example.com/",
    "ftp://example.com/",
    "https://user:secret@example.com/",
    "https://10.0.0.1/",
    "https://169.254.169.254/latest/meta-data",
    "https://[fd00::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://0x7f.1/",
    "https://2130706433/",
    "https://localhost/",
    "https://api.localhost/",
    "http://127.0.0.1:3000/",
    "no url",
  ])("%s may not, in production", (url) => expect(permittedUrl(url, false)).toBeUndefined());

  it.each(["http://localhost:3000/", "http://127.0.0.1/", "https://[::1]:8443/"])(
    "%s may in development",
    (url) => expect(permittedUrl(url, true)).toBeInstanceOf(URL),
  );

  it.each(["http://10.0.0.1/", "https://192.168.1.1/", "http://example.com/"])(
    "%s may not even there",
    (url) => expect(permittedUrl(url, true)).toBeUndefined(),
  );
});

describe.each([
  ["Node", nodeEgress],
  ["Workers", workerEgress],
])("outbound calls on %s", (_name, egress) => {
  it("carries method, headers and body there, and status, body and harmless headers back", async () => {
    const url = await serve((request, response) => {
      request.once("data", (body) => {
        response.writeHead(201, { "content-type": "text/plain", "set-cookie": "a=b" });
        response.end(`${request.method} ${request.url} ${request.headers["content-type"]} ${String(body)}`);
      });
    });
    expect(await egress()(post(`${url}/token?v=2`))).toEqual({
      ok: true,
      status: 201,
      headers: { "content-type": "text/plain" },
      body: "POST /token?v=2 application/x-www-form-urlencoded a=1",
    });
  });

  it.each([301, 302, 303, 304, 307, 308])("follows no %i", async (status) => {
    const url = await serve((_request, response) => {
      response.writeHead(status, { location: "http://127.0.0.1:1/elsewhere" }).end();
    });
    expect(await egress()(post(url))).toEqual({ ok: false, reason: "redirected", sent: true });
  });

  it("stops reading at 64 KiB", async () => {
    const url = await serve((_request, response) => {
      response.on("close", () => response.destroy());
      const more = (): void => {
        while (!response.destroyed && response.write("x".repeat(65_536)));
        if (!response.destroyed) response.once("drain", more);
      };
      more();
    });
    expect(await egress()(post(url))).toMatchObject({ ok: false, reason: "too_large" });
  });

  it("takes exactly 64 KiB", async () => {
    const url = await serve((_request, response) => void response.end("x".repeat(65_536)));
    expect(await egress()(post(url))).toMatchObject({ ok: true, status: 200 });
  });

  it.each([
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
  ])("reads %s, and is not blown up by it", async (encoding, compress) => {
    const url = await serve((request, response) => {
      response.setHeader("content-encoding", encoding);
      response.end(compress(request.url === "/bomb" ? "0".repeat(10_000_000) : "small"));
    });
    const fetch = egress();
    expect(await fetch(post(`${url}/small`))).toMatchObject({ ok: true, body: "small" });
    expect(await fetch(post(`${url}/bomb`))).toMatchObject({ ok: false, reason: "too_large" });
  });

  it("gives up on a provider that never answers", async () => {
    const url = await serve(() => undefined);
    expect(await egress({ total: 60 })(post(url))).toEqual({ ok: false, reason: "timeout", sent: true });
  });

  it("gives up on a provider that answers byte by byte", async () => {
    const url = await serve((_request, response) => {
      const timer = setInterval(() => response.write("x"), 10);
      response.on("close", () => clearInterval(timer));
    });
    expect(await egress({ total: 120 })(post(url))).toMatchObject({ ok: false, reason: "timeout" });
  });

  it("reports a connection that dies in mid-answer", async () => {
    const url = await listen(
      createTcpServer((socket) => {
        socket.on("error", () => undefined);
        socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"));
      }),
    );
    expect(await egress()(post(url))).toEqual({ ok: false, reason: "unreachable", sent: true });
  });

  it("reads every charset as UTF-8, without a byte order mark", async () => {
    const url = await serve((_request, response) => {
      response.setHeader("content-type", "application/json; charset=utf-16");
      response.end(Buffer.from('\uFEFF{"name":"é"}', "utf8"));
    });
    expect(await egress()(post(url))).toMatchObject({ ok: true, body: '{"name":"é"}' });
  });

  it("refuses this machine in production, having sent nothing", async () => {
    const url = await serve((_request, response) => void response.end());
    const refused = { ok: false, reason: "refused_address", sent: false };
    expect(await egress({ allowLoopback: false })(post(url))).toEqual(refused);
    expect(await egress({ allowLoopback: false })(post(url.replace("127.0.0.1", "localhost")))).toEqual(
      refused,
    );
  });
});

describe("outbound calls on Node", () => {
  it("reads deflate, which Workers' runtime does not undo, and is not blown up by it", async () => {
    const url = await serve((request, response) => {
      response.setHeader("content-encoding", "deflate");
      response.end(deflateSync(request.url === "/bomb" ? "0".repeat(10_000_000) : "small"));
    });
    const fetch = nodeEgress();
    expect(await fetch(post(`${url}/small`))).toMatchObject({ ok: true, body: "small" });
    expect(await fetch(post(`${url}/bomb`))).toMatchObject({ ok: false, reason: "too_large" });
  });

  it("says that nothing was sent when nobody listens", async () => {
    const url = await listen(createTcpServer());
    await cleanUps.pop()?.();
    expect(await nodeEgress()(post(url))).toEqual({ ok: false, reason: "unreachable", sent: false });
  });

  it("says that nothing was sent when a header cannot be written", async () => {
    const url = await serve((_request, response) => void response.end());
    const answer = await nodeEgress()({ url, method: "GET", headers: { "x-bad": "a\r\nb" } });
    expect(answer).toEqual({ ok: false, reason: "unreachable", sent: false });
  });

  it("says that nothing was sent to a server without a trusted certificate", async () => {
    const url = await listen(createTcpServer((socket) => socket.resume().end("not TLS")));
    const answer = await nodeEgress()(post(url.replace("http:", "https:")));
    expect(answer).toEqual({ ok: false, reason: "unreachable", sent: false });
  });

  it.each([
    ["10.0.0.1"],
    ["127.0.0.1"],
    ["::1"],
    ["169.254.169.254"],
    ["::ffff:192.168.1.1"],
    ["fd00::1", "10.0.0.1"],
    [],
  ])("refuses a name that leads to %s, having sent nothing", async (...addresses) => {
    const found = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
    const egress = createEgress({ allowLoopback: false, resolve: () => Promise.resolve(found) });
    cleanUps.push(() => egress.close());
    const answer = await egress.fetch(post("https://rebound.example/token"));
    expect(answer).toEqual({ ok: false, reason: "refused_address", sent: false });
  });

  it("says that nothing was sent to a name that nobody has", async () => {
    const egress = createEgress({
      allowLoopback: false,
      resolve: () => Promise.reject(new Error("ENOTFOUND")),
    });
    cleanUps.push(() => egress.close());
    const answer = await egress.fetch(post("https://nobody.example/token"));
    expect(answer).toEqual({ ok: false, reason: "unreachable", sent: false });
  });

  it("says that nothing was sent when connecting takes too long", async () => {
    const egress = createEgress({
      allowLoopback: false,
      resolve: () => new Promise(() => undefined),
      limits: { total: 60 },
    });
    const answer = await egress.fetch(post("https://slow.example/token"));
    expect(answer).toEqual({ ok: false, reason: "timeout", sent: false });
  });

  it("reads deflate without the zlib header too", async () => {
    const url = await serve((_request, response) => {
      response.setHeader("content-encoding", "deflate");
      response.end(deflateRawSync("raw"));
    });
    expect(await nodeEgress()(post(url))).toMatchObject({ ok: true, body: "raw" });
  });

  it("makes nothing of an encoding that it cannot undo", async () => {
    const url = await serve((request, response) => {
      response.setHeader("content-encoding", request.url === "/cut" ? "gzip" : "zstd");
      response.end(request.url === "/cut" ? gzipSync("text").subarray(0, 12) : "text");
    });
    const fetch = nodeEgress();
    expect(await fetch(post(`${url}/cut`))).toMatchObject({ ok: true, body: "" });
    expect(await fetch(post(`${url}/unknown`))).toMatchObject({ ok: true, body: "" });
  });

  it("keeps connections for the calls that follow", async () => {
    const ports = new Set<number | undefined>();
    const url = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end();
    });
    const fetch = nodeEgress();
    for (let i = 0; i < 10; i++) await fetch(post(url));
    expect(ports.size).toBeLessThanOrEqual(2);
  });

  it("survives headers without end, and statuses that do not exist", async () => {
    const url = await listen(
      createTcpServer((socket) => {
        socket.on("error", () => undefined);
        socket.once("data", (data) => {
          if (data.includes("/odd")) socket.end("HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n");
          else socket.write(`HTTP/1.1 200 OK\r\nx: ${"x".repeat(200_000)}`);
        });
      }),
    );
    const fetch = nodeEgress();
    expect(await fetch(post(`${url}/headers`))).toEqual({ ok: false, reason: "too_large", sent: true });
    expect(await fetch(post(`${url}/odd`))).toMatchObject({ ok: true, status: 999 });
  });

  it("leaves no connection open once closed, and answers no more", async () => {
    const server = createServer((_request, response) => void response.end());
    const url = await listen(server);
    const egress = createEgress({ allowLoopback: true });
    await egress.fetch(post(url));
    await egress.close();
    await new Promise((resolve) => server.close(resolve));
    expect(await egress.fetch(post(url))).toEqual({ ok: false, reason: "unreachable", sent: false });
  });
});
