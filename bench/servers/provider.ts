/** A provider that answers every token request at once. */
import { createServer } from "node:http";
import { report } from "./report.ts";

const tokens = JSON.stringify({
  access_token: "a".repeat(120),
  refresh_token: "r".repeat(80),
  token_type: "bearer",
  expires_in: 3600,
});
const server = createServer((request, response) => {
  request.resume().on("end", () => {
    response.writeHead(200, { "Content-Type": "application/json", "Content-Length": tokens.length });
    response.end(tokens);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object" && address !== null) report(address.port);
});
