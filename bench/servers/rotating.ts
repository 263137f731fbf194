/**
 * A provider whose refresh tokens rotate: `<family>.<generation>`, from 0. One that is used again ends its family. `GET /`
 * says how often it was asked, and how many families it ended.
 */
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { report } from "./report.ts";

const generations = new Map<string, number>();
const ended = new Set<string>();
let calls = 0;

function answer(form: URLSearchParams): [number, object] {
  calls++;
  const [family = "", generation] = (form.get("refresh_token") ?? "").split(".");
  const newest = generations.get(family) ?? 0;
  if (Number(generation) !== newest) ended.add(family);
  if (ended.has(family)) return [400, { error: "invalid_grant" }];
  generations.set(family, newest + 1);
  const tokens = { access_token: `access-${family}-${newest + 1}`, refresh_token: `${family}.${newest + 1}` };
  return [200, { ...tokens, token_type: "bearer", expires_in: 3600 }];
}

const server = createServer((request, response) => {
  const serve = async (): Promise<void> => {
    const body = await text(request);
    const [status, value] =
      request.method === "POST" ? answer(new URLSearchParams(body)) : [200, { calls, ended: ended.size }];
    const bytes = Buffer.from(JSON.stringify(value));
    response.writeHead(status, { "content-type": "application/json", "content-length": bytes.length });
    response.end(bytes);
  };
  serve().catch(() => response.destroy());
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object" && address !== null) report(address.port);
});
