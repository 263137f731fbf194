/** The control for parked requests: `node:http` that holds them and does nothing else. */
import { createServer } from "node:http";
import { report } from "./report.ts";

const server = createServer((_request, response) => {
  const timer = setTimeout(() => response.writeHead(404).end(), 25_000);
  response.once("close", () => clearTimeout(timer));
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object" && address !== null) report(address.port);
});
